"""Dataset cards: what each known data set is, under which licence, and how to know that a file is it."""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ..errors import InputError

CARDS = Path(__file__).resolve().parents[2] / "data" / "cards"

Reader = Literal[
    "wide-csv", "ett-npz", "beijing", "nyc-weather", "statsmodels", "planetoid", "network", "crystals"
]


class DataFile(BaseModel):
    """One file of a data set; size and checksum are those of the uncompressed file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str = ""
    """Empty: nobody here has seen the file. It is read where a person puts it, and never fetched."""
    bytes: int = 0
    url: str = ""
    """Empty: the file comes with an installed package. Without a checksum: a page to get it from."""
    folder: PurePosixPath | None = None
    """Where it lies below $FOURFOLD_DATA, where that is not the set's folder."""


class DatasetCard(BaseModel):
    """What is known of a data set; one TOML file each in data/cards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    shape: tuple[int, ...]
    """Time steps, series; of a graph without time: nodes, features; crystals, atoms."""
    unit: str
    freq: str
    """Step of the time axis; "none": there is no time in it."""
    licence: str
    home: str
    """Page of the people who publish it."""
    citation: str
    note: str = ""
    folder: PurePosixPath = PurePosixPath()
    """Where its files lie below $FOURFOLD_DATA."""
    package: str = ""
    """Installed package that holds it; empty when it must be fetched."""
    reader: Reader
    """How it is read: by load_network or load_crystals of the domains, all others by read_dataset."""
    time_column: str = "ds"
    split: dict[str, tuple[int, int] | tuple[float, float]]
    """The usual split: rows, or fractions of the rows, from and up to; of a graph without time: nodes."""
    files: tuple[DataFile, ...] = ()

    @property
    def can_be_fetched(self) -> bool:
        """Whether address and checksum of every file are known."""
        return all(file.url and file.sha256 for file in self.files)

    def split_rows(self, steps: int) -> dict[str, tuple[int, int]]:
        """The usual split of `steps` time steps as half-open row ranges."""
        return {part: (_row(start, steps), _row(stop, steps)) for part, (start, stop) in self.split.items()}


def _row(bound: float, steps: int) -> int:
    return int(bound * steps) if isinstance(bound, float) else min(bound, steps)


def list_cards() -> tuple[DatasetCard, ...]:
    """All cards, sorted by name."""
    return tuple(read_card(path.stem) for path in sorted(CARDS.glob("*.toml")))


@cache
def read_card(name: str) -> DatasetCard:
    """Card of the data set `name`; capitals and underscores are read as small letters and dashes.

    Raises:
        InputError: no card has that name; the nearest names are given.
    """
    wanted = name.strip().lower().replace("_", "-")
    names = sorted(path.stem for path in CARDS.glob("*.toml"))
    if wanted not in names:
        near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.4) or names
        remedy = "See `fourfold data list` for all of them"
        raise InputError(name, "is no known data set", expected=" or ".join(near), remedy=remedy)
    with (CARDS / f"{wanted}.toml").open("rb") as file:
        return DatasetCard.model_validate(tomllib.load(file))
