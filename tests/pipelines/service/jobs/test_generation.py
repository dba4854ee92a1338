"""Many crystals in parts: a generation that was stopped ends with the crystals of one that was not."""

from pathlib import Path

import pytest
from fourfold.pipelines.generation_settings import GenerationSettings
from fourfold.pipelines.service.jobs import generation
from fourfold.pipelines.service.jobs.generation import generate_in_parts, part_file
from fourfold.shared.artifact.shipped import list_shipped

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("perov-flow" not in list_shipped(), reason="needs the shipped model perov-flow"),
]
WANTED = GenerationSettings(n=5, seed=3, steps=2)


class Stopped(Exception):
    """As if the process had ended here."""


def test_what_is_there_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "PART", 2)
    made: list[int] = []
    usual = GenerationSettings.generate

    def watched(self: GenerationSettings, generator: object) -> object:
        if len(made) == 2:
            raise Stopped
        made.append(self.n)
        return usual(self, generator)  # type: ignore[arg-type]

    monkeypatch.setattr(GenerationSettings, "generate", watched)
    with pytest.raises(Stopped):
        generate_in_parts(WANTED, "perov-flow", tmp_path / "parts", tmp_path / "result")
    assert made == [2, 2] and not (tmp_path / "result").exists()
    kept = part_file(tmp_path / "parts", 1).stat().st_mtime_ns
    made.clear()
    generate_in_parts(WANTED, "perov-flow", tmp_path / "parts", tmp_path / "result")
    assert made == [1], "only the last part was missing"
    assert not (tmp_path / "parts").exists() and kept
    monkeypatch.setattr(GenerationSettings, "generate", usual)
    generate_in_parts(WANTED, "perov-flow", tmp_path / "whole", tmp_path / "other")
    for name in ("crystals.csv", "crystals.extxyz"):
        assert (tmp_path / "result" / name).read_text() == (tmp_path / "other" / name).read_text()
    assert len(list((tmp_path / "result" / "cif").iterdir())) == 5


def test_a_short_job_makes_what_a_request_makes(tmp_path: Path) -> None:
    from fourfold.pipelines.crystal_commands import generate_folder

    generate_in_parts(WANTED, "perov-flow", tmp_path / "parts", tmp_path / "job")
    generate_folder("perov-flow", WANTED, tmp_path / "shell")
    assert (tmp_path / "job" / "crystals.csv").read_text() == (
        tmp_path / "shell" / "crystals.csv"
    ).read_text()
