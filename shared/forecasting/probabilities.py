"""Which quantiles a person asks for: central intervals and probabilities, in one ascending list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import InputError


def central_probabilities(levels: Sequence[float], quantiles: Sequence[float]) -> tuple[float, ...]:
    """Ascending probabilities of central intervals (percent) and quantiles together.

    Raises:
        InputError: a level outside (0, 100) or a quantile outside (0, 1).
    """
    for level in _numbers("levels", levels, "percent between 0 and 100"):
        if not 0 < level < 100:
            raise InputError("levels", f"{level} is not a level", expected="percent between 0 and 100")
    for quantile in _numbers("quantiles", quantiles, "numbers between 0 and 1"):
        if not 0 < quantile < 1:
            raise InputError("quantiles", f"{quantile} is not a quantile", expected="between 0 and 1")
    both = [q for level in levels for q in ((100 - level) / 200, (100 + level) / 200)] + list(quantiles)
    return tuple(sorted({round(q, 9) for q in both}))


def _numbers(field: str, given: Sequence[float], expected: str) -> Sequence[float]:
    """What is given, when it is a sequence of numbers."""
    listed = isinstance(given, Sequence | np.ndarray) and not isinstance(given, str)
    if not listed or not all(isinstance(number, int | float | np.number) for number in given):
        raise InputError(field, f"{given!r} are no numbers in a list", expected=expected)
    return given
