"""Flags that count something: whole numbers, never rounded ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cyclopts import Parameter, Token


def _whole(_: Any, tokens: Sequence[Token]) -> int:
    text = tokens[0].value
    try:
        return int(text)
    except ValueError:
        raise ValueError(f'"{text}" is not a whole number') from None


WHOLE = Parameter(converter=_whole, n_tokens=1)
"""Refuses 1.5, which cyclopts would round to 2."""
