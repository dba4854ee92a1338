"""All models of a comparison judged on the same windows, and one of them chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import numpy as np

from ...shared.errors import InputError
from ...shared.forecasting.metrics import seasonal_naive_scale
from ...shared.panels.panel import Panel
from .contestants import Entrant
from .evaluation import NAIVE, Evaluation
from .rolling import Answers, TestWindows, Watch, choose_windows, interval_ends, judge

MOST_ORIGINS_TO_CHOOSE = 60


@dataclass(frozen=True)
class Terms:
    """What a comparison is about."""

    splits: Mapping[str, tuple[int, int]]
    """Rows of train, validation and test."""
    horizon: int
    origins: int
    """Forecast origins, spread evenly over the test part."""
    levels: Sequence[float]
    """Central intervals in percent; the widest is judged."""
    shown: Sequence[int] = ()
    """Series whose forecasts are kept."""
    naive: Sequence[str] = (NAIVE,)
    """Simple methods; the best of them on the validation part is what others are set beside."""
    judged_by: Literal["mase", "mae"] = "mase"

    @property
    def drawn(self) -> tuple[float, ...]:
        """Probabilities at the ends of all levels, ascending."""
        return tuple(sorted({end for one in self.levels for end in interval_ends(one)}))


class Outcome(NamedTuple):
    """Scores of all models, and what the chosen one forecast for the shown series."""

    evaluation: Evaluation
    answers: Answers
    windows: TestWindows
    naive_scale: np.ndarray
    """float64 [N], the denominator of MASE."""


def judge_all(
    entrants: Mapping[str, Entrant],
    panel: Panel,
    terms: Terms,
    *,
    skipped: Mapping[str, str] | None = None,
    watches: Mapping[str, Watch] | None = None,
    seen: Sequence[str] = (),
) -> Outcome:
    """Judge every model on the test part; the validation part alone chooses one.

    Args:
        skipped: models that could not take part, with the reason.
        watches: by model, who is told of its errors on the test part.
        seen: models that were trained beforehand on rows of the test part.

    Raises:
        InputError: nothing was observed in the test part.
        NonFinite: a model answered NaN or infinity.
    """
    windows = _windows(entrants, panel, terms, "test", terms.origins)
    if not len(windows.series):
        raise InputError(
            "test_share",
            "no window of the test part has a value to judge by",
            remedy="Raise test_share, or lower the horizon",
        )
    start, stop = terms.splits["train"]
    scale = seasonal_naive_scale(panel.values[start:stop], panel.observed[start:stop], panel.period)
    errors, judged_by = _validation_errors(entrants, panel, terms, scale)
    chosen = min(errors, key=lambda name: errors[name])
    judging = partial(
        judge, panel=panel, windows=windows, naive_scale=scale,
        level=max(terms.levels), drawn=terms.drawn, shown=terms.shown,
    )  # fmt: skip
    judged = {name: judging(one, watch=(watches or {}).get(name)) for name, one in entrants.items()}
    evaluation = Evaluation(
        scores={name: found.score for name, found in judged.items()},
        skipped=dict(skipped or {}),
        origins=windows.origins,
        windows=len(windows.series),
        level=max(terms.levels),
        chosen=chosen,
        validation_error=errors,
        judged_by=judged_by,
        seen=tuple(seen),
        naive=min((name for name in terms.naive if name in errors), key=lambda name: errors[name]),
    )
    return Outcome(evaluation, judged[chosen].answers, windows, scale)


def _windows(
    entrants: Mapping[str, Entrant], panel: Panel, terms: Terms, part: str, count: int
) -> TestWindows:
    """Windows of a part of the data that every model can answer from what it sees."""
    need = max(one.minimum for one in entrants.values())
    seen = min((one.lookback for one in entrants.values() if one.lookback is not None), default=None)
    return choose_windows(panel, slice(*terms.splits[part]), terms.horizon, count, need, seen)


def _validation_errors(
    entrants: Mapping[str, Entrant], panel: Panel, terms: Terms, scale: np.ndarray
) -> tuple[dict[str, float], Literal["mase", "mae"]]:
    """Error of every model on the validation part: as asked, or MAE where a MASE is not defined for all."""
    count = min(terms.origins, MOST_ORIGINS_TO_CHOOSE)
    windows = _windows(entrants, panel, terms, "validation", count)
    if not len(windows.series):
        return dict.fromkeys(entrants, 0.0), terms.judged_by  # nothing to choose by: the first it is
    found = {
        name: judge(one, panel, windows, naive_scale=scale, level=max(terms.levels)).score.metrics
        for name, one in entrants.items()
    }
    defined = all(metrics["mase"] is not None for metrics in found.values())
    by: Literal["mase", "mae"] = "mase" if terms.judged_by == "mase" and defined else "mae"
    return {name: float(metrics[by] or 0.0) for name, metrics in found.items()}, by
