"""Pretraining windows: gaps filled, errors counted in MASE's unit."""

import numpy as np
import torch
from fourfold.domains.timeseries.pretraining.training_samples import PretrainingSource
from torch import Tensor


class Fixed:
    """A mixture that answers with the same arrays, copied."""

    def __init__(self, context: np.ndarray, observed: np.ndarray, period: list[int]) -> None:
        self.context, self.observed, self.period = context, observed, period

    def __len__(self) -> int:
        return len(self.context)

    def batch(self, indices: np.ndarray) -> dict[str, Tensor]:
        count = len(self.context)
        return {
            "context": torch.tensor(self.context, dtype=torch.float32),
            "observed": torch.tensor(self.observed),
            "target": torch.ones(count, 4),
            "target_observed": torch.ones(count, 4, dtype=torch.bool),
            "period": torch.tensor(self.period),
        }


def test_gaps_are_filled_linearly_and_ends_held() -> None:
    context = np.zeros((1, 12))
    context[0, 2:] = np.arange(10.0)
    observed = np.ones((1, 12), dtype=bool)
    observed[0, [0, 1, 5, 6, 11]] = False
    context[~observed] = 0
    filled = PretrainingSource(Fixed(context, observed, [3])).batch(np.arange(1))["context"][0]
    np.testing.assert_allclose(filled, [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8], atol=1e-6)


def test_the_unit_is_the_seasonal_naive_error() -> None:
    rng = np.random.default_rng(0)
    context = rng.normal(size=(2, 60)).astype(np.float32)
    batch = PretrainingSource(Fixed(context, np.ones((2, 60), dtype=bool), [7, 1])).batch(np.arange(2))
    expected = [np.abs(context[0, 7:] - context[0, :-7]).mean(), np.abs(np.diff(context[1])).mean()]
    np.testing.assert_allclose(batch["scale"], expected, rtol=1e-5)


def test_a_pure_season_keeps_a_tenth_of_its_spread_as_unit() -> None:
    context = np.resize([0.0, 2.0], (1, 40))
    batch = PretrainingSource(Fixed(context, np.ones((1, 40), dtype=bool), [2])).batch(np.arange(1))
    np.testing.assert_allclose(batch["scale"], [0.1], rtol=1e-5)


def test_a_flat_window_counts_for_nothing() -> None:
    batch = PretrainingSource(Fixed(np.full((1, 40), 3.0), np.ones((1, 40), dtype=bool), [2])).batch(
        np.arange(1)
    )
    assert not batch["target_observed"].any() and torch.isfinite(batch["scale"]).all()
