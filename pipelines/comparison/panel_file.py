"""A Panel on disk between the stages of a run: one npz of plain arrays, no pickle."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from ...shared.panels.panel import Panel

COVARIATES = ("past", "future", "static")


def save_panel(panel: Panel, path: Path) -> None:
    """Write a panel; how its long frame looked is left out."""
    facts = {
        "series": panel.series,
        "freq": panel.freq,
        "period": panel.period,
        "timezone": panel.timezone,
        "local": panel.local,
    }
    arrays = {f"{kind}/{name}": rows for kind in COVARIATES for name, rows in getattr(panel, kind).items()}
    if panel.filled is not None:
        arrays["filled"] = panel.filled
    with path.open("wb") as stream:
        np.savez(
            stream,
            allow_pickle=False,
            facts=np.array(json.dumps(facts)),
            values=panel.values,
            observed=panel.observed,
            time=panel.time.to_numpy(),
            **arrays,
        )


def load_panel(path: Path) -> Panel:
    """Read what `save_panel` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        facts = json.loads(str(stored["facts"]))
        covariates: dict[str, dict[str, np.ndarray]] = {kind: {} for kind in COVARIATES}
        for key in stored.files:
            kind, _, name = key.partition("/")
            if name:
                covariates[kind][name] = stored[key]
        return Panel(
            values=stored["values"],
            observed=stored["observed"],
            time=pd.Index(stored["time"]),
            series=tuple(facts.pop("series")),
            past=covariates["past"],
            future=covariates["future"],
            static=covariates["static"],
            filled=stored["filled"] if "filled" in stored.files else None,
            **facts,
        )
