"""Wrong labels on purpose, to measure how much of them a method bears."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ....shared.errors import InputError

NoiseKind = Literal["symmetric", "asymmetric"]


def noisy_labels(
    label: np.ndarray, classes: int, ratio: float, kind: NoiseKind, rng: np.random.Generator
) -> np.ndarray:
    """Labels of which a share is wrong.

    symmetric: `ratio` of the nodes get any of the other classes, all alike. asymmetric: each class has
    one other class, drawn once, that `ratio` of its nodes get. The count is exact, `round(ratio * M)` over
    all nodes (over each class where asymmetric), so that two draws are equally hard.

    Args:
        label: int64 [M], each in 0 to `classes` - 1.
        ratio: share of wrong labels, 0 to 1.

    Raises:
        InputError: fewer than two classes, or a ratio outside 0 to 1.
    """
    if not 0 <= ratio <= 1:
        raise InputError("ratio", f"{ratio} is no share", expected="0 to 1")
    if classes < 2:
        raise InputError("classes", f"there is {classes}", expected="2 or more, so that a label can be wrong")
    noisy = label.copy()
    if kind == "symmetric":
        wrong = rng.permutation(len(label))[: round(ratio * len(label))]
        noisy[wrong] = (label[wrong] + rng.integers(1, classes, len(wrong))) % classes
        return noisy
    partner = (np.arange(classes) + rng.integers(1, classes, classes)) % classes
    for place in range(classes):
        nodes = rng.permutation(np.flatnonzero(label == place))
        noisy[nodes[: round(ratio * len(nodes))]] = partner[place]
    return noisy
