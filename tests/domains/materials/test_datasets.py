"""The known sets of crystals, and how they are split."""

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.materials.crystals.structures import crystals_of, structures_of
from fourfold.domains.materials.datasets import PARTS, PROPERTIES, load_crystals
from fourfold.shared.datasets import locate, read_card
from fourfold.shared.datasets.location import matches_checksum
from fourfold.shared.errors import InputError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """No file of a test goes into the user's cache."""
    monkeypatch.setenv("FOURFOLD_CACHE", str(tmp_path))
    return tmp_path


def test_aflow_prototypes_come_with_pymatgen():
    card = read_card("aflow")
    assert matches_checksum(locate("aflow")[0], card.files[0])
    crystals = load_crystals("aflow")
    assert len(crystals) == card.shape[0] == 288
    assert crystals.counts.max() == card.shape[1] == 105
    volumes = crystals.volumes() / crystals.counts
    np.testing.assert_array_equal(crystals.properties["volume_per_atom"], volumes)
    halite = crystals.ids.index("AB_cF8_225_a_b Halite, Rock Salt B1")
    assert sorted(set(crystals.numbers[crystals.offsets[halite] : crystals.offsets[halite + 1]])) == [11, 17]


@pytest.mark.slow
def test_aflow_prototypes_are_pymatgens_own():
    from pymatgen.analysis.prototypes import AFLOW_PROTOTYPE_LIBRARY

    structures = {entry["tags"]["aflow"]: entry["snl"].structure for entry in AFLOW_PROTOTYPE_LIBRARY[:20]}
    crystals = load_crystals("aflow")
    by_label = {name.split(" ")[0]: i for i, name in enumerate(crystals.ids)}
    for label, structure in structures.items():
        if sum(name.split(" ")[0] == label for name in crystals.ids) > 1:
            continue  # one label, several minerals
        ours = structures_of(crystals.take([by_label[label]]))[0]
        theirs = structures_of(crystals_of([structure]))[0]
        assert ours.composition == theirs.composition
        np.testing.assert_allclose(ours.lattice.parameters, theirs.lattice.parameters, atol=1e-8)
        np.testing.assert_allclose(ours.frac_coords % 1.0, theirs.frac_coords % 1.0, atol=1e-9)


@pytest.mark.parametrize("name", ["aflow", "perov_5", "mp_20"])
def test_parts_are_cut_from_one_permutation_of_the_sorted_rows(name, request, cache):
    if name != "aflow":
        request.getfixturevalue("benchmark_data")
    sizes = {"aflow": (230, 29, 29), "perov_5": (6000, 786, 786), "mp_20": (8000, 523, 524)}[name]
    parts = [load_crystals(name, part).ids for part in PARTS]
    assert tuple(len(ids) for ids in parts) == sizes
    together = [name for ids in parts for name in ids]
    in_order = sorted(together, key=int) if name == "perov_5" else sorted(together)
    drawn = np.random.default_rng(0).permutation(sum(sizes))
    assert together == [in_order[i] for i in drawn]
    assert load_crystals(name).ids == tuple(together)


def test_perov_5_is_what_its_card_says(benchmark_data, cache):
    test = load_crystals("Perov-5", "test")
    assert (test.counts == 5).all()
    assert (test.angles == 90).all()
    assert tuple(test.properties) == PROPERTIES["perov-5"]
    assert all(np.isfinite(values).all() for values in test.properties.values())
    train = load_crystals("perov_5", "train").properties["heat_ref"]
    floor = np.abs(test.properties["heat_ref"] - train.mean()).mean()
    assert floor == pytest.approx(0.523, abs=0.02)  # predicting the mean
    assert len(list((cache / "crystals").iterdir())) == 2
    for path, file in zip(locate("perov-5"), read_card("perov-5").files, strict=True):
        assert matches_checksum(path, file)


def test_mp_20_is_what_its_card_says(benchmark_data, cache):
    crystals = load_crystals("mp_20")
    assert len(crystals) == 9047
    assert (crystals.counts.min(), crystals.counts.max()) == (1, 20)
    assert crystals.counts.mean() == pytest.approx(10.3, abs=0.1)
    assert len(np.unique(crystals.numbers)) == 87
    assert tuple(crystals.properties) == PROPERTIES["mp-20"]
    assert matches_checksum(locate("mp-20")[0], read_card("mp-20").files[0])


def test_a_set_that_is_not_here_says_where_it_belongs(cache, monkeypatch):
    monkeypatch.delenv("FOURFOLD_DATA", raising=False)
    with pytest.raises(InputError, match=r"perov-5: is not on this machine.*FOURFOLD_DATA/materials/perov_5"):
        load_crystals("perov_5")


def test_a_set_that_is_not_whole_is_told(cache, monkeypatch, tmp_path, benchmark_data):
    source = benchmark_data / "materials" / "mp_20"
    (tmp_path / "data" / "materials" / "mp_20").mkdir(parents=True)
    few = pd.read_feather(source / "val.feather").iloc[:5]
    few.to_feather(tmp_path / "data" / "materials" / "mp_20" / "val.feather")
    monkeypatch.setenv("FOURFOLD_DATA", str(tmp_path / "data"))
    with pytest.raises(InputError, match="mp-20: has 5 crystals; expected 9,047, as its card says"):
        load_crystals("mp_20")


def test_unknown_names():
    with pytest.raises(InputError, match="carbon_24: is no known set of crystals; expected perov_5 or mp_20"):
        load_crystals("carbon_24")
    with pytest.raises(InputError, match="part: is 'dev'; expected train or validation or test"):
        load_crystals("aflow", "dev")
