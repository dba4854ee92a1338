"""Pictures for the page: matplotlib drawings as inline SVG that follow light and dark.

Drawings use the colours of `Ink`. On the page each of these colours becomes a CSS variable, so one
picture serves both themes; saved as PNG it shows the light theme.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .markup import Markup, element

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Ink:
    """The colours of every drawing: light value, to be replaced by `var(--name)` on the page."""

    TEXT = "#1b2430"
    FAINT = "#8a94a3"
    GRID = "#e3e7ed"
    FIRST = "#2563a8"
    SECOND = "#c8551b"
    THIRD = "#2e8b6f"
    FOURTH = "#8a5bb5"
    FIFTH = "#a88a1f"
    SIXTH = "#c2477f"

    @classmethod
    def cycle(cls) -> tuple[str, ...]:
        """Colours for lines, in order; told apart by the colour-blind, and by dashes beside."""
        return (cls.FIRST, cls.SECOND, cls.THIRD, cls.FOURTH, cls.FIFTH, cls.SIXTH)


DARK = {
    Ink.TEXT: "#e4e8ee",
    Ink.FAINT: "#8d97a6",
    Ink.GRID: "#2c3440",
    Ink.FIRST: "#6fa8e8",
    Ink.SECOND: "#f0935a",
    Ink.THIRD: "#5fc4a3",
    Ink.FOURTH: "#bb93e0",
    Ink.FIFTH: "#d9bb55",
    Ink.SIXTH: "#e98ab5",
}
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))

STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": Ink.FAINT,
    "axes.labelcolor": Ink.TEXT,
    "axes.titlecolor": Ink.TEXT,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "grid.color": Ink.GRID,
    "grid.linewidth": 0.8,
    "xtick.color": Ink.TEXT,
    "ytick.color": Ink.TEXT,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "text.color": Ink.TEXT,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.6,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
}


@contextmanager
def drawing(rows: int = 1, *, width: float = 6.4, height: float = 2.4) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure of `rows` plots one above the other, in the house style, freed afterwards."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height * rows), layout="constrained")
        FigureCanvasAgg(figure)
        plots = figure.subplots(rows, 1, squeeze=False)
        yield figure, [axes for line in plots for axes in line]


def as_svg(figure: Figure, *, name: str, alt: str) -> Markup:
    """The drawing as inline SVG with a text for those who do not see it.

    `name` is unique on the page: it keeps the ids of two drawings apart and the bytes the same each time.
    """
    import matplotlib as mpl

    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata=nothing)
    text = buffer.getvalue()
    text = text[text.index("<svg") :].strip()
    text = re.sub(r'\s*xmlns(:xlink)?="[^"]*"', "", text)
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = re.sub(r"\n\s*", "\n", text)
    for colour in DARK:
        text = text.replace(colour, f"var({variable(colour)})")
    size = re.search(r'viewBox="([^"]*)"', text)
    assert size is not None
    inside = text[text.index(">") + 1 : text.rindex("</svg>")]
    return element("svg", Markup(inside), viewBox=size[1], role="img", aria_label=alt)


def framed(picture: Markup, caption: str) -> Markup:
    """A picture with the sentence that says what to see in it."""
    return element(
        "figure",
        element("div", picture, class_="scroll", tabindex=0),
        element("figcaption", caption),
    )


def variable(colour: str) -> str:
    """The CSS variable that stands for a colour of `Ink`."""
    return f"--ink-{colour.removeprefix('#')}"
