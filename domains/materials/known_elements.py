"""Elements that a generator has seen, and what is said of those that it has not."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np

from ...shared.errors import InputError, InputWarning, note
from .crystals.crystals import Crystals
from .crystals.elements import NUMBERS, SYMBOLS

STRUCTURES = "structures: in "
REMEDY = "Fine-tune it with crystals that have it"
_SYMBOL = re.compile(r"[A-Z][a-z]?")


def elements_in(formulas: Iterable[str]) -> np.ndarray:
    """Which elements occur in formulas such as "O3Ti1Sr1", bool [100], column Z - 1."""
    seen = np.zeros(len(SYMBOLS), bool)
    seen[[NUMBERS[symbol] - 1 for symbol in {x for text in formulas for x in _SYMBOL.findall(text)}]] = True
    return seen


def seen_alone(allowed: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """The allowed elements that were seen, bool [100]; a note names those left out.

    Raises:
        InputError: none was.
    """
    others = allowed & ~seen
    if not others.any():
        return allowed
    problem = f"{_are(others)} in no crystal that the generator was trained on"
    if not (allowed & seen).any():
        raise InputError("elements", problem, expected=f"some of {_listed(seen)}", remedy=REMEDY)
    note(f"elements: {problem}, and left out; it knows {_listed(seen)}")
    return allowed & seen


def tell_unseen_formula(formula: object, numbers: np.ndarray, seen: np.ndarray) -> None:
    """A note where a composition has elements that were never seen."""
    others = _occurring(numbers) & ~seen
    if others.any():
        note(f"composition: in {formula} {_a_guess(others, seen)}")


def tell_unseen(crystals: Crystals, seen: np.ndarray) -> None:
    """A note of crystals with elements that were never seen."""
    said = unseen_sentence(crystals, seen)
    if said is not None:
        note(said)


def unseen_sentence(crystals: Crystals, seen: np.ndarray) -> str | None:
    """Which crystals have elements that were never seen; None: none has."""
    others = ~seen[np.asarray(crystals.numbers) - 1]
    if not others.any():
        return None
    rows = np.unique(np.repeat(np.arange(len(crystals)), crystals.counts)[others])
    names = ", ".join(crystals.ids[row] for row in rows[:3]) + (", ..." if len(rows) > 3 else "")
    elements = _occurring(np.asarray(crystals.numbers)[others])
    return f"{STRUCTURES}{len(rows)} of {len(crystals)} ({names}) {_a_guess(elements, seen)}"


@contextmanager
def unseen_untold() -> Iterator[None]:
    """No note of crystals with unseen elements meanwhile, where a report will say so once."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", STRUCTURES, InputWarning)
        yield


def _a_guess(others: np.ndarray, seen: np.ndarray) -> str:
    return (
        f"{_are(others)} new to the generator, in no crystal it was trained on: what comes out is a guess; "
        f"it knows {_listed(seen)}"
    )


def _are(elements: np.ndarray) -> str:
    return _listed(elements) + (" is" if elements.sum() == 1 else " are")


def _occurring(numbers: np.ndarray) -> np.ndarray:
    found = np.zeros(len(SYMBOLS), bool)
    found[np.asarray(numbers) - 1] = True
    return found


def _listed(elements: np.ndarray) -> str:
    return ", ".join(SYMBOLS[place] for place in np.flatnonzero(elements))
