"""Which quantiles a person asks for: central intervals and probabilities, in one ascending list."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InputError


def central_probabilities(levels: Sequence[float], quantiles: Sequence[float]) -> tuple[float, ...]:
    """Ascending probabilities of central intervals (percent) and quantiles together.

    Raises:
        InputError: a level outside (0, 100) or a quantile outside (0, 1).
    """
    for level in levels:
        if not 0 < level < 100:
            raise InputError("levels", f"{level} is not a level", expected="percent between 0 and 100")
    for quantile in quantiles:
        if not 0 < quantile < 1:
            raise InputError("quantiles", f"{quantile} is not a quantile", expected="between 0 and 1")
    both = [q for level in levels for q in ((100 - level) / 200, (100 + level) / 200)] + list(quantiles)
    return tuple(sorted({round(q, 9) for q in both}))
