"""The fingerprints of CDVAE's evaluation, by matminer (the extra `materials-metrics`)."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import numpy as np

from ....shared.errors import InputError
from ..crystals.crystals import Crystals
from ..crystals.structures import structures_of
from .fingerprints import Fingerprints
from .structural_validity import SMALLEST_VOLUME

UPSTREAM = "upstream: CrystalNNFingerprint (ops) averaged over sites; magpie"
"""Of CDVAE's evaluation (Xie et al., ICLR 2022)."""
STRUCTURE, COMPOSITION = 61, 132


def upstream_fingerprints(crystals: Crystals) -> Fingerprints:
    """CrystalNN's order parameters and magpie's element statistics; a quarter of a second a crystal.

    As upstream, validity is not asked for: only a cell without volume has none, and one in which CrystalNN
    finds no neighbours. Upstream standardises compositions by stored numbers of a set near mp_20: give
    `upstream_compositions` of mp_20's training set as `scale` to `coverage` to come near them.

    Raises:
        InputError: matminer is not installed.
    """
    site, elements = _featurizers()
    structure = np.full((len(crystals), STRUCTURE), np.nan)
    composition = np.full((len(crystals), COMPOSITION), np.nan)
    with np.errstate(all="ignore"):
        volumes = crystals.volumes()
    rows = np.flatnonzero(np.isfinite(volumes) & (volumes >= SMALLEST_VOLUME))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for row, crystal in zip(rows, structures_of(crystals.take(rows)), strict=True):
            composition[row] = elements.featurize(crystal.composition)
            try:
                sites = [site.featurize(crystal, i) for i in range(len(crystal))]
            except (ValueError, ArithmeticError, IndexError, RuntimeError):  # the last is qhull's
                continue
            structure[row] = np.mean(sites, axis=0)
    return Fingerprints(structure, composition, UPSTREAM)


def upstream_compositions(crystals: Crystals) -> Fingerprints:
    """Compositions alone, a tenth of the time, as `scale` of `coverage`; the structures are nought.

    Raises:
        InputError: matminer is not installed.
    """
    _, elements = _featurizers()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        composition = np.array(
            [elements.featurize(crystal.composition) for crystal in structures_of(crystals)]
        )
    return Fingerprints(np.zeros((len(crystals), STRUCTURE)), composition, UPSTREAM)


def _featurizers() -> tuple[Any, Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sites = importlib.import_module("matminer.featurizers.site.fingerprint")
            compositions = importlib.import_module("matminer.featurizers.composition.composite")
    except ImportError as error:
        raise InputError(
            "fingerprints",
            f"of the upstream definition need matminer, which cannot be imported ({error})",
            remedy="pip install 'fourfold[materials-metrics]', or use the light fingerprints",
        ) from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return (
            sites.CrystalNNFingerprint.from_preset("ops"),
            compositions.ElementProperty.from_preset("magpie"),
        )
