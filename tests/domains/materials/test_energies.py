"""CHGNet's energies and relaxations where it is installed, and a sentence where it is not."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from fourfold.domains.materials import energies
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.crystals.structures import crystals_of
from fourfold.domains.materials.energies import RelaxationSettings, chgnet_energies, relax
from fourfold.shared.errors import InputError
from pymatgen.core import Lattice, Structure


@pytest.fixture
def _chgnet():
    pytest.importorskip("chgnet", reason="the extra mlip is not installed", exc_type=ImportError)


def rock_salts() -> Crystals:
    lattices = [Lattice.from_parameters(*[a / 2**0.5] * 3, 60, 60, 60) for a in (5.6, 6.2, 5.6)]
    cells = [Structure(lattice, ["Na", "Cl"], [[0, 0, 0], [0.5] * 3]) for lattice in lattices]
    crystals = crystals_of(cells, ids="abc")
    overlapping = crystals.frac.copy()
    overlapping[5] = overlapping[4]
    return replace(crystals, frac=overlapping)


@pytest.mark.slow
@pytest.mark.usefixtures("_chgnet")
def test_energies_are_those_of_rock_salt_and_the_overlapping_has_none():
    found = chgnet_energies(rock_salts())
    assert -4.0 < found.values[0] < -3.0  # PBE with the Materials Project's corrections is near -3.7
    assert found.values[0] < found.values[1]
    assert np.isnan(found.values[2])
    assert found.reasons == ("", "", "atoms overlap or the cell has no volume")


@pytest.mark.slow
@pytest.mark.usefixtures("_chgnet")
def test_a_relaxation_goes_downhill_and_keeps_to_its_bounds():
    wide = rock_salts().take([1, 2])
    found = relax(wide, RelaxationSettings(steps=8, seconds=60))
    assert found.energies.values[0] < chgnet_energies(wide).values[0]
    assert found.steps.tolist()[1] == 0
    assert found.steps[0] <= 8
    assert found.crystals.volumes()[0] < wide.volumes()[0]
    assert found.crystals.ids == wide.ids
    assert np.isnan(found.energies.values[1])
    too_many = relax(wide.take([0]), RelaxationSettings(max_atoms=1))
    assert too_many.energies.reasons == ("2 atoms are more than 1",)
    in_no_time = relax(wide.take([0]), RelaxationSettings(seconds=1e-6))
    assert in_no_time.steps[0] <= 1
    assert not in_no_time.converged[0]


def test_without_chgnet_there_is_a_sentence(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "chgnet"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "chgnet", None)
    energies._model.cache_clear()
    with pytest.raises(InputError, match=r"pip install 'fourfold\[mlip\]'"):
        chgnet_energies(rock_salts())
