"""What counts as a whole number among the values that callers pass."""

from __future__ import annotations

from typing import TypeGuard

import numpy as np


def is_whole(value: object) -> TypeGuard[int]:
    """Whether it is one, NumPy's included; true and false are none."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
