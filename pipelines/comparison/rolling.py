"""Every model forecasts the same windows of the test part, and is scored over all of them."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...shared.errors import InputWarning
from ...shared.forecasting.backtest import require_finite
from ...shared.forecasting.metrics import Scores
from ...shared.forecasting.origins import batches, cutoffs_within, origins
from ...shared.forecasting.prediction import Prediction
from ...shared.forecasting.rolling import Contestant
from ...shared.forecasting.windows import gather_windows, targets
from ...shared.panels.panel import Panel
from .contestants import Entrant
from .evaluation import METRICS, Score

DECILES = tuple(round(0.1 * k, 1) for k in range(1, 10))
"""Probabilities over which pinball loss and CRPS are taken."""

Watch = Callable[[np.ndarray, np.ndarray, np.ndarray], None]
"""Is told series int64 [B], cutoffs int64 [B] and errors float [B, H], forecast less truth, NaN where that
was not observed."""


@dataclass(frozen=True)
class TestWindows:
    """The windows all models are judged on."""

    series: np.ndarray
    """int64 [B], column of the panel."""
    cutoff: np.ndarray
    """int64 [B], row of the last known step."""
    horizon: int

    @property
    def origins(self) -> int:
        """Number of cutoffs."""
        return len(np.unique(self.cutoff))


@dataclass(frozen=True)
class Answers:
    """One model's forecasts of the windows of the shown series."""

    series: np.ndarray
    """int64 [S]."""
    cutoff: np.ndarray
    """int64 [S]."""
    point: np.ndarray
    """float32 [S, H]."""
    quantiles: np.ndarray
    """float32 [S, H, Q]."""


class Judgement(NamedTuple):
    """A model's scores, and its forecasts of the shown series."""

    score: Score
    answers: Answers


def choose_windows(
    panel: Panel, rows: slice, horizon: int, count: int, minimum: int, lookback: int | None = None
) -> TestWindows:
    """About `count` origins spread evenly over `rows`; windows without any observation are left out.

    Args:
        minimum, lookback: steps a series must have had, and the last ones of which some must be observed.
    """
    possible = cutoffs_within(rows, horizon)
    chosen = possible[
        np.unique(np.linspace(0, len(possible) - 1, min(count, len(possible))).round().astype(int))
    ]
    series, cutoff = origins(panel, chosen, minimum, lookback)
    some = targets(panel, series, cutoff, horizon)[1].any(axis=1)
    return TestWindows(series[some], cutoff[some], horizon)


def judge(
    entrant: Entrant,
    panel: Panel,
    windows: TestWindows,
    *,
    naive_scale: np.ndarray,
    level: float,
    drawn: Sequence[float] = (),
    shown: Sequence[int] = (),
    watch: Watch | None = None,
) -> Judgement:
    """Scores of one model, and its forecasts of the shown series.

    Args:
        naive_scale: float64 [N], the denominator of MASE.
        level: central interval in percent whose coverage is counted.
        drawn: probabilities [Q] kept in the answers.
        shown: columns whose forecasts are kept.
        watch: is told of every batch.
    """
    ends = interval_ends(level)
    levels = tuple(sorted({*DECILES, *ends, *drawn}))
    deciles = _scores(panel, windows, DECILES, naive_scale)
    coverage = _scores(panel, windows, ends, None)
    picked_deciles, picked_ends, picked = ([levels.index(p) for p in some] for some in (DECILES, ends, drawn))
    kept: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    started = time.perf_counter()
    for batch, point, quantiles in answers_of(entrant.ask(levels), panel, windows):
        series, cutoff = windows.series[batch], windows.cutoff[batch]
        truth, observed = targets(panel, series, cutoff, windows.horizon)
        deciles.add(series, truth, observed, point, quantiles[..., picked_deciles])
        coverage.add(series, truth, observed, point, quantiles[..., picked_ends])
        if watch is not None:
            watch(series, cutoff, np.where(observed, point - truth, np.nan))
        mine = np.isin(series, shown)
        rows = np.arange(batch.start, batch.stop)[mine]
        kept.append((rows, point[mine], quantiles[mine][..., picked]))
    seconds = entrant.seconds + time.perf_counter() - started
    chosen = np.concatenate([rows for rows, _, _ in kept])
    answers = Answers(
        windows.series[chosen],
        windows.cutoff[chosen],
        np.concatenate([point for _, point, _ in kept]),
        np.concatenate([quantiles for _, _, quantiles in kept]),
    )
    return Judgement(_score(deciles, coverage, level, seconds), answers)


def answers_of(
    contestant: Contestant, panel: Panel, windows: TestWindows
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """(windows, points [B, H], quantiles [B, H, Q]) batch by batch, checked to be finite."""
    cutoffs, firsts = np.unique(windows.cutoff, return_index=True)
    everyone, firsts = np.arange(panel.n_series), np.append(firsts, len(windows.cutoff))
    size = max(contestant.batch_size // panel.n_series, 1) if contestant.whole else contestant.batch_size
    for part in batches(len(cutoffs) if contestant.whole else len(windows.cutoff), size):
        if contestant.whole:
            # All series of a cutoff are asked for together, and those judged picked from the answer.
            batch = slice(int(firsts[part.start]), int(firsts[part.stop]))
            asked = np.tile(everyone, part.stop - part.start), np.repeat(cutoffs[part], len(everyone))
            place = np.searchsorted(cutoffs[part], windows.cutoff[batch]) * len(everyone)
            picked = place + windows.series[batch]
        else:
            batch, asked = part, (windows.series[part], windows.cutoff[part])
            picked = np.arange(part.stop - part.start)
        given = contestant.answer(gather_windows(panel, *asked, contestant.lookback, windows.horizon))
        require_finite(given, panel, asked[0])
        yield batch, given.point[picked], _quantiles(given)[picked]


def _quantiles(given: Prediction) -> np.ndarray:
    assert given.quantiles is not None
    return given.quantiles


def interval_ends(level: float) -> tuple[float, float]:
    """Probabilities between which a central interval of `level` percent lies."""
    return round((100 - level) / 200, 9), round((100 + level) / 200, 9)


def _scores(
    panel: Panel, windows: TestWindows, levels: tuple[float, ...], naive_scale: np.ndarray | None
) -> Scores:
    return Scores(windows.horizon, panel.series, levels=levels, naive_scale=naive_scale)


def _score(deciles: Scores, coverage: Scores, level: float, seconds: float) -> Score:
    name = f"coverage_{level:g}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)  # the report shows undefined MASE as "–"
        overall, by_series = deciles.overall(), deciles.by_series()
        by_lead, inside = deciles.by_lead()["mae"], coverage.by_lead()[name]
    metrics = {key: _finite(overall.get(key)) for key in METRICS}
    metrics["coverage"] = _finite(coverage.overall()[name])
    return Score(
        metrics=metrics,
        error_by_lead=[_finite(value) for value in by_lead],
        coverage_by_lead=[_finite(value) for value in inside],
        mase_by_series={
            one: _finite(value) for one, value in zip(deciles.series, by_series["mase"], strict=True)
        },
        seconds=seconds,
    )


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None
