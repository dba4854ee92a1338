"""Sound on the page: players with the sound inside, so that the page needs nothing beside it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from ..report.markup import Markup, element

STYLE = """
.players { display: grid; grid-template-columns: repeat(auto-fill, minmax(14.5rem, 1fr)); gap: .9rem 1.2rem;
  margin: .8rem 0 1.2rem; }
.players figure { margin: 0; }
.players figcaption { margin: 0 0 .3rem; color: var(--text); font-size: .9rem; font-weight: 600; }
audio { display: block; width: 100%; height: 2.5rem; }
audio:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
h3 { font-size: 1rem; margin: 1.8rem 0 .2rem; overflow-wrap: anywhere; }
@media print { .players { display: none; } }
"""
"""The rules for players, put into the page where they are used."""


def player(title: str, sound: Path, about: str) -> Markup:
    """One sound with the browser's own controls, which take keys; `about` names it to a screen reader."""
    data = base64.b64encode(sound.read_bytes()).decode("ascii")
    return element(
        "figure",
        element("figcaption", title),
        element(
            "audio",
            controls=True,
            preload="metadata",
            aria_label=f"{title}: {about}",
            src=f"data:audio/{sound.suffix.removeprefix('.')};base64,{data}",
        ),
    )


def players(sounds: Sequence[Markup]) -> Markup:
    """Several beside each other, or one below the other where the page is narrow."""
    return element("div", *sounds, class_="players")


def style() -> Markup:
    """The rules as an element."""
    return element("style", Markup(STYLE))
