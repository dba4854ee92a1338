"""Pages of documentation as a reader works through them: blocks of code, and a desk to type commands at."""

import contextlib
import io
import re
import shlex
import shutil
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
from fourfold.domains.audio.speech_sets.synthetic_voice import speech_contour, synthetic_voice
from fourfold.domains.materials.crystals.writing import write_crystals
from fourfold.domains.materials.datasets import aflow_prototypes
from fourfold.pipelines.cli import main

ROOT = Path(__file__).resolve().parents[2]
NODES = ("north", "east", "south", "west")


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks in one language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)


def commands(page: str) -> list[str]:
    """Lines of the console blocks that call fourfold."""
    lines = [line for block in blocks(page, "console") for line in block.splitlines()]
    return [line for line in lines if line.startswith("fourfold ")]


class Desk:
    """A folder with a reader's own files. Two pages that name one command get one run of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.typed: set[str] = set()
        sales().to_csv(folder / "sales.csv", index=False)
        network(folder, "signals.csv", "edges.csv")
        network(folder, "elsewhere.csv", "other-edges.csv", "far-")
        voices(folder)
        crystals(folder / "my.csv")

    def type(self, line: str) -> None:
        """Run a command, unless it has been, and require that it succeeds.

        In this process: a fresh one would spend more time on imports than most commands on their work.
        """
        if line in self.typed:
            return
        said = io.StringIO()
        with (
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("default")  # as in a shell, where a library's warning ends nothing
            code = main(shlex.split(line)[1:])
        assert code == 0, f"{line}\n{said.getvalue()}"
        self.typed.add(line)


def sales() -> pd.DataFrame:
    """Two series of daily sales with a week in them, one ending earlier."""
    days = pd.date_range("2022-01-01", periods=700, freq="D")
    rng = np.random.default_rng(0)
    week = 10 * np.sin(2 * np.pi * np.arange(700) / 7)
    north = pd.DataFrame({"unique_id": "north", "ds": days, "y": 100 + week + rng.normal(size=700)})
    south = pd.DataFrame({"unique_id": "south", "ds": days, "y": 50 + week / 2 + rng.normal(size=700)})
    return pd.concat([north, south.iloc[:-9]], ignore_index=True)


def voices(folder: Path) -> None:
    """Four short recordings of a synthetic voice in my-wavs, and the first beside the folder."""
    (folder / "my-wavs").mkdir()
    for number in range(4):
        pitch = speech_contour(120, 100.0, 180.0, np.random.default_rng(number))
        said = synthetic_voice(pitch, seed=number)
        soundfile.write(folder / "my-wavs" / f"{number}.wav", said.samples, said.sample_rate)
    shutil.copy(folder / "my-wavs" / "0.wav", folder / "voice.wav")


def crystals(path: Path) -> None:
    """Forty small crystals with a number that stands for their band gap."""
    known = aflow_prototypes()
    write_crystals(known.take(np.flatnonzero(known.counts <= 5)[:40]), path)
    frame = pd.read_csv(path).rename(columns={"volume_per_atom": "band_gap"})
    frame.assign(band_gap=frame["band_gap"] / 10).to_csv(path, index=False)


def network(folder: Path, signals: str, edges: str, prefix: str = "") -> None:
    """Ten days of hours at four sensors in a ring, with a gap."""
    rng, hours = np.random.default_rng(0), np.arange(240)
    season = 50 + 10 * np.sin(2 * np.pi * (hours[:, None] - np.arange(4)) / 24)
    names = [prefix + name for name in NODES]
    frame = pd.DataFrame(season + rng.normal(0, 0.5, season.shape), columns=names)
    frame.iloc[60:63, 1] = None
    frame.insert(0, "ds", pd.date_range("2026-03-01", periods=240, freq="h"))
    frame.to_csv(folder / signals, index=False)
    ring = [(name, names[(place + 1) % 4], 1.0) for place, name in enumerate(names)]
    pd.DataFrame(ring, columns=["from", "to", "weight"]).to_csv(folder / edges, index=False)
