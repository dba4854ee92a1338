"""Cells that can be turned, as markup: a canvas with its crystal, what it is, and its CIF to take away."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import NamedTuple

from ...domains.materials.crystals.cif_text import cif_texts
from ...domains.materials.crystals.crystals import Crystals
from ..report.markup import Markup, element
from .element_styles import ElementStyle, element_style

STYLE = Path(__file__).with_name("cell_viewer.css").read_text(encoding="utf-8")
SCRIPT = Path(__file__).with_name("cell_viewer.js").read_text(encoding="utf-8")
"""Both are to be put into the page once."""


class CellLabel(NamedTuple):
    """What stands below a cell."""

    title: str
    lines: tuple[str, ...] = ()
    fault: str | None = None
    """Why it could not be a crystal; "" where it could, None where that is not the question."""


def cells(crystals: Crystals, labels: list[CellLabel], *, pairs: bool = False) -> Markup:
    """A grid of cells, one for each crystal."""
    texts = cif_texts(crystals)
    shown = [_cell(crystals.take([row]), label, texts[row]) for row, label in enumerate(labels)]
    return element("div", *shown, class_="cells pairs" if pairs else "cells")


def cell_data(crystal: Crystals) -> str:
    """The one crystal as the script takes it: lattice, atoms (kind, fractional place) and kinds, as JSON."""
    styles = _styles(crystal)
    kinds = {style.symbol: kind for kind, style in enumerate(styles)}
    atoms = [
        [kinds[element_style(int(number)).symbol], *(round(float(x), 4) for x in place)]
        for number, place in zip(crystal.numbers, crystal.frac, strict=True)
    ]
    return json.dumps(
        {
            "lattice": crystal.matrices()[0].round(4).tolist(),
            "atoms": atoms,
            "symbols": [style.symbol for style in styles],
            "colours": [style.colour for style in styles],
            "radii": [style.radius for style in styles],
        },
        separators=(",", ":"),
    )


def data_link(text: str, file_name: str, label: str, kind: str = "chemical/x-cif") -> Markup:
    """A link that saves `text` as a file."""
    coded = base64.b64encode(text.encode()).decode()
    return element("a", label, href=f"data:{kind};base64,{coded}", download=file_name)


def _cell(crystal: Crystals, label: CellLabel, cif: str) -> Markup:
    styles = _styles(crystal)
    a, b, c = crystal.lengths[0]
    alpha, beta, gamma = crystal.angles[0]
    size = f"{a:.2f} × {b:.2f} × {c:.2f} Å, {alpha:.0f}°, {beta:.0f}°, {gamma:.0f}°"
    alt = (
        f"Cell of {label.title}: {int(crystal.counts[0])} atoms of {', '.join(x.symbol for x in styles)} in "
        f"{size}. Drag or press the arrow keys to turn it."
    )
    canvas = element("canvas", alt, data_crystal=cell_data(crystal), tabindex=0, role="img", aria_label=alt)
    kinds = [
        element("span", element("i", style=f"background:rgb{style.colour}"), style.symbol) for style in styles
    ]
    name = "".join(x if x.isalnum() or x in "-_" else "_" for x in crystal.ids[0])[:60]
    caption = element(
        "figcaption",
        element("strong", label.title),
        " ",
        None if label.fault is None else _verdict(label.fault),
        element("div", *kinds, class_="kinds"),
        *(element("div", line) for line in (size, *label.lines)),
        data_link(cif, f"{name}.cif", "CIF"),
    )
    return element("figure", canvas, caption, class_="cell")


def _verdict(fault: str) -> Markup:
    return element("span", fault or "valid", class_="bad" if fault else "good")


def _styles(crystal: Crystals) -> list[ElementStyle]:
    """Of each element once, in the order of the atoms."""
    return [element_style(number) for number in dict.fromkeys(int(x) for x in crystal.numbers)]
