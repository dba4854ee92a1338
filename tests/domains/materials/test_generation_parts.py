"""Many crystals: drawn in parts, with a bar; refused without room, given up where they never come."""

import contextlib

import numpy as np
import pytest
import torch
from fourfold.domains.materials import generation
from fourfold.domains.materials.flow.sampler import FlowSampling
from fourfold.domains.materials.formulas import formula_text, formula_texts
from fourfold.domains.materials.generation import FRUITLESS, Wish, generate_crystals
from fourfold.shared.errors import InputError
from tiny_generator import CRYSTALS, trained
from told_model import ToldModel, cells

SAMPLING = FlowSampling(1)


@pytest.fixture
def bar(monkeypatch):
    """What the bar was told."""
    told = []

    @contextlib.contextmanager
    def progress(rows, what, least):
        assert least == 1
        told.append(rows)
        yield told.append

    monkeypatch.setattr(generation, "progress", progress)
    return told


def test_no_more_is_drawn_at_once_than_a_part(monkeypatch):
    monkeypatch.setattr(generation, "PART", 4)
    sizes = []
    usual = generation._draw

    def watched(model, size, *rest):
        sizes.append(size)
        return usual(model, size, *rest)

    monkeypatch.setattr(generation, "_draw", watched)
    made = trained().generate(10, steps=2, seed=5, trajectory=True).crystals
    assert sizes == [4, 4, 2]
    assert made.ids == tuple(f"generated-{i}" for i in range(10))
    again = trained().generate(10, steps=2, seed=5).crystals
    assert np.array_equal(made.frac, again.frac)
    assert len(np.unique(made.lengths[:, 0])) > 8, "each part has a seed of its own"
    monkeypatch.setattr(generation, "PART", 100)
    first = trained().generate(4, steps=2, seed=5).crystals
    assert np.array_equal(first.frac, made.take(range(4)).frac)


@pytest.mark.parametrize("wish", [{}, {"property": 0.2, "elements": "Sr,Ti,O"}, {"novel": True}])
def test_the_bar_moves_within_a_batch_and_ends_at_the_number_wished_for(bar, wish):
    trained().generate(5, steps=4, **wish)
    assert bar[0] == 5
    assert len(bar) > 4
    assert 0 < bar[1] < 5
    assert sum(bar[1:]) == pytest.approx(5)


def test_an_interruption_comes_through_between_two_steps(monkeypatch):
    steps = []
    usual = torch.isfinite

    def interrupted(values):
        steps.append(values)
        if len(steps) > 2:
            raise KeyboardInterrupt
        return usual(values)

    monkeypatch.setattr(torch, "isfinite", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trained().generate(50, steps=100)
    assert len(steps) == 3


def test_more_than_memory_holds_is_refused_before_anything_is_drawn(monkeypatch):
    with pytest.raises(InputError, match=r"n: is 1,000,000,000,000, .*too little memory.*at most \d"):
        trained().generate(10**12)
    monkeypatch.setattr(generation, "memory_bytes", lambda: 100_000)
    fits = 100_000 // (2 * (28 * 8 + 300))
    with pytest.raises(InputError, match=f"at most {fits}"):
        trained().generate(fits + 1, steps=1)
    trained().generate(fits, steps=1)
    with pytest.raises(InputError, match="n: is"):
        trained().generate(fits, steps=20, trajectory=True)


def test_a_wish_that_leaves_a_known_formula_alone_is_refused_at_once(monkeypatch):
    monkeypatch.setattr(generation, "_draw", None)
    with pytest.raises(InputError, match="novel: the generator was trained on the only formula"):
        trained().generate(2, composition="SrTiO3", novel=True)
    single = Wish(allowed=np.arange(1, 101) == 8)
    with pytest.raises(InputError, match="the only formula"):
        generate_crystals(ToldModel(), 2, single, SAMPLING, 0, frozenset({"O1"}))


def test_where_nothing_new_comes_the_search_ends_early_and_says_what_helps():
    class Same(ToldModel):
        def decode(self, start, sampling, seed, prefix, watch=None):
            self.seeds.append(len(start.latent))
            return cells(np.full(len(start.latent), 5.0))

    model = Same(chances=torch.zeros(4_096, 9))
    wish = Wish(allowed=np.isin(np.arange(1, 101), [11, 17]), num_atoms=2)
    with pytest.raises(InputError) as told:
        generate_crystals(model, 60, wish, SAMPLING, 0, frozenset({"Na1Cl1"}))
    assert sum(model.seeds) < FRUITLESS + 200
    assert "0 had a formula that was not trained on" in str(told.value)
    assert told.value.remedy == "Leave novel out, or allow more elements, or another number of atoms"


def test_the_formula_of_a_cell_is_that_of_crystals():
    texts = formula_texts(CRYSTALS)
    pairs = zip(CRYSTALS.offsets[:-1], CRYSTALS.offsets[1:], strict=True)
    assert [formula_text(CRYSTALS.numbers[a:b]) for a, b in pairs] == texts
