"""NodeClassifier: what a person holds. A graph with some labels in, a class for every node out."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...shared.artifact.feature_spec import require_match
from ...shared.errors import InputError, note
from ...shared.settings_check import as_mapping, checked
from .classification.build import build_method
from .classification.feature_scaling import FeatureScaling
from .classification.labelled_graph import UNKNOWN, LabelledGraph, NodeSplit, random_split
from .classification.node_choice import chosen_nodes
from .classification.node_scores import NodeScores
from .node_classifier_settings import NodeClassifierSettings
from .sensor_graph.checks import counted

if TYPE_CHECKING:
    import pandas as pd

    from ...shared.artifact.card import ModelCard


class NodeClassifier:
    """A method that learns from the labelled nodes of a graph what the others are.

    Args:
        model: "gcn", "graph-transformer", "la-gcn" (local augmentation) or "erase" (bears wrong labels).
        model_settings: settings of the method (`classification.settings`).
        settings: fields of `NodeClassifierSettings`.

    Raises:
        InputError: no method has this name, or it has no such setting.
    """

    def __init__(
        self, model: str = "gcn", *, model_settings: dict[str, Any] | None = None, **settings: Any
    ) -> None:
        self.settings = checked(NodeClassifierSettings, settings, "NodeClassifier")
        self.method = build_method(model, **as_mapping("model_settings", model_settings))
        self.classes: tuple[str, ...] = ()
        self.scaling: FeatureScaling | None = None
        self.spec: dict[str, Any] | None = None
        """Features of the graph it was fitted on."""

    def fit(
        self, data: LabelledGraph, split: NodeSplit | None = None, *, run: Path | None = None
    ) -> NodeClassifier:
        """Learn from the nodes of `split.train`, choose by those of `split.validation`.

        The network sees the features and edges of all nodes, but no other label. A second `fit` starts anew;
        one that fails changes nothing.

        Args:
            split: None: all labelled nodes but the share `settings.validation`, drawn class by class.
            run: folder that keeps the training; None: none is kept.

        Raises:
            InputError: fewer than two classes among the training nodes, or nodes without a label.
        """
        _require_graph(data)
        split = split or random_split(
            data, validation=self.settings.validation, seed=self.settings.split_seed
        )
        _require_labels(data, split)
        scaling = FeatureScaling.fit(data.features, self.settings.scaling)
        graph = self._prepared(data, scaling, split.train)
        held_out = graph._replace(nodes=_numbers(split.validation)) if len(split.validation) else None
        method = copy.copy(self.method)
        method.fit(graph, held_out, len(data.classes), run)
        self.method = method
        self.scaling, self.classes, self.spec = scaling, data.classes, _spec(data)
        return self

    def probabilities(self, data: LabelledGraph) -> np.ndarray:
        """Probability of each class for each node, float64 [N, C], rows summing to 1.

        Raises:
            InputError: not fitted, or the graph has other features than that it was fitted on.
        """
        if self.scaling is None or self.spec is None:
            raise InputError(
                "model", f"{self.method.name} is not fitted", remedy="Call fit, or load a fitted one"
            )
        _require_graph(data)
        require_match(self.spec, _spec(data), "features")
        graph = self._prepared(data, self.scaling, np.arange(data.n_nodes))
        found = self.method.probabilities(graph)
        if not np.isfinite(found).all():
            raise ArithmeticError(f"{self.method.name} answered values that are not finite")
        return found

    def predict(self, data: LabelledGraph) -> pd.DataFrame:
        """A row a node: `node`, `label` (the likeliest class) and a column `p(class)` a class.

        Any graph with the same features will do; on the one it was fitted on, its structure was seen.
        """
        import pandas as pd

        found = self.probabilities(data)
        names = np.array(self.classes, dtype=object)
        frame = pd.DataFrame({"node": list(data.graph.nodes), "label": names[found.argmax(1)]})
        for place, name in enumerate(self.classes):
            frame[f"p({name})"] = found[:, place]
        return frame

    def evaluate(self, data: LabelledGraph, nodes: Any = None) -> NodeScores:
        """Compare answers and labels.

        Args:
            nodes: to judge by: numbers from 0 to N-1, such as `split.test`, or a mask, bool [N]; array,
                tensor or list. None: every labelled one, also those learnt from.

        Raises:
            InputError: as `probabilities`; `nodes` are neither, no node to judge by, one without a label, or
                an unknown class.
        """
        _require_graph(data)
        judged = data.labelled if nodes is None else chosen_nodes("nodes", nodes, data.n_nodes)
        unknown = judged[data.label[judged] == UNKNOWN]
        if len(unknown):
            where = f"node {data.graph.nodes[int(unknown[0])]}"
            raise InputError(
                "nodes", f"{counted(len(unknown), 'has', 'have')} no label to judge by", where=where
            )
        label = self._own_labels(data, judged)
        return NodeScores.of(self.probabilities(data)[judged], label, self.classes)

    def save(self, folder: str | Path, card: ModelCard | None = None) -> Path:
        """Write settings, weights and card to `folder`, whole or not at all."""
        from .node_classifier_files import save_classifier

        return save_classifier(self, folder, card)

    @classmethod
    def load(cls, name_or_folder: str | Path) -> NodeClassifier:
        """A saved classifier.

        Raises:
            InputError: there is none, or it is damaged or of another kind.
        """
        from .node_classifier_files import load_classifier

        return load_classifier(cls, name_or_folder)

    def _prepared(self, data: LabelledGraph, scaling: FeatureScaling, nodes: np.ndarray) -> Any:
        from .classification.prepared_graph import prepared_graph

        return prepared_graph(data, scaling, self.method.positions, nodes)

    def _own_labels(self, data: LabelledGraph, nodes: np.ndarray) -> np.ndarray:
        """Labels of `nodes` as places in the classifier's classes, matched by name."""
        place = {name: number for number, name in enumerate(self.classes)}
        strangers = sorted({data.classes[one] for one in data.label[nodes]} - place.keys())
        if strangers and self.classes:
            expected = f"one of {', '.join(self.classes)}"
            raise InputError("labels", f"class {strangers[0]!r} was never learnt", expected=expected)
        return np.array([place.get(data.classes[one], 0) for one in data.label[nodes]], np.int64)


def _numbers(nodes: np.ndarray) -> Any:
    import torch

    return torch.from_numpy(np.asarray(nodes, np.int64))


def _spec(data: LabelledGraph) -> dict[str, Any]:
    return {"features": data.features.shape[1], "feature_names": list(data.feature_names)}


def _require_labels(data: LabelledGraph, split: NodeSplit) -> None:
    for part, nodes in (("train", split.train), ("validation", split.validation)):
        chosen_nodes(f"split.{part}", nodes, data.n_nodes)
        missing = nodes[data.label[nodes] == UNKNOWN]
        if len(missing):
            where = f"node {data.graph.nodes[int(missing[0])]}"
            raise InputError(
                f"split.{part}", f"{counted(len(missing), 'node has', 'nodes have')} no label", where=where
            )
    counts = np.bincount(data.label[split.train], minlength=len(data.classes))
    if (counts > 0).sum() < 2:
        raise InputError(
            "labels",
            f"the {len(split.train)} training nodes have {int((counts > 0).sum())} classes",
            expected="two or more",
            remedy="Label some nodes of each class",
        )
    absent = [name for name, count in zip(data.classes, counts, strict=True) if not count]
    if absent:
        note(f"no training node is of class {', '.join(absent)}, so it will never be answered with reason")


def _require_graph(data: object) -> None:
    if not isinstance(data, LabelledGraph):
        raise InputError(
            "data",
            f"{type(data).__name__} is no graph with features",
            expected="a LabelledGraph",
            remedy="Make one with read_labelled_graph(features, edges, labels)",
        )
