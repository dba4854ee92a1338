"""The forecast report, put together from what the stages left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...shared.panels.panel import Panel
from ..comparison.evaluation import NAIVE, Evaluation
from ..comparison.figures import Fan, draw_data, draw_fans, draw_parts
from ..comparison.report_blocks import again_blocks, lead_blocks, model_blocks, series_block
from ..contestant import is_method
from ..report.figures import framed
from ..report.markup import Markup
from ..report.page import Page, paragraph
from ..report.tables import facts

if TYPE_CHECKING:
    from ..comparison.data_summary import DataSummary


@dataclass(frozen=True)
class ReportParts:
    """Everything the page shows."""

    summary: DataSummary
    panel: Panel
    shown: Sequence[int]
    """Series drawn, as columns of the panel."""
    evaluation: Evaluation
    ahead: Sequence[Fan]
    """The chosen model's forecast beyond the data."""
    held_out: Sequence[Fan]
    """Its forecasts of the test part, beside what came."""
    made_of: Mapping[str, np.ndarray]
    """Parts that add up to the chosen model's forecast of the first shown series; empty when it has none."""
    parts_time: np.ndarray
    parts: Mapping[str, np.ndarray]
    """Observed, trend, season and residual of one series."""
    settings_yaml: str
    command: str
    environment: Mapping[str, str]


def build_page(parts: ReportParts) -> str:
    """The report as one HTML text."""
    page = Page(f"Forecasts of {parts.summary.title}", _lead(parts))
    page.section("What comes next", *_ahead(parts))
    beforehand = [name for name in parts.evaluation.ranked() if not is_method(name)]
    page.section("Models compared", *model_blocks(parts.evaluation, parts.panel.series, beforehand))
    page.section("On data not seen before", *_held_out(parts))
    page.section("By step ahead", *lead_blocks(parts.evaluation, parts.summary))
    page.section("Trend, season and the rest", *_decomposition(parts))
    page.section("The data", *_data(parts))
    page.section("Do it again", *_again(parts))
    return page.render()


def _lead(parts: ReportParts) -> str:
    evaluation, best = parts.evaluation, parts.evaluation.chosen
    steps = f"{parts.summary.horizon} steps of {parts.summary.step} ahead"
    start = f"{parts.summary.n_series} series, {steps}, judged on {evaluation.windows} held-out windows. "
    mine, naive = (evaluation.scores[name].metrics.get("mase") for name in (best, NAIVE))
    if best == NAIVE or mine is None or not naive:
        return start + f"The validation part chose {best}."
    change = 100 * (mine / naive - 1)
    told = f"{abs(change):.0f} % {'less' if change < 0 else 'more'} error (MASE)"
    return (
        start
        + f"The validation part chose {best}: on the held-out part {told} than repeating the last season."
    )


def _ahead(parts: ReportParts) -> list[Markup]:
    best, unit = parts.evaluation.chosen, parts.summary.unit
    alt = f"Forecast of {len(parts.ahead)} series beyond the last observation, with interval bands."
    picture = draw_fans(parts.ahead, name="ahead", unit=unit, alt=alt)
    levels = " and ".join(f"{level:g} %" for level in sorted(parts.ahead[0].bands))
    said = (
        f"{best}: the line is the forecast, the bands hold {levels} of what may come. "
        "The dotted line marks the last observation."
    )
    blocks = [framed(picture, said)]
    if parts.made_of:
        first = parts.ahead[0]
        alt = f"The forecast of {first.title} taken apart into {', '.join(parts.made_of)}."
        split = draw_parts(first.time, parts.made_of, name="made-of", unit=unit, alt=alt)
        blocks.append(
            framed(split, f"What the forecast of {first.title} is made of; the parts add up to it.")
        )
    return blocks


def _held_out(parts: ReportParts) -> list[Markup]:
    alt = "Forecasts made inside the test part beside the observations that followed."
    picture = draw_fans(parts.held_out, name="held-out", unit=parts.summary.unit, alt=alt)
    said = (
        "Origins in the test part, chosen by their error and not by their looks: for each series "
        "the window whose error lies in the middle of all its windows."
    )
    return [framed(picture, said)]


def _decomposition(parts: ReportParts) -> list[Markup]:
    if not parts.parts:
        return [paragraph("The series are too short for a decomposition: it takes two seasons.")]
    name = parts.panel.series[parts.shown[0]]
    picture = draw_parts(
        parts.parts_time,
        parts.parts,
        name="parts",
        unit=parts.summary.unit,
        alt=f"{name}: observations, trend, season of {parts.panel.period} steps and residual.",
    )
    return [
        framed(
            picture,
            f"{name}, last part of the data, by STL with a season of {parts.panel.period} steps. "
            "The wider a part spans, the more of the series it explains.",
        )
    ]


def _data(parts: ReportParts) -> list[Markup]:
    summary, panel = parts.summary, parts.panel
    blocks = [facts(summary.facts())]
    if summary.note:
        blocks.append(paragraph(summary.note))
    values = {
        panel.series[one]: np.where(panel.observed[:, one], panel.values[:, one], np.nan)
        for one in parts.shown
    }
    picture = draw_data(
        panel.time.to_numpy(),
        values,
        summary.splits,
        name="data",
        unit=summary.unit,
        alt="The series over the whole time axis, with gaps and the parts for training, validation and test.",
    )
    blocks.append(
        framed(
            picture,
            "Ticks at the foot of a plot are steps without a value. Models learn from the first "
            "part, choose by the second and are judged on the third.",
        )
    )
    blocks.append(series_block(summary))
    return blocks


def _again(parts: ReportParts) -> list[Markup]:
    own = {
        "With a table of your own (CSV, Parquet, NetCDF; columns unique_id, ds, y, or a column a series):": (
            "fourfold run forecast --set data=my.csv --set horizon=48 --out runs/mine"
        )
    }
    return again_blocks(parts.command, own, parts.settings_yaml, parts.environment)
