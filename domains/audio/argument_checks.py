"""Numbers that callers pass: whole ones and factors, refused in a sentence instead of failing far inside."""

from __future__ import annotations

from math import inf, isfinite, nan
from typing import Any

from ...shared.errors import InputError
from ...shared.number_check import is_whole


def whole_number(field: str, given: Any, least: int = 0) -> int:
    """`given` as an int that is `least` or more.

    Raises:
        InputError: it is no whole number (true and false are none), or smaller.
    """
    if not is_whole(given) or given < least:
        raise InputError(field, f"is {shown(given)}", expected=f"a whole number, {least} or more")
    return int(given)


def positive_factor(field: str, given: Any) -> float:
    """`given` as a positive, finite float; a number in an array without axes counts as one.

    Raises:
        InputError: it is something else.
    """
    factor = as_float(given)
    if not isfinite(factor) or factor <= 0:
        raise InputError(field, f"is {shown(given)}", expected="a positive factor such as 1.2")
    return factor


def as_float(given: Any) -> float:
    """`given` as a float, NaN where it is no number; one in an array without axes counts."""
    number = given.item() if getattr(given, "ndim", None) == 0 else given
    if not isinstance(number, (int, float)) or isinstance(number, bool):
        return nan
    try:
        return float(number)
    except OverflowError:  # a whole number beyond all floats
        return inf


def shown(given: Any) -> str:
    """How a sentence shows what was passed: short values as written, long ones by their type."""
    text = " ".join(repr(given).split()) if not isinstance(given, int) or abs(given) < 10**18 else "too large"
    return text if len(text) <= 60 else f"of type {type(given).__name__}"
