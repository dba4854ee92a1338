"""Horizons: how many steps ahead may be asked for."""

from __future__ import annotations

from ..errors import InputError, note
from ..number_check import is_whole

LONGEST_HORIZON = 100_000
"""Steps; far beyond any sense, and small enough to be refused before memory and hours are spent."""


def require_horizon(horizon: int | None) -> int:
    """The horizon, when it is a number of steps that can be forecast.

    Raises:
        InputError: none was given, no whole number, below 1, or beyond `LONGEST_HORIZON`.
    """
    if horizon is None:
        raise InputError(
            "horizon",
            "how many steps ahead is not said",
            expected="a whole number, 1 or more",
            remedy="Pass horizon= (in the shell: --horizon)",
        )
    if not is_whole(horizon) or horizon < 1:
        raise InputError(
            "horizon", f"{horizon!r} is not a number of steps", expected="a whole number, 1 or more"
        )
    horizon = int(horizon)
    if horizon > LONGEST_HORIZON:
        raise InputError("horizon", f"{horizon} steps are too many", expected=f"at most {LONGEST_HORIZON:,}")
    return horizon


def warn_beyond(wanted: int, longest: int | None) -> None:
    """Warn that forecasts beyond the longest trained horizon are fed back (from three calls up)."""
    if longest is not None and wanted > longest:
        note(
            f"horizon {wanted} is beyond the trained {longest}: forecasts are fed back as history "
            "to go on, and intervals of the later steps are rough"
        )


def finetune_horizon(horizon: int | None, fitted: int | None, longest: int | None) -> int:
    """The horizon to fine-tune for: the one asked for, the fitted one, or the model's longest.

    Raises:
        InputError: none is known, or it is beyond the model's longest.
    """
    horizon = horizon if horizon is not None else fitted or longest
    if horizon is None:
        raise InputError("horizon", "is not known before the first fit", remedy="Pass horizon=")
    horizon = require_horizon(horizon)
    if longest is not None and horizon > longest:
        raise InputError(
            "horizon", f"{horizon} is beyond the model's", expected=f"at most {longest}", remedy="Use fit"
        )
    return horizon
