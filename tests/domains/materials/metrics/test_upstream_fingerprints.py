"""CDVAE's own fingerprints where matminer is installed, and a sentence where it is not."""

import sys

import numpy as np
import pytest
from fourfold.domains.materials.crystals.structures import crystals_of
from fourfold.domains.materials.metrics.upstream_fingerprints import (
    upstream_compositions,
    upstream_fingerprints,
)
from fourfold.shared.errors import InputError
from pymatgen.core import Lattice, Structure

SALT = crystals_of([Structure(Lattice.cubic(4.1), ["Cs", "Cl"], [[0, 0, 0], [0.5] * 3])])


@pytest.mark.slow
def test_sizes_and_a_known_coordination():
    pytest.importorskip(
        "matminer", reason="the extra materials-metrics is not installed", exc_type=ImportError
    )
    found = upstream_fingerprints(SALT)
    assert found.structure.shape == (1, 61)
    assert found.composition.shape == (1, 132)
    assert found.known.all()
    assert found.composition[0, :4] == pytest.approx([17, 55, 38, 36])  # lowest, highest, range and mean Z
    assert np.abs(found.structure).max() <= 1.0
    assert np.array_equal(upstream_compositions(SALT).composition, found.composition)


def test_without_matminer_there_is_a_sentence(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "matminer"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matminer", None)
    with pytest.raises(InputError, match=r"pip install 'fourfold\[materials-metrics\]'"):
        upstream_fingerprints(SALT)
