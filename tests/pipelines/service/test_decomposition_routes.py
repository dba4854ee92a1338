"""POST /v1/decompose: parts that add up, and what it does not take."""

import io

import numpy as np
import pandas as pd
import pytest
from fourfold.domains.timeseries.forecaster import Forecaster

CSV = {"Content-Type": "text/csv"}


@pytest.fixture(scope="module")
def client(serving, tiny_forecaster):
    return serving(models=(str(tiny_forecaster),))


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    hours = np.arange(24 * 6)
    wave = 10 + 0.02 * hours + np.sin(2 * np.pi * hours / 24)
    times = pd.date_range("2026-01-01", periods=len(hours), freq="h")
    parts = [
        pd.DataFrame({"unique_id": name, "ds": times, "y": factor * wave})
        for name, factor in (("a", 1), ("b", 3))
    ]
    return pd.concat(parts, ignore_index=True)


def test_the_parts_are_those_of_the_class_and_add_up(client, frame):
    answer = client.post("/v1/decompose", content=frame.to_csv(index=False), headers=CSV)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["freq"], told["period"], told["notes"]) == ("h", 24, [])
    assert told["columns"] == ["unique_id", "ds", "observed", "trend", "season", "residual"]
    found = pd.DataFrame(told["data"])
    parts = found[["trend", "season", "residual"]].to_numpy()
    np.testing.assert_allclose(parts.sum(axis=1), frame["y"], rtol=1e-5)
    wanted = Forecaster("seasonal-naive").decompose(frame)
    np.testing.assert_allclose(found["trend"], wanted["trend"].to_numpy().T.ravel(), rtol=1e-9)
    assert found["ds"].iloc[1] == "2026-01-01 01:00:00"


def test_columns_keep_their_names_and_gaps_stay_open(client, frame):
    renamed = frame[frame["unique_id"] == "a"].rename(columns={"ds": "when", "y": "load"}).drop(index=30)
    body = io.BytesIO(renamed.to_csv(index=False).encode())
    fields = {"time_col": "when", "target_col": "load", "missing": "mask"}
    answer = client.post("/v1/decompose", files={"data": ("mine.csv", body)}, data=fields)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert data["when"][30] == "2026-01-02 06:00:00"
    assert data["observed"][30] is None and data["residual"][30] is None
    assert np.isfinite(data["trend"][30])


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({"content": b"ds,y\n2026-01-01,1\n2026-01-02,2\n", "headers": CSV}, 422, "too short"),
        ({"content": b"ds,y\n2026-01-01,1\n", "headers": CSV, "params": {"horizon": 3}}, 422, "horizon: "),
        ({"json": {"data": {"ds": ["2026-01-01"], "y": [1]}}}, 415, "taken apart as text/csv"),
        ({"files": {"graph": ("g.csv", b"from,to\na,b\n")}}, 422, "graph: means nothing"),
        ({"files": {"other": ("g.csv", b"from,to\na,b\n")}}, 422, "other"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_apart_is_a_sentence(client, sent, status, sentence):
    answer = client.post("/v1/decompose", **sent)
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]
