"""What a user wants of new crystals, checked against the generator that is to make them."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np

from ...shared.errors import InputError
from .crystal_model import CrystalModel
from .formulas import formula_text
from .known_elements import seen_alone, tell_unseen_formula
from .wishes import elements_of, numbers_of_formula, whole_number


@dataclass(frozen=True)
class Wish:
    """What the crystals shall be; None: anything."""

    numbers: np.ndarray | None = None
    """Atomic numbers of the cell, int64 [N]."""
    allowed: np.ndarray | None = None
    """bool [100]."""
    num_atoms: int | None = None
    value: float | None = None
    """Of the trained property."""
    latent: bool = False
    """Draw latents and decode these, even without a wish that needs it."""

    @classmethod
    def of(
        cls,
        model: CrystalModel,
        composition: object,
        elements: object,
        num_atoms: object,
        property: object,
        latent: bool = False,
        seen: np.ndarray | None = None,
    ) -> Wish:
        """A wish as a user says it.

        Args:
            seen: elements that the model was trained on, bool [100]; None: any.

        Raises:
            InputError: what makes no sense, both a formula and elements, or only elements never seen.
        """
        most = model.max_atoms()
        count = None if num_atoms is None else whole_number("num_atoms", num_atoms, 1, most)
        if composition is not None and elements is not None:
            raise InputError("elements", "are given beside a composition", expected="one of the two")
        if property is not None and model.property is None:
            raise InputError("property", "the generator was trained without one", remedy="Leave it out")
        value = None if property is None else near_value("property", property)
        if value is not None and model.property is not None:
            model.property.tell_far("property", value)
        numbers = None if composition is None else numbers_of_formula(str(composition), count, most)
        allowed = None if elements is None else elements_of(elements)
        if seen is not None and numbers is not None:
            tell_unseen_formula(composition, numbers, seen)
        if seen is not None and allowed is not None:
            allowed = seen_alone(allowed, seen)
        return cls(numbers, allowed, count, value, latent)

    @property
    def by_latent(self) -> bool:
        """Whether the latent has a say in what is made: a formula or elements would contradict it."""
        return self.numbers is None and self.allowed is None and (self.latent or self.value is not None)

    @property
    def fixed_size(self) -> bool:
        """Whether the number of atoms is wished for."""
        return self.numbers is not None or self.num_atoms is not None

    def least_atoms(self) -> int:
        """How many atoms the cell must have room for."""
        if self.numbers is not None:
            return len(self.numbers)
        return self.num_atoms or 1

    def refuse_known(self, avoid: frozenset[str]) -> None:
        """Refuse a wish that leaves a formula alone which is to be avoided.

        Raises:
            InputError: nothing else can come out.
        """
        numbers = self.numbers
        if numbers is None and self.allowed is not None and self.allowed.sum() == 1:
            numbers = np.flatnonzero(self.allowed) + 1
        if numbers is not None and formula_text(numbers) in avoid:
            raise InputError(
                "novel",
                "the generator was trained on the only formula that is wished for",
                remedy="Leave novel out, or wish for other elements",
            )


def near_value(name: str, value: object) -> float:
    """The value as a finite number.

    Raises:
        InputError: it is none.
    """
    if not isinstance(value, Real) or isinstance(value, bool) or not np.isfinite(float(value)):
        raise InputError(name, f"is {value!r}", expected="a finite number")
    return float(value)
