"""Arrays by dotted name: the parts of an artefact's state, put under a prefix and taken from below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")


def under(prefix: str, arrays: Mapping[str, Value]) -> dict[str, Value]:
    """The arrays with `prefix.` before each name."""
    return {f"{prefix}.{name}": value for name, value in arrays.items()}


def below(prefix: str, arrays: Mapping[str, Value]) -> dict[str, Value]:
    """What `under` put there, by its own names; other arrays are left out."""
    start = f"{prefix}."
    return {name.removeprefix(start): value for name, value in arrays.items() if name.startswith(start)}
