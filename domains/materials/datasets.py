"""Known sets of crystals by name, each in three parts."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...shared.datasets.card import DatasetCard, read_card
from ...shared.datasets.download import fetch
from ...shared.datasets.location import DATA_VARIABLE, locate
from ...shared.errors import InputError
from .crystals.checks import check_crystals
from .crystals.crystal import Crystal, joined, pack
from .crystals.crystals import Crystals
from .crystals.reading import read_crystals
from .crystals.structures import cell_of, numbers_of

PARTS = ("train", "validation", "test")
NAMES = ("perov_5", "mp_20", "aflow")
_CARDS = {"perov-5": "perov-5", "mp-20": "mp-20", "aflow": "aflow", "aflow-prototypes": "aflow"}
PROPERTIES = {
    "perov-5": ("heat_ref", "heat_all", "dir_gap", "ind_gap"),
    "mp-20": ("formation_energy_per_atom", "band_gap", "e_above_hull"),
    "aflow": ("volume_per_atom",),
}
"""What is known of each crystal of a set: eV per atom, eV, cubic angstrom per atom."""
_SEED = 0


def load_crystals(name: str, part: str | None = None, *, download: bool = False) -> Crystals:
    """The crystals of a known set, or of a part of it.

    A set is sorted by material_id (perov_5 as numbers, the others as text), the rows are drawn anew by
    `numpy.random.default_rng(0).permutation(M)`, and the parts are taken from the front: train, validation,
    test. perov_5: 6,000, 786 and 786 of 7,572; mp_20: 8,000, 523 and 524 of 9,047; the AFLOW prototypes:
    230, 29 and 29 of 288.

    Args:
        name: "perov_5", "mp_20" or "aflow"; capitals, dashes and underscores do not matter.
        part: "train", "validation" or "test"; None: all, in that order.
        download: fetch it when this machine lacks it; otherwise that is an error.

    Raises:
        InputError: no such set or part, or it is not on this machine.
    """
    wanted = name.strip().lower().replace("_", "-")
    if wanted not in _CARDS:
        raise InputError(name, "is no known set of crystals", expected=" or ".join(NAMES))
    if part is not None and part not in PARTS:
        raise InputError("part", f"is {part!r}", expected=" or ".join(PARTS))
    card = read_card(_CARDS[wanted])
    paths = fetch(card.name) if download else locate(card.name)
    crystals = aflow_prototypes() if card.name == "aflow" else _tables(card, paths)
    order = np.random.default_rng(_SEED).permutation(len(crystals))
    if part is None:
        return crystals.take(order)
    start, stop = card.split_rows(len(crystals))[part]
    return crystals.take(order[start:stop])


def _tables(card: DatasetCard, paths: tuple[Path, ...]) -> Crystals:
    """All rows of the files of a set, by material_id."""
    parts = [read_crystals(path, properties=PROPERTIES[card.name], cache=True) for path in paths]
    whole = joined(parts)
    if len(whole) != card.shape[0]:
        raise InputError(
            card.name,
            f"has {len(whole):,} crystals",
            expected=f"{card.shape[0]:,}, as its card says",
            remedy=f"Look at the files below ${DATA_VARIABLE}/{card.folder}",
        )
    numeric = card.name == "perov-5"
    return whole.take(sorted(range(len(whole)), key=lambda i: int(whole.ids[i]) if numeric else whole.ids[i]))


def aflow_prototypes() -> Crystals:
    """The AFLOW prototypes that come with pymatgen, sorted by name; their property is volume_per_atom.

    A name is AFLOW's label, the mineral's name and the Strukturbericht's letter, as far as there are:
    "AB_cF8_216_c_a Zincblende, Sphalerite B3". There are no energies among them.
    Source: Mehl et al. 2017, The AFLOW library of crystallographic prototypes, Comput. Mater. Sci. 136, S1.
    """
    (path,) = locate("aflow")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        entries = {_aflow_name(entry["tags"]): entry["snl"] for entry in json.load(file)}
    names = sorted(entries)
    crystals = check_crystals(pack([_aflow_crystal(entries[name], name) for name in names], names))
    return replace(crystals, properties={"volume_per_atom": crystals.volumes() / crystals.counts})


def _aflow_name(tags: Mapping[str, Any]) -> str:
    parts = (tags["aflow"], tags["mineral"], tags["strukturbericht"])
    return " ".join(str(part) for part in parts if part and part != "None")


def _aflow_crystal(structure: Mapping[str, Any], name: str) -> Crystal:
    sites = structure["sites"]
    symbols = [site["species"][0]["element"] for site in sites]
    frac = np.array([site["abc"] for site in sites])
    return cell_of(np.array(structure["lattice"]["matrix"]), frac, numbers_of(symbols, name))
