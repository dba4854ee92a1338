"""TEMPO's published sizes and the properties its released code breaks."""

import numpy as np
import pytest
import torch
from fourfold.domains.timeseries.decomposition.operator import stl_operator
from fourfold.domains.timeseries.models.tempo.network import Tempo
from fourfold.domains.timeseries.models.tempo.objective import TempoObjective
from fourfold.domains.timeseries.models.tempo.settings import PRESETS, TEMPO_80M, TEMPO_NANO, TempoSettings
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

TINY = TempoSettings(lookback=64, horizon=12, width=16, heads=2, layers=1, quantiles=(0.1, 0.5, 0.9))
TINY_ZERO = PRESETS["tempo-zero"].model_copy(
    update={"lookback": 96, "horizon": 24, "width": 16, "heads": 2, "layers": 1, "patch": 16, "stride": 16}
)


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def windows(
    s: TempoSettings, batch: int = 5, seed: int = 0
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(batch, s.lookback)).cumsum(1) + np.sin(np.arange(s.lookback) * 2 * np.pi / 12)
    period = torch.full((batch,), 12)
    return torch.tensor(values, dtype=torch.float32), torch.ones(batch, s.lookback, dtype=torch.bool), period


def batch_of(s: TempoSettings, size: int = 5) -> dict[str, torch.Tensor]:
    context, observed, period = windows(s, size)
    target = torch.randn(size, s.horizon, generator=torch.Generator().manual_seed(1))
    return {
        "context": context,
        "observed": observed,
        "period": period,
        "target": target,
        "target_observed": torch.ones_like(target, dtype=torch.bool),
        "scale": torch.ones(size),
    }


def objective(s: TempoSettings) -> TempoObjective:
    torch.manual_seed(0)
    return TempoObjective(Tempo(s), lambda parameters: torch.optim.SGD(parameters, 0.1))


def randomized(s: TempoSettings) -> Tempo:
    """A network whose zero-initialised parts are moved, so that nothing is trivially zero."""
    torch.manual_seed(0)
    network = Tempo(s).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
    return network


@pytest.mark.slow
def test_census_of_the_paper_sizes() -> None:
    network = Tempo(TEMPO_80M)
    assert network.settings.patches == 42
    assert count(network.backbone) == 82_207_488
    assert sum(p.numel() for n, p in network.named_parameters() if "lora" in n) == 294_912
    assert [count(head) for head in network.heads.values()] == [3_096_672] * 3
    assert [count(prompt) for prompt in network.prompts.values()] == [590_592] * 3
    assert [count(embedding) for embedding in network.embeddings.values()] == [13_056] * 3
    assert network.decomposition is not None
    assert count(network.decomposition.map_trend) == 113_232
    assert count(network.decomposition.map_season) == 904_848
    assert count(network.normalization) == 2
    network.freeze_for_lora()
    trained = {n for n, p in network.backbone.named_parameters() if p.requires_grad}
    assert "wpe.weight" in trained and "h.0.ln_1.weight" in trained and "h.5.attn.lora.lora_A" in trained
    assert "wte.weight" not in trained and "h.0.attn.c_attn.weight" not in trained


@pytest.mark.parametrize(("lookback", "patches"), [(96, 12), (336, 42), (512, 64)])
def test_patch_count(lookback: int, patches: int) -> None:
    s = TempoSettings(lookback=lookback, horizon=8, width=8, heads=2, layers=1)
    assert s.patches == patches
    embedded = Tempo(s).embeddings["trend"](torch.zeros(2, lookback))
    assert embedded.shape == (2, patches, 8)


@pytest.mark.parametrize("s", [TINY, TINY_ZERO], ids=["learned", "stl"])
def test_parts_and_components_add_up(s: TempoSettings) -> None:
    output = randomized(s)(*windows(s))
    torch.testing.assert_close(sum(output.parts), output.window, atol=1e-6, rtol=0)
    torch.testing.assert_close(sum(output.components.values()), output.point, atol=1e-5, rtol=1e-5)
    assert output.quantiles is not None
    torch.testing.assert_close(output.quantiles[..., s.quantiles.index(0.5)], output.point)
    assert (output.quantiles.diff(dim=-1) >= 0).all()


@pytest.mark.parametrize("s", [TINY, TINY_ZERO], ids=["learned", "stl"])
@given(factor=st.floats(0.01, 1000), shift=st.floats(-1000, 1000))
@settings(max_examples=20, deadline=None)
def test_forecast_follows_scale_and_shift(s: TempoSettings, factor: float, shift: float) -> None:
    network = randomized(s)
    context, observed, period = windows(s)
    with torch.no_grad():
        plain = network(context, observed, period).point
        moved = network(context * factor + shift, observed, period).point
    tolerance = 1e-3 * factor * float(context.std()) + 1e-5 * abs(shift)
    torch.testing.assert_close(moved, plain * factor + shift, atol=tolerance, rtol=1e-3)


@pytest.mark.parametrize("s", [TINY, TINY_ZERO], ids=["learned", "stl"])
@pytest.mark.parametrize("factor", [1e-30, 1e30])
def test_units_far_from_one_change_nothing(s: TempoSettings, factor: float) -> None:
    network = randomized(s)
    context, observed, period = windows(s)
    with torch.no_grad():
        plain = network(context, observed, period)
        moved = network(context * factor, observed, period)
    torch.testing.assert_close(moved.point / factor, plain.point, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(moved.quantiles / factor, plain.quantiles, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("s", [TINY, TINY_ZERO], ids=["learned", "stl"])
def test_rows_do_not_touch_each_other(s: TempoSettings) -> None:
    network = randomized(s)
    context, observed, _ = windows(s)
    period = torch.tensor([12, 7, 12, 1, 24])
    with torch.no_grad():
        together = network(context, observed, period).point
        alone = torch.cat(
            [network(context[i : i + 1], observed[i : i + 1], period[i : i + 1]).point for i in range(5)]
        )
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("s", [TINY, TINY_ZERO], ids=["learned", "stl"])
def test_a_constant_window_is_continued_exactly(s: TempoSettings) -> None:
    observed = torch.ones(2, s.lookback, dtype=torch.bool)
    context = torch.tensor([[3.25], [0.0]]).expand(2, s.lookback).contiguous()
    output = randomized(s)(context, observed, torch.tensor([12, 12]))
    assert torch.equal(output.point, context[:, : s.horizon])
    assert output.quantiles is not None and (output.quantiles == context[:, :1, None]).all()


def test_loss_contains_the_decomposition() -> None:
    s = TINY.model_copy(update={"quantiles": (), "decomposition_weight": 0.5})
    target = objective(s)
    loss, metrics = target.loss(batch_of(s))
    torch.testing.assert_close(loss.detach(), metrics["mse"] + 0.5 * metrics["decomposition"])
    assert metrics["decomposition"] > 0


def test_decomposition_is_pulled_towards_stl_of_the_same_window() -> None:
    target = objective(TINY)
    target.network.eval()
    batch = batch_of(TINY)
    output = target.network(batch["context"], batch["observed"], batch["period"])
    stl = stl_operator(TINY.lookback, 12).apply(output.window.detach().double().numpy())
    pairs = zip(output.parts, (stl.trend, stl.seasonal, stl.residual), strict=True)
    expected = sum(np.square(part.detach().double().numpy() - wanted).mean() for part, wanted in pairs)
    assert float(target.loss(batch)[1]["decomposition"]) == pytest.approx(expected, rel=1e-4)


def test_pool_keys_get_gradient() -> None:
    s = TINY.model_copy(update={"prompt": "pool"})
    target = objective(s)
    loss, metrics = target.loss(batch_of(s))
    loss.backward()
    pool = target.network.prompts["shared"]
    assert pool.keys.grad is not None and pool.keys.grad.abs().sum() > 0
    assert pool.values.grad.abs().sum() > 0 and metrics["mismatch"] > 0


def test_lora_moves_and_frozen_weights_do_not() -> None:
    s = TINY.model_copy(update={"lora_rank": 4, "prompt": "text", "vocabulary": 30000, "layers": 2})
    target = objective(s)
    target.network.freeze_for_lora()
    before = {n: p.detach().clone() for n, p in target.network.named_parameters()}
    trained = [p for p in target.network.parameters() if p.requires_grad]
    optimizer = target.phases[0].optimizer(trained)
    for _ in range(2):
        loss, _ = target.loss(batch_of(s))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    after = dict(target.network.named_parameters())
    assert (after["backbone.h.0.attn.lora.lora_B"] != 0).any()
    assert not torch.equal(after["backbone.h.0.ln_1.weight"], before["backbone.h.0.ln_1.weight"])
    for name in ("backbone.wte.weight", "backbone.h.1.attn.c_attn.weight", "backbone.h.0.mlp.c_fc.weight"):
        assert torch.equal(after[name], before[name]), name


@pytest.mark.parametrize("backbone", ["none", "attention", "gpt"])
def test_every_backbone_learns_a_repeated_batch(backbone: str) -> None:
    s = TINY.model_copy(update={"backbone": backbone, "dropout": 0.0, "decomposition_weight": 0.0})
    torch.manual_seed(0)
    target = TempoObjective(Tempo(s), lambda parameters: torch.optim.Adam(parameters, 3e-3))
    optimizer = target.phases[0].optimizer(target.network.parameters())
    batch, losses = batch_of(s), []
    for _ in range(60):
        loss, metrics = target.loss(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(metrics["mse"]))
    assert losses[-1] < 0.3 * losses[0]


def test_validation_sums_do_not_depend_on_the_batching() -> None:
    target = objective(TINY)
    target.network.eval()
    batch = batch_of(TINY, 6)
    batch["target_observed"][0, 3:] = False
    whole = target.validate(batch)
    pieces = [target.validate({k: v[i : i + 2] for k, v in batch.items()}) for i in (0, 2, 4)]
    for name, (total, number) in whole.items():
        assert number == sum(piece[name][1] for piece in pieces) == 6 * TINY.horizon - 9
        torch.testing.assert_close(total, torch.stack([piece[name][0] for piece in pieces]).sum())


def test_settings_refuse_contradictions() -> None:
    for wrong in (
        {"width": 30, "heads": 4},
        {"prompt": "text"},
        {"quantiles": (0.9, 0.5)},
        {"loss": "pinball"},
    ):
        with pytest.raises(ValidationError):
            TempoSettings(**{**TEMPO_NANO.model_dump(), "quantiles": (), **wrong})
