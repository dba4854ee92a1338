"""docs/materials.md is a promise: every command and every piece of Python in it runs, in its order."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
from fourfold.pipelines.cli import main
from written_pages import ROOT, commands, crystals

PAGE = (ROOT / "docs" / "materials.md").read_text()
BRIEF = " --set samples=20" + "".join(
    f" --set generator.training.{stage}={steps}"
    for stage, steps in (("steps", 10), ("decoder_steps", 10), ("prior_steps", 20))
)


def in_order() -> list[tuple[str, str]]:
    """(language, text) of each block: the Python goes on with what the commands wrote."""
    return re.findall(r"^```(console|python)\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


def shortened(line: str) -> str:
    """As the page has it, but trained for a few steps: it shows that it runs, not that it learns."""
    return line + BRIEF if line.startswith("fourfold run ") else line


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two tables of small crystals with a band gap."""
    for name in ("my.csv", "more.csv"):
        crystals(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_of_crystals_is_on_the_page() -> None:
    said = {" ".join(line.split()[1:2]) for line in commands(PAGE)}
    assert said == {"run", "generate", "finetune", "evaluate"}


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.filterwarnings("ignore:structures. in .* new to:fourfold.shared.errors.InputWarning")
def test_everything_on_the_page_runs(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    for language, text in in_order():
        if language == "python":
            exec(compile(text, "materials.md", "exec"), names)
            continue
        for line in text.splitlines():
            assert main(shlex.split(shortened(line))[1:]) == 0, line
    assert (desk / "runs" / "mine" / "report.html").is_file()
    assert len(pd.read_csv(desk / "crystals" / "crystals.csv")) == 20
    assert set(pd.read_csv(desk / "perovskites" / "crystals.csv")["formula"]) == {"SrTiO3"}
    written = (
        "tuned/config.json",
        "my-generator/config.json",
        "scores.json",
        "kept.extxyz",
        "symmetric.cif",
    )
    assert all((desk / path).is_file() for path in written)
    assert "crystal_text_llm" in capsys.readouterr().out
