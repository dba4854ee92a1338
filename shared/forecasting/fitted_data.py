"""What a fitted forecaster remembers of its data: their kind, and how far it has seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ... import __version__
from ..artifact.card import ModelCard
from ..artifact.feature_spec import require_match
from ..errors import note
from ..panels.panel import Panel
from ..training.run_claim import claim_run


def feature_spec(panel: Panel) -> dict[str, Any]:
    """What a fitted model takes for granted of its data, as JSON values."""
    anchored = panel.freq.split("-")[0] if isinstance(panel.freq, str) else panel.freq
    return {
        "freq": anchored,
        "period": panel.period,
        "past": list(panel.past),
        "future": list(panel.future),
        "static": list(panel.static),
    }


def require_spec(stored: dict[str, Any] | None, panel: Panel) -> None:
    """Raise InputError, field by field, when the panel is not of the kind the model was fitted on."""
    if stored is not None:
        require_match(stored, feature_spec(panel), "data")


def last_seen(panel: Panel, *rows: slice) -> str | None:
    """Time of the last row in any of the slices, as text; None where all are empty."""
    bounds = [part.indices(panel.n_steps)[:2] for part in rows]
    last = max((stop for start, stop in bounds if stop > start), default=0)
    return str(panel.time[last - 1]) if last else None


def claim_panel(run: Path | None, panel: Panel, *rows: slice) -> None:
    """Note in a run folder which data it learns from, so that no other data are taken for the same run.

    Raises:
        InputError: it holds a training on other data, or on other rows of them.
    """
    covariates = (*panel.past.values(), *panel.future.values(), *map(np.asarray, panel.static.values()))
    about = repr([panel.series, str(panel.time[0]), panel.freq, rows])
    claim_run(run, {"data, or other rows of them": (about, panel.values, panel.known, *covariates)})


def warn_of_seen_rows(panel: Panel, seen_until: str | None, first: int) -> bool:
    """Warn when rows from `first` on, about to be scored, were used in fitting; returns whether they were."""
    if seen_until is None:
        return False
    position = np.flatnonzero(panel.time.astype(str) == seen_until)
    seen = bool(len(position)) and int(position[0]) >= first
    if seen:
        note(
            f"rows up to {seen_until} were used in fitting: if these are the same series, scores "
            "of rows before that are too good; judge later rows, or a model that is fitted without them"
        )
    return seen


def plain_card(
    product: str, model: str, horizon: int | None, spec: dict[str, Any] | None, tags: tuple[str, ...]
) -> ModelCard:
    """A card with what a forecaster itself knows.

    Args:
        product: name of its class, for the command.
        spec: its `feature_spec`.
    """
    known = f"fitted for {horizon} steps" if horizon else "not fitted"
    on = f" on data with step {spec['freq']!r} and season {spec['period']}" if spec else ""
    return ModelCard(
        title=f"{model} forecaster",
        summary=f"{model}, {known}{on}. Its data and accuracy were not recorded.",
        license="other",
        tags=tags,
        command=f"{product}({model!r}).fit(...).save(...)  # fourfold {__version__}",
    )
