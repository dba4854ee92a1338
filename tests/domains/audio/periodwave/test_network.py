"""Folding is undone by unfolding; the estimator learns one clip on the training core."""

import numpy as np
import pytest
import torch
from fourfold.domains.audio.periodwave.network import PeriodWave, PeriodWaveSettings, fold, unfold
from fourfold.domains.audio.periodwave.objective import FlowObjective, sample
from fourfold.shared.training.fit import fit
from fourfold.shared.training.settings import FitSettings
from hypothesis import given
from hypothesis import strategies as st

SMALL = PeriodWaveSettings(n_mels=8, hop=20, width=8, conditioner=8, steps=2)


@given(samples=st.integers(1, 200), period=st.integers(1, 11), rows=st.integers(1, 16))
def test_fold_and_unfold(samples, period, rows):
    x = torch.arange(1.0, 2 * samples + 1).view(2, 1, samples)
    folded = fold(x, period, rows)
    assert folded.shape[2] % rows == 0
    assert folded.shape[3] == period
    assert torch.equal(unfold(folded, samples), x)
    for n in range(0, samples, 7):
        assert folded[0, 0, n // period, n % period] == x[0, 0, n]


def built(settings=SMALL):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return PeriodWave(settings)


def test_shapes_and_one_set_of_weights_for_all_periods():
    network = built()
    assert network(torch.randn(2, 180), torch.rand(2), torch.randn(2, 8, 9)).shape == (2, 180)
    more = built(SMALL.model_copy(update={"periods": (1, 2, 3, 5, 7)}))
    count = [sum(p.numel() for p in n.parameters()) for n in (network, more)]
    assert count[1] - count[0] == 2 * SMALL.width  # an embedding for each period


def test_each_input_counts():
    network = built()
    x, time, mel = torch.randn(1, 180), torch.tensor([0.3]), torch.randn(1, 8, 9)
    base = network(x, time, mel)
    assert not torch.equal(base, network(x, time + 0.2, mel))
    assert not torch.equal(base, network(x, time, mel + 1))
    later = mel.clone()
    later[..., 8] += 1
    # Frame 8 reaches back by the conditioner's kernel and the U-Net's rows, but not to the beginning.
    torch.testing.assert_close(network(x, time, later)[:, :10], base[:, :10])


@pytest.mark.parametrize("wrong", [{"periods": ()}, {"periods": (0,)}, {"width": 7}])
def test_bad_sizes_are_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        PeriodWaveSettings(**wrong)


class OneClip:
    """One sound with fresh noise and times for every index."""

    def __init__(self):
        time = np.arange(320) / 16_000
        self.audio = torch.from_numpy(np.sin(2 * np.pi * 500 * time).astype(np.float32))

    def __len__(self):
        return 1_000

    def batch(self, indices):
        draws = np.random.default_rng(int(indices[0]))
        size = len(indices)
        return {
            "audio": self.audio.expand(size, -1),
            "log_mel": torch.zeros(size, 8, 16),
            "noise": torch.from_numpy(draws.standard_normal((size, 320), dtype=np.float32)),
            "time": torch.from_numpy(draws.random(size, dtype=np.float32)),
        }


@pytest.mark.slow
def test_it_learns_one_clip(tmp_path):
    source, objective = OneClip(), FlowObjective(built(), learning_rate=3e-3)
    before = float(objective.validate(source.batch(np.arange(8)))["velocity"][0])
    fit(objective, source, FitSettings(steps=120, batch_size=8), tmp_path)
    after = float(objective.validate(source.batch(np.arange(8)))["velocity"][0])
    assert after < 0.6 * before
    made = sample(objective.network, torch.zeros(1, 8, 16), torch.randn(1, 320), steps=4)
    assert torch.isfinite(made).all()
