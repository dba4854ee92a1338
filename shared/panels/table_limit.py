"""How large a table may become when its series are laid on one axis: a stray time can fill any memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..errors import InputError

USUAL = 2_000_000_000
"""Cells of a nearly empty table that are refused when nobody says less."""
_most: ContextVar[int | None] = ContextVar("most_cells", default=None)


@contextmanager
def at_most(cells: int) -> Iterator[None]:
    """Within this block, tables of more than so many cells (steps x series) are refused."""
    token = _most.set(cells)
    try:
        yield
    finally:
        _most.reset(token)


def require_room(steps: int, series: int, rows: int) -> None:
    """Raise InputError for a table of [steps, series] that is too large, before it is made.

    Args:
        rows: that it is made from; without a limit only tables that are nearly empty are refused.
    """
    cells, most = steps * series, _most.get()
    if most is not None and cells > most:
        raise InputError(
            "data",
            f"{rows:,} rows would spread over {steps:,} steps x {series:,} series",
            expected=f"at most {most:,} cells",
            remedy="Check the times for outliers, or send fewer series or steps at a time",
        )
    if cells > USUAL and rows < cells // 100:
        raise InputError(
            "data",
            f"{rows} rows would spread over {steps} steps x {series} series ({cells * 5 / 1e9:.0f} GB)",
            expected="series that overlap in time",
            remedy="Check the time stamps for outliers, pass freq=, or read fewer series at a time",
        )
