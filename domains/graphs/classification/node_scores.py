"""How well nodes were classified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ....shared.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class NodeScores:
    """Counts of right and wrong answers by class."""

    confusion: np.ndarray
    """int64 [C, C]: how often class i was taken for class j."""
    classes: tuple[str, ...]
    log_loss: float
    """Mean of -log of the probability given to the right class."""

    @classmethod
    def of(cls, probability: np.ndarray, label: np.ndarray, classes: tuple[str, ...]) -> NodeScores:
        """From probabilities [M, C] and labels int64 [M] of the judged nodes.

        Raises:
            InputError: no node to judge.
        """
        if not len(label):
            raise InputError("nodes", "there are none to judge by", expected="labelled nodes")
        confusion = np.zeros((len(classes), len(classes)), np.int64)
        np.add.at(confusion, (label, probability.argmax(1)), 1)
        given = probability[np.arange(len(label)), label]
        return cls(confusion, classes, float(-np.log(np.maximum(given, 1e-12)).mean()))

    @property
    def count(self) -> int:
        """M, the nodes judged."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return float(np.trace(self.confusion) / self.count)

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the classes that occur or are answered."""
        return float(self.by_class()["f1"].to_numpy().mean())

    def by_class(self) -> pd.DataFrame:
        """class, nodes, precision, recall and f1, without classes that neither occur nor are answered; a
        precision or recall without any node to count is 0."""
        import pandas as pd

        right, nodes, answers = np.diag(self.confusion), self.confusion.sum(1), self.confusion.sum(0)
        columns = {
            "class": np.array(self.classes, dtype=object),
            "nodes": nodes,
            "precision": right / np.maximum(answers, 1),
            "recall": right / np.maximum(nodes, 1),
            "f1": 2 * right / np.maximum(nodes + answers, 1),
        }
        shown = np.flatnonzero(nodes + answers)
        return pd.DataFrame({name: values[shown] for name, values in columns.items()})
