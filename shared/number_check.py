"""What counts as a whole number among the values that callers pass."""

from __future__ import annotations

from typing import TypeGuard

import numpy as np

LARGEST_SEED = 2**53 - 1
"""The largest whole number that every reader of JSON keeps."""


def is_whole(value: object) -> TypeGuard[int]:
    """Whether it is one, NumPy's included; true and false are none."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
