"""How an element's atoms are drawn: Jmol's colours, as pymatgen brings them along, and its atomic radii."""

from __future__ import annotations

import warnings
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from ...domains.materials.crystals.elements import SYMBOLS

GREY = (160, 160, 160)
USUAL_RADIUS = 1.4
"""Angstrom, of elements of which none is known."""


class ElementStyle(NamedTuple):
    """Colour and size of an atom."""

    symbol: str
    colour: tuple[int, int, int]
    """Red, green, blue, 0 to 255."""
    radius: float
    """Angstrom."""


@cache
def element_style(number: int) -> ElementStyle:
    """Style of the element of this atomic number."""
    from pymatgen.core import Element

    symbol = SYMBOLS[number - 1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pymatgen warns of radii that it does not know
        element = Element(symbol)
        radius = element.atomic_radius or element.atomic_radius_calculated or USUAL_RADIUS
    red, green, blue = _colours().get(symbol, GREY)
    return ElementStyle(symbol, (int(red), int(green), int(blue)), round(float(radius), 2))


@cache
def _colours() -> dict[str, tuple[int, int, int]]:
    scheme = files("pymatgen.vis").joinpath("ElementColorSchemes.yaml")
    if not scheme.is_file():
        return {}
    return yaml.safe_load(scheme.read_text(encoding="utf-8"))["Jmol"]
