"""Does a model that reads crystals as text see their geometry? Shuffle the coordinates and ask again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ....shared.errors import InputError
from ..crystals.crystals import Crystals
from .mat_text import MatText
from .perturbations import shuffle_coordinates
from .probe_features import geometry_features, text_features
from .ridge import Ridge

FEWEST = 50
"""Crystals: fewer leave nothing to choose a penalty and to test on."""


@dataclass(frozen=True)
class ProbeAnswer:
    """One regressor on the crystals it was not trained on."""

    mae: float
    """Mean absolute error, in the unit of the property."""
    change: float
    """Mean absolute change of its predictions when the crystals are disturbed, in that unit."""
    penalty: float
    """Ridge penalty, chosen on held-out training crystals."""


@dataclass(frozen=True)
class GeometryProbe:
    """What `geometry_probe` found."""

    representation: str
    text: ProbeAnswer
    """Of the regressor that reads the text."""
    geometry: ProbeAnswer
    """Of the one that reads elements and distances."""
    floor: float
    """Mean absolute error of always answering the mean of the training crystals."""
    spread: float
    """Standard deviation of the property over the tested crystals."""
    due: float | None
    """Mean absolute change of the property itself; None where that is only known of the crystals given."""
    tested: int
    """Crystals tested on."""

    @property
    def blindness(self) -> float | None:
        """1 - change of the text reader / change due, at least 0: 1 is blind; None without a change due."""
        if not self.due:
            return None
        return max(0.0, 1.0 - self.text.change / self.due)

    def sentence(self) -> str:
        """The finding in words."""
        due = "" if self.due is None else f" where {self.due:.3g} was due"
        return (
            f"{self.representation}: MAE {self.text.mae:.3g} from text, {self.geometry.mae:.3g} from "
            f"geometry, {self.floor:.3g} from the mean; disturbed coordinates move the prediction from text "
            f"by {self.text.change:.3g}, that from geometry by {self.geometry.change:.3g}{due} "
            f"({self.tested} crystals)"
        )


def geometry_probe(
    crystals: Crystals,
    target: str | np.ndarray | Callable[[Crystals], np.ndarray],
    *,
    representation: str = "crystal_text_llm",
    decimals: int = 3,
    disturb: Callable[[Crystals], Crystals] = shuffle_coordinates,
    seed: int = 0,
) -> GeometryProbe:
    """Two ridge regressors, one on the words of the text and one on elements and distances, disturbed.

    Trained on 60 % of the crystals, penalty chosen on 20 %, judged on 20 %, split by seed. A reader that sees
    geometry changes its answer about as much as the property changes; one that is blind does not.

    Args:
        target: a property of the crystals by name, its values [M], or what gives the values of any crystals
            (such as a `HypotheticalPotential`), for which alone the change that is due is known.
        disturb: changes the crystals tested; the default puts each one's coordinates in a random order.

    Raises:
        InputError: fewer than 50 crystals, no such property or representation, values that are not finite.
    """
    if len(crystals) < FEWEST:
        raise InputError("crystals", f"there are {len(crystals)}", expected=f"{FEWEST} or more")
    values = _values(crystals, target)
    order = np.random.default_rng(seed).permutation(len(crystals))
    tested = np.sort(order[: len(order) // 5])
    trained = np.sort(order[len(order) // 5 :])
    held_out = np.isin(trained, order[len(order) // 5 : 2 * (len(order) // 5)])
    after = disturb(crystals.take(tested))
    text = MatText(representation, decimals=decimals)
    readers: list[Callable[[Crystals], np.ndarray]] = [
        lambda some: text_features(text.encode(some)),
        geometry_features,
    ]
    answers = []
    for read in readers:
        fitted = Ridge.fit(read(crystals.take(trained)), values[trained], held_out)
        here, there = fitted.predict(read(crystals.take(tested))), fitted.predict(read(after))
        missed = float(np.abs(here - values[tested]).mean())
        answers.append(ProbeAnswer(missed, float(np.abs(there - here).mean()), fitted.penalty))
    due = float(np.abs(target(after) - values[tested]).mean()) if callable(target) else None
    floor = float(np.abs(values[tested] - values[trained].mean()).mean())
    return GeometryProbe(
        representation, answers[0], answers[1], floor, float(values[tested].std()), due, len(tested)
    )


def _values(crystals: Crystals, target: str | np.ndarray | Callable[[Crystals], np.ndarray]) -> np.ndarray:
    """The property of each crystal, float64 [M]."""
    if isinstance(target, str):
        if target not in crystals.properties:
            known = ", ".join(crystals.properties) or "none at all"
            raise InputError("target", f"there is no property {target!r}", expected=f"one of: {known}")
        values = crystals.properties[target]
    else:
        values = target(crystals) if callable(target) else target
    values = np.asarray(values, np.float64)
    if values.shape != (len(crystals),):
        raise InputError("target", f"has the shape {values.shape}", expected=f"({len(crystals)},)")
    if not np.isfinite(values).all():
        where = f"crystal {crystals.ids[int((~np.isfinite(values)).argmax())]}"
        raise InputError("target", "a value is not finite", where=where)
    return values
