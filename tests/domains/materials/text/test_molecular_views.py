"""Z-matrix and local environments."""

import re

import numpy as np
import pytest
from fourfold.domains.materials.crystals.structures import crystals_of
from fourfold.domains.materials.text import MatText
from fourfold.domains.materials.text.local_environment import star_smiles
from fourfold.shared.errors import InputError
from pymatgen.core import Lattice, Molecule, Structure
from told_crystals import crystals, structures


def test_zmatrix_is_that_of_pymatgen():
    triclinic = crystals().take([3])
    ours = MatText("zmatrix", decimals=4).encode(triclinic)[0]
    places = triclinic.frac @ triclinic.matrices()[0]
    theirs = Molecule(["C", "H", "O", "N"], places).get_zmatrix()
    values = dict(re.findall(r"([BAD]\d+)=(\S+)", theirs))

    def told(name):
        value = float(values[name])
        return str(round(value, 4) if name.startswith("B") else round(value))

    lines = theirs.split("\n\n")[0]
    assert ours == re.sub(r"\b[BAD]\d+\b", lambda found: told(found[0]), lines)


def test_zmatrix_places_all_atoms():
    """Atoms built from bonds, angles and dihedrals alone have the distances of the crystal's atoms."""
    given = crystals().take([2])
    lines = [line.split() for line in MatText("zmatrix", decimals=8).encode(given)[0].split("\n")]
    assert [len(words) for words in lines] == [1, 3, 5, 7, 7]
    places = given.frac @ given.matrices()[0]
    for i, (_, *words) in enumerate(lines):
        if words:
            assert np.isclose(np.linalg.norm(places[i] - places[int(words[0]) - 1]), float(words[1]))


def test_zmatrix_of_atoms_on_a_line_and_of_one():
    chain = Structure(Lattice.orthorhombic(9, 5, 5), ["C"] * 4, [[x, 0, 0] for x in (0, 0.2, 0.4, 0.6)])
    assert MatText("zmatrix").encode(chain) == ["C\nC 1 1.8\nC 2 1.8 1 180\nC 3 1.8 2 180 1 0"]
    assert MatText("zmatrix").encode(Structure(Lattice.cubic(3), ["Po"], [[0, 0, 0]])) == ["Po"]


def test_zmatrix_refuses_two_atoms_in_one_place():
    given = crystals_of([Structure(Lattice.cubic(4), ["Na", "Cl"], [[0, 0, 0], [0.5, 0, 0]])])
    given.frac[1] = given.frac[0]
    with pytest.raises(InputError, match="atoms 1 and 2: two atoms are in one place"):
        MatText("zmatrix").encode(given)


@pytest.mark.slow
def test_local_environments():
    salt, wurtzite = MatText("local_env").encode(structures()[:2])
    six = "([{0}])" * 5 + "[{0}]"
    four = "([{0}])" * 3 + "[{0}]"
    assert salt == f"Fm-3m\nNa (4a) [Na]{six.format('Cl')}\nCl (4b) [Cl]{six.format('Na')}"
    assert wurtzite == f"P6_3mc\nZn (2b) [Zn]{four.format('S')}\nS (2b) [S]{four.format('Zn')}"


def test_stars_do_not_depend_on_the_order_of_neighbours():
    assert star_smiles("S", ["In", "Cu", "In", "Cu"]) == "[S]([Cu])([Cu])([In])[In]"
    assert star_smiles("He", []) == "[He]"
