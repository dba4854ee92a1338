"""What training does to the weights, against hand-written loops."""

import json
from importlib.metadata import version
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from fourfold.shared.errors import InputError
from fourfold.shared.training import trainer
from fourfold.shared.training.checkpoint import CheckpointFolder
from fourfold.shared.training.fit import fit
from fourfold.shared.training.fit_result import load_weights
from fourfold.shared.training.objective import Phase
from fourfold.shared.training.sample_stream import SampleStream
from fourfold.shared.training.settings import EarlyStopping, EmaSettings, FitSettings, ScheduleSettings


def settings(**changes):
    return FitSettings(**({"steps": 30, "batch_size": 8, "device": "cpu", "progress": "off"} | changes))


def assert_equal(first, second, tolerance=0.0):
    assert first.keys() == second.keys()
    for name in first:
        torch.testing.assert_close(first[name], second[name], rtol=tolerance, atol=tolerance)


def test_equals_a_hand_written_loop(toy, tmp_path):
    objective, samples = toy.Regression(dropout=0.0), toy.Samples()
    schedule = ScheduleSettings(kind="multistep", warm_up=3, milestones=(20,))
    result = fit(objective, samples, settings(clip_norm=0.5, schedule=schedule, seed=4), tmp_path)
    reference = toy.Regression(dropout=0.0)
    optimizer = torch.optim.AdamW(reference.net.parameters(), lr=0.01)
    stream = SampleStream(len(samples), 8, 1, 4, True)
    for step in range(30):
        optimizer.param_groups[0]["lr"] = 0.01 * (min((step + 1) / 3, 1) if step < 20 else 0.1)
        optimizer.zero_grad()
        reference.loss(samples.batch(stream.micro_batches(step)[0]))[0].backward()
        torch.nn.utils.clip_grad_norm_(reference.net.parameters(), 0.5)
        optimizer.step()
    assert_equal(toy.weights(objective), toy.weights(reference), 1e-7)
    assert (result.step, result.total_steps, result.stopped, result.finished) == (30, 30, "finished", True)
    assert result.epochs == pytest.approx(240 / 101) and result.samples_per_second > 0


def test_accumulation_equals_a_large_batch(toy, tmp_path):
    found = []
    for name, changes in {"large": {"batch_size": 24}, "parts": {"batch_size": 8, "accumulate": 3}}.items():
        objective = toy.Regression(dropout=0.0, dtype=torch.float64)
        fit(objective, toy.Samples(dtype=torch.float64), settings(**changes), tmp_path / name)
        found.append(toy.weights(objective))
    assert_equal(*found, 1e-10)


def test_two_phases_count_steps_once(toy, tmp_path):
    objective, samples = toy.Gan(), toy.Samples()
    result = fit(objective, samples, settings(steps=11), tmp_path)
    assert result.step == 11 and samples.calls == 11
    assert objective.calls == {"critic": 11, "generator": 6}
    reference = toy.Gan()
    optimizers = [
        phase.optimizer(m.parameters())
        for phase, m in zip(reference.phases, (reference.critic, reference.generator), strict=True)
    ]
    stream = SampleStream(len(samples), 8, 1, 0, True)
    for step in range(11):
        batch = samples.batch(stream.micro_batches(step)[0])
        for phase, optimizer in zip(reference.phases, optimizers, strict=True):
            if step % phase.every == 0:
                reference.critic.zero_grad()
                reference.generator.zero_grad()
                phase.loss(batch)[0].backward()
                optimizer.step()
    assert_equal(toy.weights(objective), toy.weights(reference), 1e-7)
    assert all(p.requires_grad for m in objective.modules.values() for p in m.parameters())


def test_moving_average_touches_only_the_named_module(toy, tmp_path):
    ema = EmaSettings(modules=("generator",), decay=0.9, warm_up=False)
    averaged, plain = toy.Gan(), toy.Gan()
    fit(averaged, toy.Samples(), settings(ema=ema), tmp_path / "ema")
    fit(plain, toy.Samples(), settings(), tmp_path / "plain")
    assert_equal(
        {k: v for k, v in toy.weights(averaged).items() if k.startswith("critic")},
        {k: v for k, v in toy.weights(plain).items() if k.startswith("critic")},
    )
    assert not torch.equal(averaged.generator.weight, plain.generator.weight)
    load_weights(averaged.modules, tmp_path / "ema", "last", averaged=False)
    assert_equal(toy.weights(averaged), toy.weights(plain))


def test_moving_average_value(toy, tmp_path):
    ema = EmaSettings(modules=("net",), decay=0.9, warm_up=False)
    objective = toy.Regression(dropout=0.0)
    expected = objective.net[0].weight.detach().clone().double()
    fit(objective, toy.Samples(), settings(steps=4, ema=ema, checkpoint_every=1, keep_last=9), tmp_path)
    raw = toy.Regression()
    for step in range(1, 5):
        load_weights(raw.modules, _only(tmp_path, step), "last", averaged=False)
        expected = 0.9 * expected + 0.1 * raw.net[0].weight.detach().double()
    torch.testing.assert_close(objective.net[0].weight.double(), expected, rtol=0, atol=1e-6)


def _only(run, step):
    """A run folder that holds the checkpoint of one step alone."""
    folder = run / f"only-{step}" / "checkpoints"
    folder.mkdir(parents=True)
    name = f"step-{step:09d}.safetensors"
    (folder / name).write_bytes((run / "checkpoints" / name).read_bytes())
    return folder.parent


def test_validation_judges_the_moving_average(toy, tmp_path):
    objective, validation = toy.Regression(dropout=0.0), toy.Samples(33)
    ema = EmaSettings(modules=("net",), decay=0.9, warm_up=False)
    result = fit(objective, toy.Samples(), settings(steps=8, ema=ema, select="last"), tmp_path, validation)
    total, count = objective.validate({"x": validation.features, "y": validation.target})["mse"]
    assert result.last["mse"] == pytest.approx(total.item() / count, rel=1e-5)


def test_bf16_autocast_runs_on_the_cpu(toy, tmp_path):
    objective, seen = toy.Regression(dropout=0.0), []
    objective.net[3].register_forward_hook(lambda module, inputs, output: seen.append(output.dtype))
    result = fit(
        objective, toy.Samples(), settings(steps=200, precision="bf16-mixed"), tmp_path, toy.Samples(50)
    )
    assert set(seen) == {torch.bfloat16}
    assert all(value.dtype == torch.float32 for value in toy.weights(objective).values())
    assert result.best["mse"] < 0.2


@pytest.mark.slow
def test_compiled_agrees(toy, tmp_path):
    found = []
    for compiled in (False, True):
        objective = toy.Regression(dropout=0.0)
        fit(objective, toy.Samples(), settings(compile=compiled), tmp_path / str(compiled))
        found.append(toy.weights(objective))
        assert objective.net._compiled_call_impl is None
    assert_equal(*found, 1e-5)


def test_early_stopping_restores_the_best(toy, tmp_path):
    objective = toy.Regression(dropout=0.0, rate=0.5)  # bounces
    values = iter([5.0, 3.0, 4.0, 3.5, 3.2, 1.0])
    objective.validate = lambda batch: {"mse": (torch.tensor(next(values)), 1)}
    stop = EarlyStopping(patience=3)
    wanted = settings(steps=1000, validate_every=2, early_stopping=stop, select="best")
    result = fit(objective, toy.Samples(), wanted, tmp_path, toy.Samples(4))
    assert (result.stopped, result.step, result.best_step, result.best) == ("early", 10, 4, {"mse": 3.0})
    shorter = toy.Regression(dropout=0.0, rate=0.5)
    fit(shorter, toy.Samples(), settings(steps=4), tmp_path / "shorter")
    assert_equal(toy.weights(objective), toy.weights(shorter))
    again = fit(objective, toy.Samples(), wanted, tmp_path, toy.Samples(4))
    assert again.stopped == "early" and again.step == 10


def test_parameter_filter_leaves_the_rest_alone(toy, tmp_path):
    objective = toy.Regression()
    before = toy.weights(objective)
    phase = objective.phases[0]
    objective.phases = (
        Phase("main", ("net",), phase.loss, phase.optimizer, trains=lambda name, p: name.startswith("net.3")),
    )
    fit(objective, toy.Samples(), settings(), tmp_path)
    after = toy.weights(objective)
    assert [name for name in after if not torch.equal(before[name], after[name])] == [
        "net.3.weight",
        "net.3.bias",
    ]


@pytest.mark.parametrize("size", [1, 7, 64])
def test_validation_does_not_depend_on_batch_size(toy, tmp_path, size):
    objective, validation = toy.Regression(dropout=0.3), toy.Samples(29)
    wanted = settings(steps=5, validation_batch_size=size)
    result = fit(objective, toy.Samples(), wanted, tmp_path, validation)
    error = (objective.net(validation.features) - validation.target).double()
    assert result.last["mse"] == pytest.approx(error.square().mean().item(), rel=1e-6)
    assert sorted(np.concatenate(validation.seen)) == list(range(29))


def test_leaves_the_global_generators_alone(toy, tmp_path):
    objective, samples = toy.Regression(), toy.Samples()
    torch.manual_seed(99)
    expected = torch.rand(3)
    torch.manual_seed(99)
    fit(objective, samples, settings(), tmp_path)
    assert torch.equal(torch.rand(3), expected)


def test_run_folder(toy, tmp_path):
    fit(
        toy.Regression(),
        toy.Samples(),
        settings(log_every=10),
        tmp_path,
        toy.Samples(9),
        config={"width": 16},
    )
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["training"]["batch_size"] == 8 and config["about"] == {"width": 16}
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    training = [line for line in lines if line["split"] == "train"]
    assert [line["step"] for line in training] == [10, 20, 30]
    assert {"loss", "mae", "rate", "samples_per_second", "peak_memory_mb", "epoch"} <= training[0].keys()
    assert json.loads((tmp_path / "environment.json").read_text())["versions"]["torch"] == version("torch")


def test_checkpoints_by_time_count_from_the_last_one(toy, tmp_path, monkeypatch):
    samples = toy.Samples()
    monkeypatch.setattr(trainer, "time", SimpleNamespace(monotonic=lambda: samples.calls))
    fit(toy.Regression(), samples, settings(steps=10, checkpoint_seconds=3, keep_last=99), tmp_path)
    assert CheckpointFolder(tmp_path / "checkpoints").steps() == [3, 6, 9, 10]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda o: setattr(o, "loss_", lambda b: (o.net(b["x"]), {})), "loss has shape"),
        (
            lambda o: setattr(o, "loss_", lambda b: (torch.zeros((), requires_grad=True) * 1, {})),
            "no trainable",
        ),
    ],
)
def test_first_batch_is_checked(toy, tmp_path, change, message):
    objective = toy.Regression()
    change(objective)
    objective.phases = (Phase("main", ("net",), objective.loss_, objective.phases[0].optimizer),)
    with pytest.raises(InputError, match=message):
        fit(objective, toy.Samples(), settings(), tmp_path)


def test_bad_requests_are_told(toy, tmp_path):
    with pytest.raises(InputError, match="train: holds no sample"):
        fit(toy.Regression(), toy.Samples(0), settings(), tmp_path)
    with pytest.raises(InputError, match="early_stopping: needs validation data"):
        fit(toy.Regression(), toy.Samples(), settings(early_stopping=EarlyStopping(patience=1)), tmp_path)
    with pytest.raises(InputError, match=r"ema\.modules: no module 'other'"):
        fit(toy.Regression(), toy.Samples(), settings(ema=EmaSettings(modules=("other",))), tmp_path)
    with pytest.raises(InputError, match="metric: validation reports no 'r2'"):
        fit(toy.Regression(), toy.Samples(), settings(metric="r2"), tmp_path, toy.Samples(3))
    with pytest.raises(ValueError, match="exactly one of steps and epochs"):
        FitSettings(steps=3, epochs=1)
