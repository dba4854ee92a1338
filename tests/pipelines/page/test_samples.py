"""The page's samples: small, whole, and made by the command that their README names."""

import numpy as np
import pandas as pd
import pytest
import soundfile
from fourfold.pipelines.page_samples import VOICE_RATE, VOICE_SECONDS, write_samples, write_weather
from fourfold.pipelines.service.page_routes import FOLDER

SAMPLES = FOLDER / "samples"


def test_samples_are_small_and_named_in_the_readme():
    told = (SAMPLES / "README.md").read_text(encoding="utf-8")
    for path in SAMPLES.iterdir():
        assert path.stat().st_size < 200_000
        assert path.name == "README.md" or path.name in told
    assert told.count("SIMULATED") == 1 and told.count("SYNTHETIC") == 1


def test_weather_is_what_the_command_makes(tmp_path):
    write_weather(tmp_path)
    assert (tmp_path / "weather.csv").read_bytes() == (SAMPLES / "weather.csv").read_bytes()
    frame = pd.read_csv(SAMPLES / "weather.csv", parse_dates=["ds"])
    assert frame["y"].notna().all()
    assert frame.groupby("unique_id")["ds"].diff().dropna().eq(pd.Timedelta("1h")).all()


def test_the_network_s_files_fit_each_other():
    signals = pd.read_csv(SAMPLES / "net3-signals.csv", index_col="ds", parse_dates=True)
    edges = pd.read_csv(SAMPLES / "net3-edges.csv", dtype={"from": str, "to": str})
    places = pd.read_csv(SAMPLES / "net3-nodes.csv", dtype={"node": str})
    assert set(edges["from"]) <= set(signals.columns) == set(places["node"])
    assert np.isfinite(signals.to_numpy()).all()
    assert (signals.index.to_series().diff().dropna() == pd.Timedelta("1h")).all()


@pytest.mark.slow
def test_the_rest_is_what_the_command_makes(tmp_path):
    write_samples(tmp_path)
    assert (tmp_path / "net3-edges.csv").read_bytes() == (SAMPLES / "net3-edges.csv").read_bytes()
    made, kept = (pd.read_csv(folder / "net3-signals.csv", index_col="ds") for folder in (tmp_path, SAMPLES))
    np.testing.assert_allclose(made, kept, atol=0.05)
    (made, rate), (kept, _) = (
        soundfile.read(folder / "synthetic-voice.wav") for folder in (tmp_path, SAMPLES)
    )
    assert rate == VOICE_RATE and len(kept) == round(VOICE_SECONDS * VOICE_RATE)
    np.testing.assert_allclose(made, kept, atol=1e-3)
