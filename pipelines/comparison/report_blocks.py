"""Blocks of a report that any comparison of models has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..report.figures import framed
from ..report.markup import Markup, element, joined
from ..report.page import code, folded, paragraph
from ..report.tables import facts, number, table
from .data_summary import DataSummary
from .evaluation import METRICS, Evaluation
from .figures import draw_by_lead

MOST_SERIES = 200
"""Lines of a table with a line a series."""


def model_blocks(evaluation: Evaluation, series: Sequence[str], beforehand: Sequence[str]) -> list[Markup]:
    """The table of models, who does not take part, and MASE series by series.

    Args:
        beforehand: models that were trained before and are used as they are.
    """
    names, naive = evaluation.ranked(), evaluation.scores[evaluation.naive].metrics
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
        f"below each figure the change against {evaluation.naive}. "
        "In bold the model chosen on the validation part."
    )
    blocks = [table(header, rows, caption=caption, marked=[names.index(evaluation.chosen)])]
    if beforehand:
        blocks.append(
            paragraph(
                f"{', '.join(beforehand)}: trained beforehand and used as it is. Its model card says on "
                "what; if that includes these data, its scores here are too good."
            )
        )
    if evaluation.skipped:
        listed = (element("li", f"{name}: {reason}") for name, reason in evaluation.skipped.items())
        blocks.append(joined(paragraph("Not taking part:"), element("ul", *listed)))
    if len(series) > 1:
        blocks.append(folded("MASE of every series", _by_series(evaluation, series, names)))
    return blocks


def _by_series(evaluation: Evaluation, series: Sequence[str], names: Sequence[str]) -> Markup:
    scores = evaluation.scores
    rows = [
        [one, *(number(scores[name].mase_by_series.get(one)) for name in names)]
        for one in series[:MOST_SERIES]
    ]
    more = "" if len(series) <= MOST_SERIES else f" (first {MOST_SERIES} of {len(series)})"
    return table(
        ["series", *names],
        rows,
        caption=f"MASE by series{more}; 1 is the error of a one-season repeat inside the training part.",
    )


def lead_blocks(evaluation: Evaluation, summary: DataSummary) -> list[Markup]:
    """Error and coverage of every model by step ahead."""
    scores, level = evaluation.scores, evaluation.level
    error = draw_by_lead(
        {name: np.array(score.error_by_lead, float) for name, score in scores.items()},
        name="error",
        label=f"mean absolute error {bracketed(summary.unit)}".strip(),
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


def series_block(summary: DataSummary) -> Markup:
    """Lengths and gaps of every series, behind a line that opens them."""
    rows = [
        [line.name, line.first, line.last, f"{line.observed:,}", f"{line.missing:,}", f"{line.longest_gap:,}"]
        for line in summary.series[:MOST_SERIES]
    ]
    header = ["series", "first", "last", "values", "missing", "longest gap"]
    return folded("Every series", table(header, rows, caption="Lengths and gaps, in steps."))


def again_blocks(
    command: str, own: Mapping[str, str], settings_yaml: str, environment: Mapping[str, str]
) -> list[Markup]:
    """How to repeat the run, and how to run it on other data.

    Args:
        own: commands for data of the reader's own, by the sentence before each.
    """
    blocks = [paragraph("This run, from the same folder:"), code(command)]
    for sentence, line in own.items():
        blocks += [paragraph(sentence), code(line)]
    blocks += [
        folded("All settings", code(settings_yaml)),
        folded("Versions", facts(environment)),
    ]
    return blocks


def _beside(value: float | None, naive: float | None) -> Markup:
    """A figure with its change against naive below."""
    if value is None or naive is None or not naive:
        return joined(number(value))
    change = 100 * (value / naive - 1)
    told = "=" if abs(change) < 0.05 else f"{change:+.1f} %".replace("-", "−")
    return joined(number(value), element("small", told))


def bracketed(unit: str) -> str:
    """A unit in brackets; nothing for none."""
    return f"({unit})" if unit else ""
