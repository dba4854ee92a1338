"""Whatever stops a run, the next call goes on as if nothing had happened."""

import errno
import json
import random
import signal

import pytest
import torch
from fourfold.shared.errors import InputErrors
from fourfold.shared.training import checkpoint
from fourfold.shared.training.checkpoint import CheckpointFolder, read_checkpoint
from fourfold.shared.training.failure import CheckpointNotSaved, NonFiniteLoss, TrainingInterrupted
from fourfold.shared.training.fit import fit
from fourfold.shared.training.objective import Phase
from fourfold.shared.training.settings import EmaSettings, FitSettings, ScheduleSettings

WANTED = FitSettings(
    steps=60,
    batch_size=8,
    accumulate=2,
    clip_norm=1.0,
    schedule=ScheduleSettings(kind="cosine", warm_up=5),
    ema=EmaSettings(modules=("net",), decay=0.95),
    validate_every=25,
    checkpoint_every=7,
    device="cpu",
    progress="off",
    select="last",
)


@pytest.fixture(scope="module")
def uninterrupted(toy, tmp_path_factory):
    run = tmp_path_factory.mktemp("uninterrupted")
    fit(toy.Regression(), toy.Samples(), WANTED, run, toy.Samples(33))
    return read_checkpoint(CheckpointFolder(run / "checkpoints").path(60))


def assert_same(first, second):
    """Bit for bit: weights, averages, optimisers, generators, best validation."""
    if isinstance(first, torch.Tensor):
        assert torch.equal(first, second)
    elif isinstance(first, dict):
        assert first.keys() == second.keys()
        for key in first:
            assert_same(first[key], second[key])
    else:
        assert first == second


def finish(toy, run):
    fit(toy.Regression(), toy.Samples(), WANTED, run, toy.Samples(33))
    return read_checkpoint(CheckpointFolder(run / "checkpoints").path(60))


class Stop(Exception):
    pass


@pytest.mark.parametrize("calls", [3, 40, 119])
def test_exception_then_resume_is_bit_identical(toy, tmp_path, uninterrupted, calls):
    def stop(call):
        if call == calls:
            raise Stop

    with pytest.raises(Stop):
        fit(toy.Regression(), toy.Samples(on_batch=stop), WANTED, tmp_path, toy.Samples(33))
    assert_same(finish(toy, tmp_path), uninterrupted)
    steps = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    told = [(line["split"], line["step"]) for line in steps]
    assert len(told) == len(set(told))


@pytest.mark.slow
def test_kill_9_at_a_random_step_then_resume_is_bit_identical(toy, tmp_path, run_toy, uninterrupted):
    at = random.SystemRandom().randrange(20, 120)
    killed = run_toy(tmp_path, WANTED, "--kill-at", str(at))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert_same(finish(toy, tmp_path), uninterrupted)


@pytest.mark.slow
def test_kill_9_while_saving_then_resume_is_bit_identical(toy, tmp_path, run_toy, uninterrupted):
    killed = run_toy(tmp_path, WANTED, "--kill-in-save", "3")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert CheckpointFolder(tmp_path / "checkpoints").steps() == [7, 14]
    assert_same(finish(toy, tmp_path), uninterrupted)


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--uncaught",)])
def test_ctrl_c_saves_and_exits_130(toy, tmp_path, run_toy, uninterrupted, options):
    stopped = run_toy(tmp_path, WANTED, "--signal-at", "45", *options)
    assert stopped.returncode == 130, stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert options or "interrupted at step 23; saved" in stopped.stderr
    assert CheckpointFolder(tmp_path / "checkpoints").steps()[-1] == 23
    assert_same(finish(toy, tmp_path), uninterrupted)


def test_termination_saves_and_handlers_come_back(toy, tmp_path, uninterrupted):
    def terminate(call):
        if call == 20:
            signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with pytest.raises(TrainingInterrupted) as stop:
        fit(toy.Regression(), toy.Samples(on_batch=terminate), WANTED, tmp_path, toy.Samples(33))
    assert stop.value.exit_code == 130 and stop.value.step == 10 and stop.value.checkpoint.exists()
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
    assert_same(finish(toy, tmp_path), uninterrupted)


def test_time_budget_stops_cleanly(toy, tmp_path, uninterrupted):
    piece = WANTED.model_copy(update={"max_seconds": 1e-9})
    results = [fit(toy.Regression(), toy.Samples(), piece, tmp_path, toy.Samples(33)) for _ in range(3)]
    assert [(result.stopped, result.step) for result in results] == [("time", 1), ("time", 2), ("time", 3)]
    assert_same(finish(toy, tmp_path), uninterrupted)


def test_finished_run_returns_at_once(toy, tmp_path):
    finish(toy, tmp_path)
    objective, samples = toy.Regression(), toy.Samples()
    result = fit(objective, samples, WANTED, tmp_path, toy.Samples(33))
    assert samples.calls == 0 and result.step == 60 and result.best is not None
    reference = read_checkpoint(CheckpointFolder(tmp_path / "checkpoints").path(60))
    assert torch.equal(objective.net[0].weight, reference["ema"]["net"]["0.weight"])


def test_other_settings_are_refused_field_by_field(toy, tmp_path):
    fit(toy.Regression(), toy.Samples(), WANTED, tmp_path, toy.Samples(33), config={"lookback": 96})
    changed = WANTED.model_copy(update={"batch_size": 16, "clip_norm": None, "log_every": 3})
    with pytest.raises(InputErrors) as refused:
        fit(toy.Regression(), toy.Samples(), changed, tmp_path, toy.Samples(33), config={"lookback": 48})
    assert [problem.field for problem in refused.value.problems] == [
        "about.lookback",
        "batch_size",
        "clip_norm",
    ]
    assert "batch_size: is 16 now; expected 8 as in" in str(refused.value)
    operational = WANTED.model_copy(update={"log_every": 3, "max_seconds": 1.0, "keep_last": 5})
    fit(toy.Regression(), toy.Samples(), operational, tmp_path, toy.Samples(33), config={"lookback": 96})


def test_other_model_is_refused(toy, tmp_path):
    finish(toy, tmp_path)
    objective = toy.Regression()
    objective.net[3] = torch.nn.Linear(16, 2)
    with pytest.raises(
        ValueError, match=r"net\.3\.bias: the checkpoint has shape \(1,\); expected shape \(2,\)"
    ):
        fit(objective, toy.Samples(), WANTED, tmp_path, toy.Samples(33))


def test_nan_loss_names_step_phase_and_samples(toy, tmp_path):
    objective, samples = toy.Regression(), toy.Samples()
    samples.target[17] = float("nan")
    with pytest.raises(NonFiniteLoss, match="phase 'main'") as failure:
        fit(objective, samples, WANTED.model_copy(update={"checkpoint_every": 1}), tmp_path)
    error = failure.value
    assert 17 in error.indices and list(error.indices) in [part.tolist() for part in samples.seen[-2:]]
    assert error.checkpoint is None if error.step == 1 else error.checkpoint.exists()


def test_nan_loss_keeps_the_last_good_checkpoint(toy, tmp_path):
    objective, samples = toy.Regression(), toy.Samples()

    def spoil(call):
        if call == 50:
            samples.target[:] = float("nan")

    samples.on_batch = spoil
    with pytest.raises(NonFiniteLoss) as failure:
        fit(objective, samples, WANTED, tmp_path)
    assert failure.value.step == 25 and list(failure.value.indices) == samples.seen[-1].tolist()
    state = read_checkpoint(failure.value.checkpoint)
    assert state["step"] == 21 and torch.isfinite(state["modules"]["net"]["0.weight"]).all()
    assert all(torch.isfinite(value).all() for value in toy.weights(objective).values())


def test_weights_that_overflow_are_never_saved(toy, tmp_path):
    objective = toy.Regression(rate=1e36)
    with pytest.raises(NonFiniteLoss):
        fit(
            objective,
            toy.Samples(),
            WANTED.model_copy(update={"clip_norm": None, "schedule": ScheduleSettings()}),
            tmp_path,
        )
    for step in CheckpointFolder(tmp_path / "checkpoints").steps():
        state = read_checkpoint(CheckpointFolder(tmp_path / "checkpoints").path(step))
        assert all(torch.isfinite(value).all() for value in state["modules"]["net"].values())


def test_weights_that_overflow_in_the_last_step_are_told(toy, tmp_path):
    objective = toy.Regression()
    weight = objective.net[0].weight

    class Overflowing(torch.optim.SGD):
        def step(self, closure=None):
            weight.data.fill_(float("inf"))

    objective.phases = (Phase("main", ("net",), objective.loss, lambda p: Overflowing(p, lr=0.1)),)
    with pytest.raises(NonFiniteLoss, match="a weight"):
        fit(objective, toy.Samples(), WANTED.model_copy(update={"steps": 1}), tmp_path)
    assert CheckpointFolder(tmp_path / "checkpoints").steps() == []


def test_full_disk_leaves_the_previous_checkpoint(toy, tmp_path, monkeypatch, uninterrupted):
    save_file, saves = checkpoint.save_file, []

    def fill_up(tensors, target, header):
        saves.append(target)
        if len(saves) == 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        save_file(tensors, target, header)

    monkeypatch.setattr(checkpoint, "save_file", fill_up)
    with pytest.raises(CheckpointNotSaved, match="the disk is full"):
        fit(toy.Regression(), toy.Samples(), WANTED, tmp_path, toy.Samples(33))
    assert CheckpointFolder(tmp_path / "checkpoints").steps() == [14, 21]
    assert_same(finish(toy, tmp_path), uninterrupted)
