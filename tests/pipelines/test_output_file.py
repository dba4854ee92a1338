"""Output paths that would do harm are refused before any work."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fourfold.pipelines.cli import main
from fourfold.pipelines.generated_files import check_new_folder
from fourfold.pipelines.output_file import check_folder, check_output
from fourfold.shared.errors import InputError


def test_the_table_that_is_read_is_never_replaced(tmp_path: Path) -> None:
    table, link = tmp_path / "table.csv", tmp_path / "link.csv"
    table.write_text("y\n1\n")
    link.symlink_to(table)
    for output in (table, link, tmp_path / "." / "table.csv"):
        with pytest.raises(InputError, match="is the file that is read"):
            check_output(output, inputs=(table, None))
    check_output(tmp_path / "other.csv", inputs=(table, None))


@pytest.mark.parametrize("check", [check_output, check_folder, check_new_folder])
def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, check: Callable[[Path], None]) -> None:
    for length in (250, 300):
        with pytest.raises(InputError, match=r"aaa\.\.\. cannot be written \(File name too long\)"):
            check(
                tmp_path / ("a" * length) if check is not check_output else tmp_path / ("a" * length + ".csv")
            )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("check", [check_output, check_folder, check_new_folder])
def test_a_folder_that_takes_no_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: Callable[[Path], None]
) -> None:
    """As /proc does, whatever its rights say."""

    def refuse(**_: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    name = "new.csv" if check is check_output else "new"
    check(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(InputError, match=r"new.* cannot be written \(No such file.*Choose another folder"):
        check(tmp_path / name)


def test_it_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fourfold.pipelines.crystal_commands.load_generator", None)
    long = str(tmp_path / ("a" * 300))
    for arguments in (
        ["generate", "perov-flow", "--out", long],
        ["finetune", "perov-flow", "x.csv", "-o", long],
    ):
        assert main(arguments) == 2
        assert "File name too long" in capsys.readouterr().err
