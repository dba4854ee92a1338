"""What is written is what is read again, in one order, whole or not at all."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from example_crystals import any_crystals, perovskite, salt, same
from fourfold.domains.materials.crystals.cif_text import cif_texts
from fourfold.domains.materials.crystals.dicts import crystals_of_dicts, dicts_of
from fourfold.domains.materials.crystals.extxyz import extxyz_text
from fourfold.domains.materials.crystals.reading import read_crystals
from fourfold.domains.materials.crystals.structures import crystals_of, structures_of
from fourfold.domains.materials.crystals.writing import write_crystals
from fourfold.shared.errors import InputError, InputWarning
from hypothesis import given, settings
from pymatgen.core import Structure
from pymatgen.io.cif import CifWriter
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer


@pytest.fixture
def crystals():
    pair = crystals_of([salt(), perovskite()], ids=["mp/1 a", "b"], properties={"gap": [5.0, float("nan")]})
    pair.frac[:] += 0.01  # off the special places, which 8 digits keep
    return pair


def by_element(crystals):
    """Atoms of each crystal in the order of pymatgen's CIF parser: electronegativity, then as they were."""
    structures = structures_of(crystals)
    return crystals_of([structure.get_sorted_structure() for structure in structures])


@settings(max_examples=25)
@given(any_crystals())
def test_cif_and_back(crystals):
    texts = cif_texts(crystals)
    again = read_crystals(texts)
    if any(number in (2, 10, 18) for number in crystals.numbers):
        return  # without electronegativity pymatgen has no order
    wanted = by_element(crystals)
    np.testing.assert_array_equal(again.numbers, wanted.numbers)
    apart = again.frac - wanted.frac
    # 8 digits, but for what is read as a third
    assert np.abs(apart - np.round(apart)).max() < 1e-4
    assert np.mean(np.abs(apart - np.round(apart)) > 1e-8) < 0.2
    np.testing.assert_allclose(again.lengths, crystals.lengths, atol=1e-8)
    np.testing.assert_allclose(again.angles, crystals.angles, atol=1e-8)


@settings(max_examples=25)
@given(any_crystals())
def test_frames_and_back(crystals):
    again = read_crystals(
        extxyz_text(crystals), properties=["gap"] if np.isfinite(crystals.properties["gap"]).any() else []
    )
    assert same(crystals, again, 1e-9)
    if again.properties:
        np.testing.assert_array_equal(again.properties["gap"], crystals.properties["gap"])


@settings(max_examples=25)
@given(any_crystals())
def test_dictionaries_and_back(crystals):
    again = crystals_of_dicts(json.loads(json.dumps(dicts_of(crystals), allow_nan=False)))
    assert same(crystals, again)
    np.testing.assert_array_equal(again.properties["gap"], crystals.properties["gap"])


def test_p1_is_what_pymatgen_writes(crystals):
    for structure, text in zip(structures_of(crystals), cif_texts(crystals), strict=True):
        ours, theirs = text.splitlines(), str(CifWriter(structure)).splitlines()
        assert ours[0] == "# generated using fourfold"
        assert [line for line in ours[1:] if "volume" not in line] == [
            x for x in theirs[1:] if "volume" not in x
        ]


@pytest.mark.filterwarnings("ignore:Set OLD_ERROR_HANDLING")  # of spglib, to pymatgen
def test_symmetrised(crystals):
    texts = cif_texts(crystals, symprec=0.01)
    assert "_symmetry_space_group_name_H-M   Fm-3m" in texts[0]
    assert "_symmetry_Int_Tables_number   221" in texts[1]
    assert texts[0].startswith("# generated using fourfold\n")
    again = read_crystals(texts)
    assert again.counts.tolist() == [8, 5]
    numbers = [SpacegroupAnalyzer(structure).get_space_group_number() for structure in structures_of(again)]
    assert numbers == [225, 221]


@pytest.mark.filterwarnings("ignore:Set OLD_ERROR_HANDLING")  # of spglib, to pymatgen
@pytest.mark.parametrize("target", ["folder", "all.csv", "all.cif"])
def test_every_target_of_cif_shows_the_symmetry_found(crystals, tmp_path, target):
    paths = write_crystals(crystals, tmp_path / target, symprec=0.01)
    if target == "folder":
        texts = [path.read_text() for path in paths]
    elif target == "all.csv":
        texts = pd.read_csv(paths[0])["cif"].tolist()
    else:
        texts = paths[0].read_text().split("# generated")[1:]
    groups = [re.findall(r"_symmetry_space_group_name_H-M\s+(.*)", text) for text in texts]
    assert groups == [["Fm-3m"], ["Pm-3m"]]


def test_symmetry_that_is_not_found_is_told(crystals, monkeypatch):
    monkeypatch.setattr(
        "pymatgen.io.cif.CifWriter.__init__", lambda *a, **k: (_ for _ in ()).throw(TypeError("none"))
    )
    with pytest.warns(InputWarning, match=r"b: no symmetry found at symprec 0.1 \(none\), written as P1"):
        assert cif_texts(crystals.take([1]), symprec=0.1) == cif_texts(crystals.take([1]))


@pytest.mark.parametrize("symprec", [0.0, -1.0, float("nan")])
def test_a_tolerance_that_is_none(crystals, symprec):
    with pytest.raises(InputError, match=r"symprec: is .* expected angstrom above 0"):
        cif_texts(crystals, symprec=symprec)


@pytest.mark.parametrize("ending", ["cif", "extxyz", "xyz", "json", "csv"])
def test_files_hold_all_in_one_order(crystals, tmp_path, ending):
    target = tmp_path / "new" / f"all.{ending}"
    assert write_crystals(crystals, target) == [target]
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    if ending == "json":
        again = crystals_of_dicts(json.loads(target.read_text()))
    else:
        again = read_crystals(target, properties=["gap"] if ending != "cif" else [])
    assert again.counts.tolist() == [8, 5]
    if ending != "cif":
        assert again.ids == ("mp/1 a", "b")
        np.testing.assert_array_equal(again.properties["gap"], [5.0, np.nan])
    np.testing.assert_allclose(again.lengths, crystals.lengths, atol=1e-8)


def test_pymatgen_reads_a_file_of_several(crystals, tmp_path):
    from pymatgen.io.cif import CifParser

    crystals = crystals.take([0, 0])  # the same formula twice
    write_crystals(crystals, tmp_path / "all.cif")
    assert len(CifParser(tmp_path / "all.cif").parse_structures(primitive=False)) == 2


def test_a_folder(crystals, tmp_path):
    paths = write_crystals(crystals, tmp_path / "out")
    assert [path.name for path in paths] == ["0_mp_1_a.cif", "1_b.cif"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    index = pd.read_csv(tmp_path / "out" / "index.csv", dtype={"material_id": str})
    assert index["material_id"].tolist() == ["mp/1 a", "b"]
    assert index["file"].tolist() == [path.name for path in paths]
    assert isinstance(Structure.from_file(paths[0]), Structure)
    assert read_crystals(tmp_path / "out").ids == ("mp/1 a", "b")
    with pytest.raises(InputError, match="holds files already"):
        write_crystals(crystals, tmp_path / "out")


def test_nothing_half_written(crystals, tmp_path, monkeypatch):
    target = tmp_path / "all.csv"
    target.write_text("before")

    def fail(self, other):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    for goal in (target, tmp_path / "folder"):
        with pytest.raises(InputError, match=r"cannot be written .No space left on device."):
            write_crystals(crystals, goal)
    assert [path.name for path in tmp_path.iterdir()] == ["all.csv"]
    assert target.read_text() == "before"


def test_targets_that_are_none(crystals, tmp_path):
    with pytest.raises(InputError, match=r"is of no format known here; expected one of .cif, .extxyz"):
        write_crystals(crystals, tmp_path / "all.docx")
    with pytest.raises(InputError, match=r"symprec: is given for all.json; expected a target of CIF"):
        write_crystals(crystals, tmp_path / "all.json", symprec=0.1)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_crystals(crystals, tmp_path / "file" / "all.csv")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lattice": None}, "lattice at b: is None; expected numbers a, b, c, alpha, beta, gamma"),
        ({"lattice": {"a": 1}}, "lattice at b"),
        (
            {"frac_coords": [[0, 0, 0]]},
            "frac_coords at b: are of another shape; expected three numbers for each of the 5",
        ),
        ({"species": ["Qq"] * 5}, "site 0 holds 'Qq'"),
        ({"material_id": "mp/1 a"}, "is not unique"),
    ],
)
def test_dictionaries_that_are_none(crystals, change, said):
    first, second = dicts_of(crystals)
    with pytest.raises(InputError, match=said):
        crystals_of_dicts([first, second | change])
    with pytest.raises(InputError, match="species at b: is missing"):
        crystals_of_dicts([first, {key: value for key, value in second.items() if key != "species"}])
