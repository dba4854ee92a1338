"""The estimator's times and scales, its loss and its start, against definitions written out."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.periodwave.flow import SIGMA
from fourfold.domains.audio.periodwave.network import PeriodWave, PeriodWaveSettings
from fourfold.domains.audio.periodwave.objective import FlowObjective, sample

SETTINGS = PeriodWaveSettings(n_mels=8, hop=160, width=8, conditioner=8, periods=(1, 3), steps=2)


def built(settings=SETTINGS):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return PeriodWave(settings).eval()


@torch.no_grad()
@pytest.mark.parametrize("frame", [8, 15, 26])
@pytest.mark.parametrize("periods", [(1,), (3,), (1, 3)])
def test_a_mel_frame_moves_samples_at_its_own_time_only(frame, periods):
    network = built(SETTINGS.model_copy(update={"periods": periods}))
    x, time, mel = torch.randn(1, 30 * 160), torch.tensor([0.3]), torch.randn(1, 8, 30)
    moved = mel.clone()
    moved[..., frame] += 1
    change = (network(x, time, moved) - network(x, time, mel))[0].abs() > 1e-7
    where = change.nonzero()[:, 0]
    # Three frames beside it by the conditioner; 16 rows of a column, and the convolutions' reach.
    near = 31 * max(periods) + 20
    assert where.min() >= (frame - 3) * 160 - near
    assert where.max() < (frame + 4) * 160 + near
    assert where.min() < (frame - 2) * 160
    assert where.max() >= min(frame + 3, 29) * 160


@torch.no_grad()
@pytest.mark.parametrize("count", [1, 2, 4])
def test_readings_add_up_to_the_power_of_one(count, monkeypatch):
    """The sum over periods is divided by the root of their number: independent readings keep their power."""
    network = built(SETTINGS.model_copy(update={"periods": (2,) * count}))
    draws = torch.Generator().manual_seed(0)
    monkeypatch.setattr(network, "_read", lambda x, *_: torch.randn(len(x), 8, x.shape[1], generator=draws))
    seen = []
    network.blend[0].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    network(torch.zeros(1, 16_000), torch.zeros(1), torch.zeros(1, 8, 100))
    normal = torch.randn(8, 16_000)
    for power in (1, 2):
        wanted = torch.nn.functional.silu(normal).pow(power).mean()
        torch.testing.assert_close(seen[0].pow(power).mean(), wanted, rtol=0.03, atol=0)


class Spoken(torch.nn.Module):
    """An estimator that keeps what it is asked and answers with a known velocity."""

    settings = PeriodWaveSettings(n_mels=8, hop=2)

    def __init__(self, velocity):
        super().__init__()
        self.velocity, self.asked = velocity, []

    def forward(self, x_BS, time_B, log_mel_BMT):
        self.asked.append((x_BS.clone(), time_B.clone()))
        return self.velocity.expand_as(x_BS)


LOG_MEL = torch.log(torch.tensor([[1.0, 0.5, 1e-5], [0.02, 0.02, 0.01]]))[:, None].expand(2, 8, 3)
SCALE = torch.tensor([[1.0, 1.0, 0.5, 0.5, 0.1, 0.1], [1.0, 1.0, 1.0, 1.0, 0.5, 0.5]])
"""A frame's magnitude over that of the loudest, a tenth at least."""


def test_the_loss_of_a_batch_written_out():
    draws = torch.Generator().manual_seed(0)
    noise, audio = torch.randn(2, 2, 6, generator=draws)
    time = torch.tensor([0.25, 0.75])
    network = Spoken(torch.tensor(0.3))
    batch = {"audio": audio, "noise": noise, "log_mel": LOG_MEL, "time": time}
    loss, metrics = FlowObjective(network).loss(batch)
    start, t = noise * SCALE, time[:, None]
    wanted = (0.3 - (audio - (1 - SIGMA) * start)).square().mean()
    torch.testing.assert_close(loss, wanted)
    torch.testing.assert_close(metrics["velocity"], wanted)
    asked, at = network.asked[0]
    torch.testing.assert_close(asked, (1 - (1 - SIGMA) * t) * start + t * audio)
    assert torch.equal(at, time)
    total, count = FlowObjective(network).validate(batch)["velocity"]
    torch.testing.assert_close(total / count, wanted)


@pytest.mark.parametrize("given", [{"temperature": 0.0}, {"temperature": 0.5}, {}])
def test_temperature_multiplies_the_start(given):
    noise = torch.randn(2, 6, generator=torch.Generator().manual_seed(0))
    network = Spoken(torch.tensor(0.25))
    made = sample(network, LOG_MEL, noise, steps=4, solver="euler", **given)
    start = given.get("temperature", 0.667) * noise * SCALE
    torch.testing.assert_close(network.asked[0][0], start)
    torch.testing.assert_close(made, start + 0.25)
    assert [float(t[0]) for _, t in network.asked] == [0, 0.25, 0.5, 0.75]


def test_steps_are_the_network_s_unless_given():
    network = Spoken(torch.tensor(0.0))
    sample(network, LOG_MEL, torch.zeros(2, 6), solver="euler")
    assert len(network.asked) == network.settings.steps
    np.testing.assert_allclose([float(t[0]) for _, t in network.asked], np.arange(16) / 16)
