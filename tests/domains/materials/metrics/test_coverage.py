"""Coverage of one set by another, and cutoffs as strict as others."""

import numpy as np
import pytest
from fourfold.domains.materials.datasets import load_crystals
from fourfold.domains.materials.metrics.coverage import calibrated_cutoffs, coverage, covered
from fourfold.domains.materials.metrics.cutoffs import (
    CALIBRATED_ON,
    LIGHT_CUTOFFS,
    UPSTREAM_COVERED,
    Covered,
    Cutoffs,
)
from fourfold.domains.materials.metrics.fingerprints import Fingerprints, fingerprints
from fourfold.shared.errors import InputError


def prints(structure, composition=None, **more) -> Fingerprints:
    structure = np.atleast_2d(np.asarray(structure, float).T).T
    composition = structure if composition is None else np.atleast_2d(np.asarray(composition, float).T).T
    return Fingerprints(structure, composition, **more)


def test_both_distances_must_be_near_and_the_invalid_count_in_precision():
    reference = prints([0.0, 1.0, 2.0, 3.0])  # deviation sqrt(1.25)
    generated = prints([0.1, 0.2, 3.0, 9.0, np.nan])
    found = coverage(generated, reference, Cutoffs(0.15, 10.0))
    assert found.recall == 0.5
    assert found.precision == pytest.approx(2 / 5)
    assert found.structure_recall == pytest.approx((0.1 + 0.8 + 1.0 + 0.0) / 4)
    assert found.composition_precision == pytest.approx((0.1 + 0.2 + 0 + 6) / 4 / np.sqrt(1.25))
    strict = coverage(generated, reference, Cutoffs(10.0, 0.15 / np.sqrt(1.25)))
    assert (strict.recall, strict.precision) == (found.recall, found.precision)


def test_a_set_covers_itself_and_nothing_covers_nothing():
    one = prints(np.random.default_rng(0).random((20, 3)))
    whole = coverage(one, one, Cutoffs(0.0, 1e-9))
    assert (whole.recall, whole.precision, whole.structure_recall) == (1.0, 1.0, 0.0)
    lost = coverage(prints([[np.nan] * 3] * 2), one, Cutoffs(1, 1))
    assert (lost.recall, lost.precision) == (0.0, 0.0)


def test_columns_that_do_not_vary_are_not_stretched():
    reference = prints([0.0, 1.0], [5.0, 5.0])
    other = prints([0.0, 1.0], [5.0, 5.5])
    assert coverage(other, reference, Cutoffs(0, 0.6)).precision == 1.0
    bounded = prints([0.0, 1.0], [5.0, 5.0], least_spread=np.array([0.1]))
    assert coverage(other, bounded, Cutoffs(0, 0.6)).precision == 0.5


def test_calibrated_cutoffs_keep_the_share_that_is_covered():
    rng = np.random.default_rng(0)
    learnt, held_out = prints(rng.random((60, 2))), prints(rng.random((200, 2)))
    shares = Covered(0.7, 0.2)
    cutoffs = calibrated_cutoffs(learnt, held_out, shares)
    assert covered(learnt, held_out, cutoffs) == pytest.approx(shares, abs=0.006)
    assert coverage(learnt, held_out, cutoffs, scale=learnt).recall <= 0.2


def test_unlike_fingerprints_and_no_reference_are_refused():
    with pytest.raises(InputError, match="expected light"):
        coverage(prints([0.0], definition="other"), prints([0.0]), Cutoffs(1, 1))
    with pytest.raises(InputError, match="no valid crystal"):
        coverage(prints([0.0]), prints([np.nan]), Cutoffs(1, 1))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::fourfold.shared.errors.InputWarning")
@pytest.mark.parametrize("name", ["perov_5", "mp_20"])
def test_the_cutoffs_kept_here_are_those_calibrated(name, benchmark_data):
    train, rows = load_crystals(name, "train"), range(CALIBRATED_ON[name])
    learnt, held_out = (
        fingerprints(train.take(rows)),
        fingerprints(load_crystals(name, "validation").take(rows)),
    )
    found = calibrated_cutoffs(learnt, held_out, UPSTREAM_COVERED[name], scale=fingerprints(train))
    assert found == pytest.approx(LIGHT_CUTOFFS[name], rel=3e-3)


def test_what_the_element_data_do_not_know_counts_as_the_mean():
    known = Fingerprints(np.zeros((3, 1)), np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]), "x")
    partly = Fingerprints(np.zeros((1, 1)), np.array([[2.0, np.nan]]), "x")
    assert partly.known.all()
    assert coverage(partly, known, Cutoffs(1.0, 1e-9)).precision == 1.0
    assert coverage(known, partly, Cutoffs(1.0, 1e-9), scale=known).recall == 1.0
