"""`fourfold data`: the data sets that are known by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cyclopts import App

if TYPE_CHECKING:
    from ...shared.datasets.card import DataFile, DatasetCard

data = App(name="data", help="Data sets known by name: list, info, fetch.", help_format="plaintext")


@data.command(name="list")
def list_sets() -> int:
    """List the data sets and whether they are on this machine."""
    from rich.console import Console
    from rich.table import Table

    from ...shared.datasets.card import list_cards

    listing = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("name", "shape", "step", "here", "what it is"):
        listing.add_column(column, no_wrap=column != "what it is")
    for card in list_cards():
        size = " x ".join(f"{length:,}" for length in card.shape)
        listing.add_row(card.name, size, card.freq, _place(card), card.title)
    Console().print(listing)
    return 0


@data.command
def info(name: str, /) -> int:
    """Show the card of one data set.

    Parameters
    ----------
    name
        As fourfold data list shows it.
    """
    from ...shared.datasets.card import read_card

    card = read_card(name)
    facts = {
        "name": card.name,
        "title": card.title,
        "shape": " x ".join(f"{length:,}" for length in card.shape) + f" ({_axes(card)})",
        "step": card.freq,
        "unit": card.unit,
        "licence": card.licence,
        "home": card.home,
        "citation": card.citation,
        "note": card.note,
        "on this machine": "yes" if _is_here(card.name) else f"no; {_how_to_get(card)}",
        **{f"file {file.name}": _identity(file) for file in card.files},
    }
    for field, value in facts.items():
        if value:
            print(f"{field:16} {value}")
    return 0


@data.command
def fetch(name: str, /) -> int:
    """Download a data set into the user's cache, checked by sha256.

    Parameters
    ----------
    name
        As fourfold data list shows it.
    """
    from ...shared.datasets.card import read_card
    from ...shared.datasets.download import fetch as download

    card = read_card(name)
    if card.package:
        print(f"{card.name} comes with the installed package {card.package}; nothing to fetch")
        return 0
    for path in download(card.name):
        print(path)
    return 0


def _is_here(name: str) -> bool:
    from ...shared.datasets.location import locate
    from ...shared.errors import InputError

    try:
        locate(name)
    except InputError:
        return False
    return True


def _place(card: DatasetCard) -> str:
    if _is_here(card.name):
        return "yes"
    return "fetch" if card.can_be_fetched else "by hand"


def _axes(card: DatasetCard) -> str:
    if card.reader == "crystals":
        return "crystals x atoms at most"
    if card.freq == "none":
        return "nodes x features"
    return "steps x nodes x channels" if card.reader == "network" else "steps x series"


def _how_to_get(card: DatasetCard) -> str:
    return f"fourfold data fetch {card.name}" if card.can_be_fetched else f"by hand from {card.home}"


def _identity(file: DataFile) -> str:
    return f"{file.bytes:,} bytes, sha256 {file.sha256}" if file.sha256 else "no checksum known"
