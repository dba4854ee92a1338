"""What is sent with a job lands under names of ours, is known by its first bytes, and stays small."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from fourfold.pipelines.service.errors import ServiceError
from fourfold.pipelines.service.jobs import uploads
from fourfold.pipelines.service.jobs.uploads import Uploads
from fourfold.shared.errors import InputError
from fourfold.shared.panels.reading import read_panel

CIF = b"# made\ndata_SrTiO3\n_cell_length_a 3.9\n"
WAV = b"RIFF\x00\x00\x00\x00WAVEfmt "


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {"unique_id": "a", "ds": pd.date_range("2026-01-01", periods=50, freq="h"), "y": np.arange(50.0)}
    )


def parquet() -> bytes:
    file = io.BytesIO()
    frame().to_parquet(file)
    return file.getvalue()


def arrow(kind: type) -> bytes:
    file = io.BytesIO()
    table = pa.Table.from_pandas(frame())
    with kind(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


def archive(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, content in members:
            made.writestr(name, content)
    return file


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (frame().to_csv(index=False).encode(), "data.csv"),
        (parquet(), "data.parquet"),
        (arrow(pa.ipc.new_stream), "data.parquet"),
        (arrow(pa.ipc.new_file), "data.feather"),
    ],
)
def test_tables_are_known_by_their_first_bytes(tmp_path: Path, content: bytes, name: str) -> None:
    assert Uploads(tmp_path, 10**6).table("data", [io.BytesIO(content)]) == name
    assert files(tmp_path) == [name]
    assert read_panel(tmp_path / name).values.shape == (50, 1)


def test_arrays_and_archives_are_for_networks(tmp_path: Path) -> None:
    array = io.BytesIO()
    np.savez(array, data=np.zeros((4, 2)))
    with pytest.raises(InputError, match="only networks on a graph"):
        Uploads(tmp_path, 10**6).table("data", [array])
    assert Uploads(tmp_path, 10**6).table("data", [array], of_graph=True) == "data.npz"


@pytest.mark.parametrize("content", [b"", b"\x80\x04\x95pickle", b"\x00\x01\x02\x03", b"\x7fELF"])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError):
        Uploads(tmp_path, 10**6).table("data", [io.BytesIO(content)])
    assert files(tmp_path) == []


def test_names_and_links_of_an_archive_are_not_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    link = zipfile.ZipInfo("link.wav")
    link.external_attr = 0o120777 << 16
    sent = archive(("../../evil.wav", WAV), ("/etc/passwd", WAV), ("__MACOSX/._a", b"x"), (".hidden", b"x"))
    with zipfile.ZipFile(sent, "a") as more:
        more.writestr(link, WAV)
    assert Uploads(folder, 10**6).recordings([sent, io.BytesIO(b"fLaC....")]) == "recordings"
    assert files(tmp_path) == [
        "job/recordings/00000-00000.wav",
        "job/recordings/00000-00001.wav",
        "job/recordings/00000-00002.wav",
        "job/recordings/00001.flac",
    ]
    assert not any(path.is_symlink() for path in folder.rglob("*"))


def test_bombs_are_refused_by_their_directory_and_by_what_they_hold(tmp_path: Path) -> None:
    bomb = archive(("a.wav", WAV + b"\0" * 5_000_000))
    assert len(bomb.getvalue()) < 20_000
    with pytest.raises(ServiceError, match="unpacks to") as refused:
        Uploads(tmp_path, 10**6).recordings([bomb])
    assert refused.value.status == 413
    # The same with a directory that lies about its size.
    lying = bomb.getvalue().replace((5_000_016).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    (tmp_path / "b").mkdir()
    with pytest.raises((ServiceError, InputError)):
        Uploads(tmp_path / "b", 10**6).recordings([io.BytesIO(lying)])
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 2 * 10**6


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 100)
    many = archive(*((f"{k}", b"") for k in range(101)), compression=zipfile.ZIP_STORED)
    with pytest.raises(InputError, match="holds"):
        Uploads(tmp_path, 10**6).recordings([many])


def test_damaged_archives_are_sentences(tmp_path: Path) -> None:
    whole = archive(("a.wav", WAV * 100)).getvalue()
    for number, content in enumerate((whole[:-10], whole[:40], b"PK\x03\x04" + b"\0" * 30)):
        (tmp_path / str(number)).mkdir()
        with pytest.raises(InputError, match="archive"):
            Uploads(tmp_path / str(number), 10**6).recordings([io.BytesIO(content)])


def test_crystals_come_as_a_table_or_as_files(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    table = io.BytesIO(b'material_id,cif,gap\n1,"' + CIF + b'",0.5\n')
    assert Uploads(tmp_path / "a", 10**6).crystals([table]) == "data.csv"
    xyz = io.BytesIO(b'1\nLattice="1 0 0 0 1 0 0 0 1" Properties=species:S:1:pos:R:3\nH 0 0 0\n')
    assert Uploads(tmp_path / "b", 10**6).crystals([io.BytesIO(CIF), xyz]) == "crystals"
    assert files(tmp_path / "b") == ["crystals/00000.cif", "crystals/00001.extxyz"]
    with pytest.raises(InputError, match="file 1"):
        Uploads(tmp_path, 10**6).crystals([io.BytesIO(b"hello")])


def test_files_together_stay_below_the_limit(tmp_path: Path) -> None:
    sound = WAV + b"\0" * 600_000
    with pytest.raises(ServiceError) as refused:
        Uploads(tmp_path, 10**6).recordings([io.BytesIO(sound), io.BytesIO(sound)])
    assert refused.value.status == 413
