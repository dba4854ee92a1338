"""A table of figures that says of each what it is and what it was measured on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """One figure."""

    name: str
    value: float
    meaning: str
    """Its definition, tolerances and unit included."""


@dataclass(frozen=True)
class CrystalScores:
    """Figures of one set of crystals, with the names and sizes of all sets that took part."""

    scores: tuple[Score, ...]
    sets: Mapping[str, int]
    """Crystals by the role and name of a set, such as "reference perov_5 test"."""
    notes: tuple[str, ...] = ()
    """What was left out, and why."""

    def __getitem__(self, name: str) -> float:
        """The value of a figure.

        Raises:
            KeyError: no such figure.
        """
        for score in self.scores:
            if score.name == name:
                return score.value
        raise KeyError(name)

    def as_dict(self) -> dict[str, object]:
        """The same as plain values for JSON: what is not finite is None."""
        return {
            "sets": dict(self.sets),
            "scores": {
                score.name: {
                    "value": score.value if math.isfinite(score.value) else None,
                    "meaning": score.meaning,
                }
                for score in self.scores
            },
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        wide = max((len(score.name) for score in self.scores), default=0)
        rows = [f"{score.name:<{wide}}  {score.value:8.4f}  {score.meaning}" for score in self.scores]
        sets = [f"{name}: {count:,} crystals" for name, count in self.sets.items()]
        return "\n".join([*sets, *rows, *self.notes])
