"""Which quantiles a person asks for: central intervals and probabilities, in one ascending list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import InputError
from .forecast import interval_column

ROUNDING = 1e-14
"""By which the same probability may differ, told as a level and as a quantile."""


def central_probabilities(levels: Sequence[float], quantiles: Sequence[float]) -> tuple[float, ...]:
    """Ascending probabilities of central intervals (percent) and quantiles together.

    Raises:
        InputError: a level outside (0, 100) or a quantile outside (0, 1), or two whose columns would have one
            name, as they differ in the seventh digit only.
    """
    for level in _numbers("levels", levels, "percent between 0 and 100"):
        if not 0 < level < 100:
            raise InputError("levels", f"{level} is not a level", expected="percent between 0 and 100")
    for quantile in _numbers("quantiles", quantiles, "numbers between 0 and 1"):
        if not 0 < quantile < 1:
            raise InputError("quantiles", f"{quantile} is not a quantile", expected="between 0 and 1")
    sides = [("levels", level, (100 + side * level) / 200) for level in levels for side in (-1, 1)]
    asked = [*sides, *(("quantiles", quantile, quantile) for quantile in quantiles)]
    _require_names(asked)
    return tuple(sorted({round(q, 9) for _, _, q in asked}))


def _require_names(asked: Sequence[tuple[str, float, float]]) -> None:
    """Refuse different probabilities whose columns would have one name."""
    named: dict[str, tuple[float, float]] = {}
    for field, given, q in asked:
        other, known = named.setdefault(interval_column("", q), (given, q))
        if abs(known - q) > ROUNDING:
            problem = f"{given} and {other} would have columns of one name"
            raise InputError(field, problem, expected="numbers that differ more", remedy="Leave one out")


def _numbers(field: str, given: Sequence[float], expected: str) -> Sequence[float]:
    """What is given, when it is a sequence of numbers."""
    listed = isinstance(given, Sequence | np.ndarray) and not isinstance(given, str)
    if not listed or not all(isinstance(number, int | float | np.number) for number in given):
        raise InputError(field, f"{given!r} are no numbers in a list", expected=expected)
    return given
