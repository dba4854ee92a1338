"""The comparison on the terminal says what its last column compares."""

from typing import Literal

import pytest
from fourfold.pipelines.comparison.evaluation import Evaluation, Score
from fourfold.pipelines.comparison.terminal import print_comparison


@pytest.mark.parametrize(("judged_by", "measure"), [("mase", "MASE"), ("mae", "MAE")])
def test_the_last_column_names_its_measure(
    judged_by: Literal["mase", "mae"], measure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scores = {
        name: Score(
            metrics={"mase": mase, "mae": mae},
            error_by_lead=[],
            coverage_by_lead=[],
            mase_by_series={},
            seconds=0.0,
        )
        for name, mase, mae in (("seasonal-naive", 1.0, 2.0), ("covariate-adapter", 0.5, 1.8))
    }
    chosen, error = "covariate-adapter", dict.fromkeys(scores, 1.0)
    print_comparison(
        Evaluation(
            scores=scores,
            origins=1,
            windows=2,
            level=80,
            chosen=chosen,
            validation_error=error,
            judged_by=judged_by,
        )
    )
    said = capsys.readouterr().out
    assert f" {measure} vs seasonal-naive" in said and "…" not in said
    assert ("-50.0 %" if judged_by == "mase" else "-10.0 %") in said
