"""POST /v1/forecast answers what the local classes do, in every form, alone and in company."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from fourfold.domains.graphs.forecaster import GraphForecaster
from fourfold.domains.timeseries.forecaster import Forecaster
from fourfold.pipelines.service.app import create_app
from fourfold.pipelines.service.errors import ServiceError
from fourfold.pipelines.service.forecasting.answering import Forecasting
from fourfold.pipelines.service.forecasting.question import Raw
from fourfold.pipelines.service.served_models import ServedModels
from fourfold.pipelines.service.settings import ServiceSettings

URL = "/v1/forecast"
ARROW, PARQUET = "application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"


def columns(frame: pd.DataFrame) -> dict[str, list]:
    return {
        name: frame[name].astype(str).tolist() if name == "ds" else frame[name].tolist() for name in frame
    }


def arrow(frame: pd.DataFrame) -> bytes:
    table, sink = pa.Table.from_pandas(frame, preserve_index=False), io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def parquet(frame: pd.DataFrame) -> bytes:
    sink = io.BytesIO()
    frame.to_parquet(sink)
    return sink.getvalue()


@pytest.fixture(scope="session")
def local(tiny_forecaster, hours) -> pd.DataFrame:
    return Forecaster.load(tiny_forecaster).predict(hours, 6, levels=(80,)).to_long()


def same(answer: pd.DataFrame, wanted: pd.DataFrame) -> None:
    """Names and times alike, values to 1e-6."""
    assert list(answer.columns) == list(wanted.columns)
    assert answer["unique_id"].tolist() == wanted["unique_id"].tolist()
    assert pd.to_datetime(answer["ds"]).tolist() == wanted["ds"].tolist()
    np.testing.assert_allclose(answer.iloc[:, 2:], wanted.iloc[:, 2:], rtol=1e-6)


def test_json_columns_and_records(client, hours, local):
    for data in (columns(hours), pd.DataFrame(columns(hours)).to_dict("records")):
        body = {"model": "hours", "horizon": 6, "data": data}
        answer = client.post(URL, json=body)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert {name: told[name] for name in ("model", "horizon", "freq", "levels", "columns", "notes")} == {
            "model": "hours", "horizon": 6, "freq": "h", "levels": [80.0],
            "columns": ["unique_id", "ds", "linear", "linear-lo-80", "linear-hi-80"], "notes": [],
        }  # fmt: skip
        same(pd.DataFrame(told["data"]), local)


@pytest.mark.parametrize(
    ("kind", "write"),
    [("text/csv", lambda frame: frame.to_csv(index=False).encode()), (PARQUET, parquet), (ARROW, arrow)],
)
def test_tables_as_bodies_and_as_files_of_a_form(client, hours, local, kind, write):
    query = {"model": "hours", "horizon": 6}
    body = client.post(URL, params=query, content=write(hours), headers={"Content-Type": kind})
    form = client.post(URL, data=query, files={"data": ("../../etc/passwd", write(hours), kind)})
    for answer in (body, form):
        assert answer.status_code == 200, answer.text
        same(pd.DataFrame(answer.json()["data"]), local)


def test_answers_as_csv_parquet_and_arrow(client, hours, local):
    readers = {
        "text/csv": pd.read_csv,
        PARQUET: pd.read_parquet,
        ARROW: lambda file: pa.ipc.open_stream(file).read_all().to_pandas(),
    }
    for kind, read in readers.items():
        headers = {"Content-Type": ARROW, "Accept": kind}
        answer = client.post(f"{URL}?model=hours&horizon=6", content=arrow(hours), headers=headers)
        assert answer.headers["content-type"].startswith(kind)
        same(read(io.BytesIO(answer.content)), local)
    refused = client.post(f"{URL}?horizon=6", content=b"x", headers={"Accept": "image/png"})
    assert refused.status_code == 406


def test_times_with_a_zone_come_back_with_it(client):
    times = pd.date_range("2026-03-28", periods=60, freq="h", tz="Europe/Berlin")
    body = {"model": "last-value", "horizon": 2, "levels": [], "freq": "h",
            "data": {"ds": [str(t) for t in times], "y": list(range(60))}}  # fmt: skip
    answer = client.post(URL, json=body).json()
    stamps = pd.to_datetime(pd.Series(answer["data"]["ds"]), utc=True)
    assert stamps.tolist() == [times[-1] + pd.Timedelta(hours=n) for n in (1, 2)]
    assert all("+" in stamp for stamp in answer["data"]["ds"])


def test_concurrent_requests_share_a_batch_and_are_answered_their_own(client, hours, tiny_forecaster):
    forecaster = Forecaster.load(tiny_forecaster)
    tables = [hours.assign(y=hours["y"] * (n + 1)) for n in range(12)]
    wanted = [forecaster.predict(table, 6, levels=(50, 80)).to_long() for table in tables]
    before = batches(client)

    def ask(table: pd.DataFrame):
        return client.post(
            URL, json={"model": "hours", "horizon": 6, "levels": [50, 80], "data": columns(table)}
        )

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, tables))
    for answer, local_answer in zip(answers, wanted, strict=True):
        assert answer.status_code == 200
        same(pd.DataFrame(answer.json()["data"]), local_answer)
    assert batches(client) - before < 12


def batches(client) -> float:
    line = next(
        (row for row in client.get("/metrics").text.splitlines()
         if row.startswith('fourfold_batch_size_count{model="hours"}')), "x 0"
    )  # fmt: skip
    return float(line.split()[1])


def test_tables_that_wait_to_be_read_are_limited(hours):
    raw = Raw({"model": "drift", "horizon": "6"}, {"data": (hours.to_csv(index=False).encode(), "text/csv")})
    limits = ServiceSettings(models=("tempo-zero",), max_queue=4)
    models = ServedModels(limits)

    async def main():
        forecasting = Forecasting(models, limits)
        return await asyncio.gather(*(forecasting.answer(raw) for _ in range(7)), return_exceptions=True)

    answers = asyncio.run(main())
    models.stop()
    refused = [answer for answer in answers if isinstance(answer, ServiceError)]
    assert [(error.status, error.retry_after) for error in refused] == [(503, 1)] * 3
    assert all(answer[1].horizon == 6 for answer in answers if answer not in refused)


def test_one_bad_table_in_a_batch_fails_alone(tiny_forecaster, monkeypatch):
    from fourfold.domains.timeseries.joint_prediction import forecast_together
    from fourfold.shared.forecasting.forecast import Forecast, NonFinite

    forecaster = Forecaster.load(tiny_forecaster)
    times = pd.date_range("2026-01-01", periods=200, freq="h")
    usual = pd.DataFrame({"unique_id": "a", "ds": times, "y": np.sin(np.arange(200.0))})
    tables = (usual, usual.assign(y=usual["y"] + 1e6), usual)
    plans = [forecaster.plan(table, 6) for table in tables]
    asked = forecaster.model.predict

    def fail_above(windows):
        answer = asked(windows)
        answer.point[windows.context.max(axis=1) > 1e5] = np.nan
        return answer

    monkeypatch.setattr(forecaster.model, "predict", fail_above)
    first, bad, last = forecast_together(forecaster.model, plans)
    assert isinstance(bad, NonFinite)
    assert isinstance(first, Forecast)
    assert isinstance(last, Forecast)
    assert (first.values == last.values).all()


def test_covariates_ahead_are_read_as_the_shell_reads_them(client):
    days = pd.date_range("2025-01-01", periods=210)
    promo = (np.arange(210) % 5 == 0).astype(float)
    sold = 10 + np.sin(np.arange(210) * 2 * np.pi / 7) + 3 * promo
    history = pd.DataFrame({"unique_id": "a", "ds": days, "y": sold, "promo": promo}).iloc[:200]
    ahead = pd.DataFrame({"unique_id": "a", "ds": days, "promo": promo}).iloc[200:207]
    files = {
        "data": ("data.csv", history.to_csv(index=False)),
        "future": ("future.csv", ahead.to_csv(index=False)),
    }
    query = {"model": "covariate-adapter", "horizon": 7, "levels": "50,80"}
    answer = client.post(URL, data=query, files=files)
    assert answer.status_code == 200, answer.text
    wanted = Forecaster("covariate-adapter", future=("promo",)).fit(history, 7)
    local = wanted.predict(history, 7, future=ahead, levels=(50, 80)).to_long()
    same(pd.DataFrame(answer.json()["data"]), local)
    body = {"model": "covariate-adapter", "horizon": 7, "levels": [50, 80], "data": columns(history),
            "future": columns(ahead)}  # fmt: skip
    same(pd.DataFrame(client.post(URL, json=body).json()["data"]), local)


def test_notes_reach_the_one_who_asked(client, hours):
    body = {"model": "seasonal-naive", "horizon": 2, "levels": [], "data": columns(hours.assign(extra=1.0)),
            "static_cols": ["extra"]}  # fmt: skip
    notes = client.post(URL, json=body).json()["notes"]
    assert len(notes) == 1
    assert "does not use covariates: extra" in notes[0]
    del body["static_cols"]
    body["data"].pop("extra")
    assert client.post(URL, json=body).json()["notes"] == []


@pytest.mark.slow
def test_networks_with_their_graph(client, tmp_path):
    """One fitted on the request, and the same one trained beforehand."""
    times, names = pd.date_range("2026-03-01", periods=120, freq="h"), ("a", "b", "c")
    rng = np.random.default_rng(0)
    table = {"ds": times.astype(str).tolist()}
    table |= {name: (50 + 10 * np.sin(np.arange(120) / 4 + n) + rng.normal(size=120)).tolist()
              for n, name in enumerate(names)}  # fmt: skip
    edges = {"from": list(names), "to": ["b", "c", "a"], "weight": [1.0, 1.0, 1.0]}
    body = {"model": "tts-imp", "horizon": 3, "epochs": 1, "levels": [80], "data": table}
    refused = client.post(URL, json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "graph"
    answer = client.post(URL, json=body | {"graph": edges})
    assert answer.status_code == 200, answer.text
    assert sorted(set(answer.json()["data"]["unique_id"])) == list(names)

    frame = pd.DataFrame(table).assign(ds=times).set_index("ds")
    small = {"preset": "small", "training": {"epochs": 1}}
    fitted = GraphForecaster("tts-imp", model_settings=small).fit(frame, pd.DataFrame(edges), 3)
    folder = fitted.save(tmp_path / "ring")
    from starlette.testclient import TestClient

    settings = ServiceSettings(models=(str(folder),), preload=False, folder=tmp_path / "s", runs=tmp_path)
    with TestClient(create_app(settings)) as other:
        told = other.post(URL, json={"model": "ring", "horizon": 3, "data": table}).json()
    same(pd.DataFrame(told["data"]), fitted.predict(frame, 3, levels=(80,)).to_long())
