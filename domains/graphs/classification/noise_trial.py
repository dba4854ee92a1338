"""One trial of the question how much wrong labels cost: corrupt, fit, judge by the true labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..node_classifier import NodeClassifier
from ..systems.label_noise import NoiseKind, noisy_labels
from .labelled_graph import LabelledGraph, NodeSplit


def corrupted(
    data: LabelledGraph, nodes: np.ndarray, ratio: float, kind: NoiseKind, seed: int
) -> LabelledGraph:
    """The graph with wrong labels at a share `ratio` of `nodes` (int64 numbers); the others keep theirs."""
    label = data.label.copy()
    label[nodes] = noisy_labels(label[nodes], len(data.classes), ratio, kind, np.random.default_rng(seed))
    return data.with_label(label)


def noise_trial(
    model: str,
    data: LabelledGraph,
    split: NodeSplit,
    *,
    ratio: float,
    kind: NoiseKind = "symmetric",
    seed: int = 0,
    settings: dict[str, Any] | None = None,
) -> float:
    """Test accuracy of `model` after `ratio` of the labels it learns from were made wrong.

    Only training labels are touched: the validation nodes, by which every model stops, keep their true ones.
    `seed` draws the noise, the same for every model, and the model's weights.
    """
    noisy = corrupted(data, split.train, ratio, kind, seed)
    fitted = NodeClassifier(model, model_settings={**(settings or {}), "seed": seed}).fit(noisy, split)
    return fitted.evaluate(data, split.test).accuracy
