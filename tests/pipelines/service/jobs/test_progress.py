"""How far a job is, from the files of its run."""

import json
from pathlib import Path

import pytest
from fourfold.pipelines.service.jobs.generation import part_file, part_seed, part_sizes
from fourfold.pipelines.service.jobs.progress import progress_of
from fourfold.pipelines.service.jobs.work import PARTS, RUN

TRAIN = {"kind": "finetune"}


def write_run(folder: Path, training: dict, *records: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"training": training}))
    (folder / "metrics.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records))


def test_a_job_without_a_run_prepares(tmp_path: Path) -> None:
    assert progress_of(tmp_path, TRAIN) == (0.0, "prepares")


def test_steps_count_towards_those_that_are_to_be(tmp_path: Path) -> None:
    records = [{"step": step, "split": "train", "loss": 0.5, "epoch": 0.1} for step in (50, 100)]
    write_run(
        tmp_path / RUN / "training",
        {"steps": 400, "epochs": None},
        *records,
        {"step": 100, "split": "validation"},
    )
    share, words = progress_of(tmp_path, TRAIN)
    assert (share, words) == (0.25, "step 100 of 400, loss 0.5")
    with (tmp_path / RUN / "training" / "metrics.jsonl").open("a") as file:
        file.write('{"step": 150, "spl')
    assert progress_of(tmp_path, TRAIN)[0] == 0.25, "a line that is being written does not count"


def test_epochs_count_where_steps_are_not_known(tmp_path: Path) -> None:
    write_run(
        tmp_path / RUN,
        {"steps": None, "epochs": 4},
        {"step": 7, "split": "train", "epoch": 3.0, "train/loss": 1},
    )
    assert progress_of(tmp_path, TRAIN) == (0.75, "step 7, train/loss 1")


def test_it_never_goes_back_when_the_run_is_removed(tmp_path: Path) -> None:
    (tmp_path / "result").mkdir()
    assert progress_of(tmp_path, TRAIN)[0] == progress_of(tmp_path, {"kind": "generate", "n": 9})[0] == 1.0


@pytest.mark.parametrize("n", [1, 100, 101, 350])
def test_crystals_count_by_parts(tmp_path: Path, n: int) -> None:
    sizes = part_sizes(n)
    assert sum(sizes) == n and all(0 < size <= 100 for size in sizes)
    (tmp_path / PARTS).mkdir()
    part_file(tmp_path / PARTS, 0).write_bytes(b"")
    assert progress_of(tmp_path, {"kind": "generate", "n": n})[0] == sizes[0] / n


def test_seeds_of_parts_differ_and_never_change() -> None:
    seeds = [part_seed(seed, number) for seed in range(20) for number in range(1, 20)]
    assert len(set(seeds)) == len(seeds)
    assert part_seed(7, 0) == 7
    assert part_seed(7, 1) == part_seed(7, 1)
