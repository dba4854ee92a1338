"""The forecast report, put together from what the stages left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...shared.panels.panel import Panel
from ..contestant import is_method
from ..report.figures import framed
from ..report.markup import Markup, element, joined
from ..report.page import Page, code, folded, paragraph
from ..report.tables import facts, number, table
from .evaluation import METRICS, NAIVE, Evaluation
from .figures import Fan, draw_by_lead, draw_data, draw_fans, draw_parts

if TYPE_CHECKING:
    from .preparation import DataSummary


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
    page.section("Models compared", *_models(parts))
    page.section("On data not seen before", *_held_out(parts))
    page.section("By step ahead", *_by_lead(parts))
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


def _models(parts: ReportParts) -> list[Markup]:
    evaluation = parts.evaluation
    names = sorted(evaluation.scores, key=lambda name: _or_inf(evaluation.scores[name].metrics.get("mase")))
    naive = evaluation.scores[NAIVE].metrics
    shown = {
        key: title
        for key, title in METRICS.items()
        if any(evaluation.scores[n].metrics.get(key) is not None for n in names)
    }
    rows = []
    for name in names:
        score = evaluation.scores[name]
        cells: list[object] = [_beside(score.metrics.get(key), naive.get(key)) for key in shown]
        covered = score.metrics.get("coverage")
        cells += ["–" if covered is None else f"{100 * covered:.1f} %", f"{score.seconds:.1f} s"]
        rows.append([name, *cells])
    header = ["model", *shown.values(), f"inside {evaluation.level:g} %", "time"]
    caption = (
        f"Mean over {evaluation.windows} windows ({evaluation.origins} origins), smaller is better; "
        f"below each figure the change against {NAIVE}. "
        "In bold the model chosen on the validation part."
    )
    blocks = [table(header, rows, caption=caption, marked=[names.index(evaluation.chosen)])]
    trained = [name for name in names if not is_method(name)]
    if trained:
        blocks.append(
            paragraph(
                f"{', '.join(trained)}: trained beforehand and used as it is. Its model card says on what; "
                "if that includes these data, its scores here are too good."
            )
        )
    if evaluation.skipped:
        listed = (element("li", f"{name}: {reason}") for name, reason in evaluation.skipped.items())
        blocks.append(joined(paragraph("Not taking part:"), element("ul", *listed)))
    if len(parts.panel.series) > 1:
        blocks.append(folded("MASE of every series", _by_series(parts, names)))
    return blocks


def _by_series(parts: ReportParts, names: Sequence[str]) -> Markup:
    scores = parts.evaluation.scores
    series = list(parts.panel.series)[:200]
    rows = [[one, *(number(scores[name].mase_by_series.get(one)) for name in names)] for one in series]
    more = (
        ""
        if len(series) == len(parts.panel.series)
        else f" (first {len(series)} of {len(parts.panel.series)})"
    )
    return table(
        ["series", *names],
        rows,
        caption=f"MASE by series{more}; 1 is the error of a one-season repeat inside the training part.",
    )


def _by_lead(parts: ReportParts) -> list[Markup]:
    scores, summary = parts.evaluation.scores, parts.summary
    level = parts.evaluation.level
    error = draw_by_lead(
        {name: np.array(score.error_by_lead, float) for name, score in scores.items()},
        name="error",
        label=f"mean absolute error {_bracketed(summary.unit)}".strip(),
        step=f"steps of {summary.step}",
        alt="Mean absolute error of every model by steps ahead.",
    )
    coverage = draw_by_lead(
        {name: 100 * np.array(score.coverage_by_lead, float) for name, score in scores.items()},
        name="coverage",
        label=f"inside the {level:g} % band, in %",
        step=f"steps of {summary.step}",
        target=level,
        alt=f"Share of observations inside the {level:g} percent interval by steps ahead.",
    )
    return [
        framed(error, "Error grows with the distance; where two lines meet, the simpler model will do."),
        framed(
            coverage,
            f"The grey line is where an honest {level:g} % interval lies: below it the bands are too "
            "narrow, above it too wide.",
        ),
    ]


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
    rows = [
        [line.name, line.first, line.last, f"{line.observed:,}", f"{line.missing:,}", f"{line.longest_gap:,}"]
        for line in summary.series[:200]
    ]
    blocks.append(
        folded(
            "Every series",
            table(
                ["series", "first", "last", "values", "missing", "longest gap"],
                rows,
                caption="Lengths and gaps, in steps.",
            ),
        )
    )
    return blocks


def _again(parts: ReportParts) -> list[Markup]:
    return [
        paragraph("This run, from the same folder:"),
        code(parts.command),
        paragraph(
            "With a table of your own (CSV, Parquet, NetCDF; columns unique_id, ds, y, or a column a series):"
        ),
        code("fourfold run forecast --set data=my.csv --set horizon=48 --out runs/mine"),
        folded("All settings", code(parts.settings_yaml)),
        folded("Versions", facts(parts.environment)),
    ]


def _beside(value: float | None, naive: float | None) -> Markup:
    """A figure with its change against naive below."""
    if value is None or naive is None or not naive:
        return joined(number(value))
    change = 100 * (value / naive - 1)
    told = "=" if abs(change) < 0.05 else f"{change:+.1f} %".replace("-", "−")
    return joined(number(value), element("small", told))


def _bracketed(unit: str) -> str:
    return f"({unit})" if unit else ""


def _or_inf(value: float | None) -> float:
    return float("inf") if value is None else value
