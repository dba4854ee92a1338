"""What `evaluate` hands to the metrics: predictions of the property, structures compared if asked for."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from fourfold.domains.materials.generated import GeneratedCrystals
from fourfold.domains.materials.generator_scores import predicted_and_true
from fourfold.domains.materials.metrics.cutoffs import LIGHT_CUTOFFS
from fourfold.domains.materials.metrics.evaluation import score_generated
from tiny_generator import CRYSTALS, trained
from told_model import cells

MATCHED = ("unique", "novel", "METRe", "cRMSE")
SCORED = SimpleNamespace(fitted=lambda: SimpleNamespace(property=SimpleNamespace(name="height")))


def with_heights(crystals, values):
    return replace(crystals, properties={"height": np.array(values)})


def test_predictions_of_valid_crystals_stand_beside_known_values():
    made = with_heights(cells([5.0, 5.0, 5.0], anions=[17, 10, 17]), [1.0, 50.0, 3.0])
    reference = with_heights(cells([5.0] * 4), [0.0, np.nan, 2.0, 4.0])
    pair = predicted_and_true(SCORED, GeneratedCrystals(made), reference)  # type: ignore[arg-type]
    ((name, (predicted, true)),) = pair.items()
    assert name == "height (predicted)"
    assert (predicted.tolist(), true.tolist()) == ([1.0, 3.0], [0.0, 2.0, 4.0])
    cutoffs = LIGHT_CUTOFFS["mp_20"]
    scores = score_generated(made, reference, reference, cutoffs=cutoffs, values=pair, matching=False)
    assert scores["W height (predicted)"] == pytest.approx(1.0)


def test_without_values_there_is_nothing_to_compare():
    made = with_heights(cells([5.0]), [1.0])
    nothing_valid = with_heights(cells([5.0], anions=[10]), [1.0])
    unknown = with_heights(cells([5.0]), [np.nan])
    for generated, reference in ((made, cells([5.0])), (made, unknown), (nothing_valid, made)):
        assert predicted_and_true(SCORED, GeneratedCrystals(generated), reference) == {}  # type: ignore[arg-type]


def test_structures_are_compared_if_asked_for():
    few = CRYSTALS.take(range(0, 16, 4))
    plain, matched = (trained().evaluate(few, n=4, steps=2, matching=x) for x in (False, True))
    names = [{score.name for score in one.scores} for one in (plain, matched)]
    assert names[1] - names[0] == set(MATCHED)
    assert not set(MATCHED) & names[0]
    assert set(matched.sets) == {"generated", "reference"}
    meaning = next(score.meaning for score in matched.scores if score.name == "novel")
    assert "match none of reference" in meaning
    known = trained().evaluate(few, CRYSTALS, n=4, steps=2, matching=True)
    meaning = next(score.meaning for score in known.scores if score.name == "novel")
    assert "match none of training" in meaning
    assert set(known.sets) == {"generated", "reference", "training"}
