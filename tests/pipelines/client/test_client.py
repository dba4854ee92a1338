"""The client against a real server: the answers and the sentences of the local classes."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import xarray as xr
from fourfold import Client, CrystalGenerator, Forecaster, Vocoder
from fourfold.pipelines.service.errors import ServiceError
from fourfold.shared.artifact.shipped import list_shipped
from fourfold.shared.errors import InputError, InputErrors

HOURS = 240


def long_frame(zone: str | None = None) -> pd.DataFrame:
    """Two series of unequal length."""
    frames = []
    for name, length in (("007", HOURS), ("north hall", HOURS - 50)):
        times = pd.date_range("2026-03-20", periods=length, freq="h", tz=zone)
        season = np.sin(2 * np.pi * np.arange(length) / 24)
        noise = np.random.default_rng(len(name)).normal(0, 0.1, length)
        frames.append(pd.DataFrame({"unique_id": name, "ds": times, "y": season + noise}))
    return pd.concat(frames, ignore_index=True)


def wide_frame() -> pd.DataFrame:
    return long_frame().pivot(index="ds", columns="unique_id", values="y").dropna()


TABLES = {
    "long": long_frame(),
    "long with a zone": long_frame("Europe/Berlin"),
    "wide": wide_frame(),
    "one series": long_frame()[["ds", "y"]].iloc[:HOURS],
    "integer time": pd.DataFrame({"unique_id": 3, "ds": np.arange(HOURS), "y": np.sin(np.arange(HOURS) / 4)}),
    "xarray": xr.DataArray(wide_frame().to_numpy(), [("time", wide_frame().index), ("series", ["a", "b"])]),
}


@pytest.mark.parametrize("name", TABLES)
def test_forecasts_are_those_of_the_local_class(client: Client, name: str) -> None:
    data, reading = TABLES[name], {"period": 24} if name == "integer time" else {}
    remote = client.forecast(data, 6, model="seasonal-naive", levels=(80,), quantiles=(0.5,), **reading)
    local = (
        Forecaster("seasonal-naive", **reading).fit(data, 6).predict(data, 6, levels=(80,), quantiles=(0.5,))
    )
    pd.testing.assert_frame_equal(remote.to_long(), local.to_long())
    pd.testing.assert_frame_equal(remote.to_wide(), local.to_wide())
    xr.testing.assert_allclose(remote.to_xarray(), local.to_xarray())


def test_files_and_gaps_and_other_columns(client: Client, tmp_path: Path) -> None:
    frame = (
        long_frame()
        .rename(columns={"unique_id": "hall", "ds": "time", "y": "heat"})
        .drop(index=range(100, 104))
    )
    frame.to_csv(tmp_path / "halls.csv", index=False)
    reading = {"id_col": "hall", "time_col": "time", "target_col": "heat", "missing": "interpolate"}
    remote = client.predict(tmp_path / "halls.csv", 5, model="linear", **reading)
    local = Forecaster("linear", **reading).fit(tmp_path / "halls.csv", 5).predict(tmp_path / "halls.csv", 5)
    pd.testing.assert_frame_equal(remote.to_long(), local.to_long())


def test_covariates_known_ahead(client: Client) -> None:
    history = long_frame()
    history = history[history["ds"] < "2026-03-27"].copy()
    history["open"] = (history["ds"].dt.hour > 8).astype(float)
    ends = history.groupby("unique_id")["ds"].max()
    ahead = pd.concat(
        [
            pd.DataFrame({"unique_id": name, "ds": pd.date_range(end, periods=7, freq="h")[1:], "open": 1.0})
            for name, end in ends.items()
        ]
    )
    remote = client.forecast(history, 6, model="covariate-adapter", future=ahead)
    local = (
        Forecaster("covariate-adapter", future=("open",)).fit(history, 6).predict(history, 6, future=ahead)
    )
    pd.testing.assert_frame_equal(remote.to_long(), local.to_long())


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        (long_frame().assign(y=lambda frame: frame["y"].where(frame.index != 7)), {}),
        (long_frame().iloc[:30], {"model": "linear"}),
        (long_frame(), {"horizon": 0}),
    ],
)
def test_refusals_are_the_local_ones(client: Client, table: pd.DataFrame, wanted: dict) -> None:
    asked = {"model": "seasonal-naive", "horizon": 6, **wanted}
    with pytest.raises(InputError) as remote:
        client.forecast(table, asked["horizon"], model=asked["model"])
    if asked["horizon"]:
        with pytest.raises(InputError) as local:
            Forecaster(asked["model"]).fit(table, asked["horizon"]).predict(table, asked["horizon"])
        told, known = remote.value.as_dict(), local.value.as_dict()
        # Only the advice may differ: a service has no flags to name.
        assert {**told, "remedy": None} == {**known, "remedy": None}
    else:
        assert remote.value.field == "horizon"


def test_several_mistakes_come_back_as_several(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("unique_id,ds,y\na,2026-01-01 00:00,1\na,2026-01-01 01:00,abc\na,yesterday,3\n")
    with pytest.raises(InputErrors) as refused:
        client.forecast(path, 3, model="last-value")
    assert len(refused.value.problems) == 2 and "line 3" in str(refused.value)


def test_other_refusals_have_a_status(client: Client, served) -> None:
    with pytest.raises(ServiceError, match="is not served") as absent:
        client.forecast(long_frame(), 3, model="nothing")
    assert absent.value.status == 404
    with Client(served.url, "wrong") as stranger, pytest.raises(ServiceError, match="token") as refused:
        stranger.models()
    assert refused.value.status == 401
    with (
        Client("http://127.0.0.1:9") as nowhere,
        pytest.raises(ServiceError, match="cannot be reached") as lost,
    ):
        nowhere.models()
    assert lost.value.status == 503
    for url in ("ftp://host", "", "no address"):
        with pytest.raises(InputError, match="is no address"):
            Client(url)


def test_a_service_that_is_none_is_told_so() -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path.endswith("models") else 502, "Bad Gateway")
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Client(f"http://127.0.0.1:{server.server_port}") as client:
            with pytest.raises(ServiceError, match="is no fourfold service"):
                client.models()
            with pytest.raises(ServiceError, match="Bad Gateway: <html>hello"):
                client.jobs()
        server.shutdown()


def test_models_are_listed(client: Client) -> None:
    models = {model["name"]: model for model in client.models()}
    assert models["linear"]["task"] == "forecast"
    assert set(list_shipped()) <= set(models)


@pytest.mark.slow
def test_a_method_is_fitted_as_a_job_and_asked_by_name(client: Client, tmp_path: Path) -> None:
    job = client.finetune(long_frame(), 6, model="linear", output="halls")
    assert job.status in ("queued", "running") and job.output == "halls"
    shares = [share for share, _ in job.progress()]
    assert shares[-1] == 1.0 and job.wait().status == "done"
    assert client.job(job.id).facts == job.facts
    folder = job.download(tmp_path / "halls")
    with pytest.raises(InputError, match="is there already"):
        job.download(folder)
    local = Forecaster.load(folder).predict(long_frame(), 6, levels=(90,))
    remote = client.forecast(long_frame(), 6, model="halls", levels=(90,))
    pd.testing.assert_frame_equal(remote.to_long(), local.to_long())
    failing = client.finetune(long_frame().iloc[:20], 6, model="linear")
    with pytest.raises(InputError, match="row") as refused:
        failing.wait(120)
    with pytest.raises(InputError) as here:
        Forecaster("linear").fit(long_frame().iloc[:20], 6)
    assert str(refused.value) == str(here.value)
    assert job.cancel(forget=True).id not in [other.id for other in client.jobs()]
    with pytest.raises(ServiceError, match="there is no job"):
        job.refresh()


@pytest.mark.slow
@pytest.mark.skipif("perov-flow" not in list_shipped(), reason="needs the shipped model perov-flow")
def test_crystals_are_those_of_the_local_class(client: Client) -> None:
    wish = {"elements": "Sr,Ti,O", "steps": 5, "seed": 1}
    remote, local = client.generate(3, **wish), CrystalGenerator.load("perov-flow").generate(3, **wish)
    pd.testing.assert_frame_equal(remote.table(), local.table(), rtol=1e-6)
    np.testing.assert_allclose(remote.crystals.frac, local.crystals.frac, atol=1e-9)
    with pytest.raises(InputError, match="POST /v1/jobs"):
        client.generate(6)


@pytest.mark.slow
@pytest.mark.skipif("wavehax-16k" not in list_shipped(), reason="needs the shipped model wavehax-16k")
def test_sounds_are_those_of_the_local_class(client: Client, tmp_path: Path) -> None:
    time = np.arange(8_000) / 16_000
    tone = sum(np.sin(2 * np.pi * 140 * k * time) / k for k in range(1, 8))
    soundfile.write(tmp_path / "in.wav", 0.1 * tone, 16_000)
    vocoder = Vocoder.load("wavehax-16k")
    remote = client.resynthesize(tmp_path / "in.wav", 1.2)
    local = vocoder.resynthesize(tmp_path / "in.wav", 1.2)
    assert remote.sample_rate == 16_000 and len(remote) == len(local)
    np.testing.assert_allclose(remote.samples, local.samples, atol=2 / 2**15)
    mel, f0 = vocoder.features.of(vocoder.features.read(tmp_path / "in.wav"))
    np.testing.assert_allclose(client.synthesize(mel, f0), vocoder.synthesize(mel, f0), atol=2 / 2**15)
    with pytest.raises(InputError, match="pitch"):
        client.resynthesize(tmp_path / "in.wav", -1)


def test_the_client_needs_no_torch() -> None:
    code = "import fourfold, sys; fourfold.Client('http://127.0.0.1:9'); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
