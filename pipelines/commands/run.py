"""`fourfold run NAME`: an end-to-end pipeline."""

from __future__ import annotations

import difflib
from importlib import import_module
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from ...shared.errors import InputError

PIPELINES = {
    "citations": "fourfold.pipelines.citations.pipeline",
    "crystals": "fourfold.pipelines.crystals.pipeline",
    "forecast": "fourfold.pipelines.forecast.pipeline",
    "traffic": "fourfold.pipelines.traffic.pipeline",
    "vocoder": "fourfold.pipelines.vocoder.pipeline",
    "pretrain": "fourfold.pipelines.pretrain",
    "train-vocoder": "fourfold.pipelines.train_vocoder",
    "train-crystals": "fourfold.pipelines.train_crystals",
}
"""By name. Each module has `Settings`, `recipe(preset)` and `run_pipeline(settings, out, command)`."""


def run(
    name: str,
    /,
    *,
    preset: Literal["quick", "full"] = "quick",
    out: Path | None = None,
    config: Path | None = None,
    set_: Annotated[tuple[str, ...], Parameter(name="--set", negative="")] = (),
    print_config: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Run a pipeline: prepare, train, evaluate, report. What is up to date is not done again.

    Parameters
    ----------
    name
        The pipeline: forecast, traffic, citations (classes of a graph's nodes), vocoder (a voice made anew),
        crystals (a generator trained, judged and shown), pretrain (makes a tempo-zero anew), train-vocoder (a
        speech vocoder from random weights), or train-crystals (a crystal generator).
    preset
        quick takes a few minutes on two cores; full trains longer.
    out
        Folder of the run; runs/NAME-PRESET when not given.
    config
        YAML file of settings, as --print-config writes it.
    set_
        One setting, key=value, over preset and file; may be repeated.
    print_config
        Print the settings as YAML and stop.
    """
    from ..settings import as_yaml, resolve_settings

    if name not in PIPELINES:
        near = difflib.get_close_matches(name, PIPELINES, n=1, cutoff=0.4) or sorted(PIPELINES)
        raise InputError("NAME", f"no pipeline is called {name!r}", expected=" or ".join(near))
    pipeline = import_module(PIPELINES[name])
    settings = resolve_settings(pipeline.Settings, pipeline.recipe(preset), config, set_)
    if print_config:
        print(as_yaml(settings), end="")
        return 0
    folder = out or Path("runs") / f"{name}-{preset}"
    report = pipeline.run_pipeline(settings, folder, command=_replay(name, preset, folder, config, set_))
    print(f"report: {report}")
    return 0


def _replay(name: str, preset: str, out: Path, config: Path | None, overrides: tuple[str, ...]) -> str:
    import shlex

    words = ["fourfold", "run", name, "--preset", preset, "--out", str(out)]
    words += ["--config", str(config)] if config else []
    for override in overrides:
        words += ["--set", override]
    return shlex.join(words)
