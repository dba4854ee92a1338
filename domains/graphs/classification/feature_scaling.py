"""How raw features become those a network reads; the same way for the graph it learnt from and any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

ScalingKind = Literal["auto", "rows", "standard", "none"]


@dataclass(frozen=True)
class FeatureScaling:
    """rows: each node's features divided by their sum of sizes (counts of words). standard: each feature
    centred and divided by its spread over the fitted nodes. none: as they are.
    """

    kind: Literal["rows", "standard", "none"]
    centre: np.ndarray | None = None
    """float64 [F], for standard."""
    spread: np.ndarray | None = None
    """float64 [F], for standard; 1 where a feature is constant."""

    @classmethod
    def fit(cls, features: np.ndarray, kind: ScalingKind) -> FeatureScaling:
        """From [N, F]; auto means rows where nothing is negative, else standard."""
        chosen = kind if kind != "auto" else ("rows" if (features >= 0).all() else "standard")
        if chosen != "standard":
            return cls(chosen)
        values = features.astype(np.float64)
        spread = values.std(0)
        return cls(chosen, values.mean(0), np.where(spread > 1e-12, spread, 1.0))

    def apply(self, features: np.ndarray) -> np.ndarray:
        """float32 [N, F]; a node without any feature stays a row of zeros."""
        if self.kind == "rows":
            total = np.abs(features).sum(1, keepdims=True, dtype=np.float64)
            return (features / np.where(total > 0, total, 1)).astype(np.float32)
        if self.kind == "standard":
            return ((features - self.centre) / self.spread).astype(np.float32)
        return features.astype(np.float32)

    def facts(self) -> dict[str, Any]:
        """As JSON, for the artefact."""
        if self.centre is None or self.spread is None:
            return {"kind": self.kind}
        return {"kind": self.kind, "centre": self.centre.tolist(), "spread": self.spread.tolist()}

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> FeatureScaling:
        """What `facts` wrote."""
        arrays = {name: np.array(facts[name]) for name in ("centre", "spread") if name in facts}
        return cls(facts["kind"], **arrays)
