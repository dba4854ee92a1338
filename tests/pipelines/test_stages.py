"""Stages: what runs again, what does not, and what a kill leaves behind."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fourfold.pipelines.stages import Stage, StageRunner, content_hash, publish
from fourfold.shared.errors import InputError


class Counted:
    """Two stages, the second adding to the first, counting how often each works."""

    def __init__(self, source: Path) -> None:
        self.source, self.calls, self.fail = source, [], False

    def first(self, folder: Path, needs: Mapping[str, Path]) -> None:
        self.calls.append("first")
        (folder / "value").write_text(self.source.read_text() * 2)

    def second(self, folder: Path, needs: Mapping[str, Path]) -> None:
        self.calls.append("second")
        marker = folder / "checkpoint"
        self.resumed = marker.exists()
        marker.write_text("x")
        if self.fail:
            raise KeyboardInterrupt
        (folder / "value").write_text((needs["first"] / "value").read_text() + "!")

    def stages(self, one: int = 1, two: int = 1, resumable: bool = True, version: int = 1) -> list[Stage]:
        return [
            Stage("first", self.first, {"one": one}, inputs=(self.source,), version=version),
            Stage("second", self.second, {"two": two}, needs=("first",), resumable=resumable),
        ]


@pytest.fixture
def counted(tmp_path: Path) -> Counted:
    source = tmp_path / "input"
    source.write_text("ab")
    return Counted(source)


def run(counted: Counted, folder: Path, **settings: Any) -> str:
    outcomes = StageRunner(folder, tell=lambda line: None).run_all(counted.stages(**settings))
    return (outcomes["second"].folder / "value").read_text()


def test_a_second_run_does_nothing(counted: Counted, tmp_path: Path) -> None:
    assert run(counted, tmp_path / "run") == "abab!"
    assert run(counted, tmp_path / "run") == "abab!"
    assert counted.calls == ["first", "second"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [({"two": 2}, ["second"]), ({"one": 2}, ["first", "second"]), ({"version": 2}, ["first", "second"])],
)
def test_a_change_runs_from_the_stage_it_touches(
    counted: Counted, tmp_path: Path, change: dict[str, int], expected: list[str]
) -> None:
    run(counted, tmp_path / "run")
    counted.calls.clear()
    run(counted, tmp_path / "run", **change)
    assert counted.calls == expected
    assert len(list((tmp_path / "run/stages").iterdir())) == 2, "superseded folders are gone"


def test_changed_input_bytes_run_everything_again(counted: Counted, tmp_path: Path) -> None:
    run(counted, tmp_path / "run")
    counted.source.write_text("xy")
    assert run(counted, tmp_path / "run") == "xyxy!"


def test_a_stage_that_was_stopped_continues_in_its_folder(counted: Counted, tmp_path: Path) -> None:
    counted.fail = True
    with pytest.raises(KeyboardInterrupt):
        run(counted, tmp_path / "run")
    counted.fail = False
    counted.calls.clear()
    assert run(counted, tmp_path / "run") == "abab!"
    assert counted.calls == ["second"] and counted.resumed


def test_a_stage_that_cannot_resume_starts_afresh(counted: Counted, tmp_path: Path) -> None:
    counted.fail = True
    with pytest.raises(KeyboardInterrupt):
        run(counted, tmp_path / "run", resumable=False)
    assert not [
        entry
        for entry in (tmp_path / "run/stages").iterdir()
        if entry.name.startswith("second") and not entry.name.endswith(".partial")
    ]
    counted.fail = False
    run(counted, tmp_path / "run", resumable=False)
    assert not counted.resumed


def test_a_folder_is_hashed_by_names_and_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "a").write_text("1")
    before = content_hash(folder)
    (folder / "a").rename(folder / "b")
    assert content_hash(folder) != before


def test_publishing_replaces_files_and_folders_whole(tmp_path: Path) -> None:
    source, target = tmp_path / "s", tmp_path / "t"
    source.mkdir()
    (source / "new").write_text("1")
    target.mkdir()
    (target / "old").write_text("0")
    publish(source, target)
    publish(source / "new", tmp_path / "file")
    assert [entry.name for entry in target.iterdir()] == ["new"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "s", "t"]


def refuse(folder: Path, needs: Mapping[str, Path]) -> None:
    (folder / "begun").write_text("x")
    raise InputError("data", "cannot be used")


def test_refused_input_leaves_no_folder_that_was_made_for_it(tmp_path: Path) -> None:
    """Not the folder above the run either, but what was there before stays, empty as it may be."""
    (tmp_path / "mine").mkdir()
    for run_folder in (tmp_path / "runs" / "deep" / "one", tmp_path / "mine"):
        with pytest.raises(InputError):
            StageRunner(run_folder, tell=lambda line: None).run_all([Stage("first", refuse, {})])
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]
    assert not any((tmp_path / "mine").iterdir())


def test_refused_input_leaves_what_earlier_stages_did(counted: Counted, tmp_path: Path) -> None:
    stages = [counted.stages()[0], Stage("second", refuse, {}, needs=("first",))]
    with pytest.raises(InputError):
        StageRunner(tmp_path / "runs" / "one", tell=lambda line: None).run_all(stages)
    kept = [entry.name.split("-")[0] for entry in (tmp_path / "runs/one/stages").iterdir()]
    assert kept == ["first"]
