"""The report on a network, put together from what the stages left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...domains.graphs.residual_diagnosis import CLEAR
from ..comparison.data_summary import DataSummary
from ..comparison.figures import Fan, draw_data, draw_fans
from ..comparison.report_blocks import again_blocks, bracketed, lead_blocks, model_blocks, series_block
from ..contestant import is_method
from ..graph_contestant import is_graph_method
from ..report.figures import framed
from ..report.markup import Markup
from ..report.page import Page, paragraph
from ..report.tables import facts, number, table
from .figures import draw_by_hour, draw_map
from .map_layout import lay_out
from .preparation import Prepared
from .record import NetworkEvaluation, Whiteness


@dataclass(frozen=True)
class ReportParts:
    """Everything the page shows."""

    prepared: Prepared
    evaluation: NetworkEvaluation
    node_error: np.ndarray
    """float64 [N] of the chosen model; NaN where nothing was observed."""
    node_whiteness: np.ndarray
    """float64 [N], the chosen model's statistic at each node."""
    ahead: Sequence[Fan]
    held_out: Sequence[Fan]
    settings_yaml: str
    command: str
    environment: Mapping[str, str]

    @property
    def summary(self) -> DataSummary:
        """What is told of the data."""
        return self.prepared.summary

    @property
    def chosen(self) -> str:
        """Name of the model that the validation part chose."""
        return self.evaluation.comparison.chosen


def build_page(parts: ReportParts) -> str:
    """The report as one HTML text."""
    page = Page(parts.summary.title, _lead(parts))
    comparison = parts.evaluation.comparison
    page.section("Where the errors are", *_map(parts))
    page.section("Forecasts of some nodes", *_fans(parts))
    names = comparison.ranked()
    beforehand = [name for name in names if not (is_method(name) or is_graph_method(name))]
    page.section(
        "Models compared", *model_blocks(comparison, parts.prepared.signals.panel.series, beforehand)
    )
    page.section("By step ahead", *lead_blocks(comparison, parts.summary))
    if parts.evaluation.hours:
        page.section("By time of day", *_by_hour(parts))
    page.section("Is there anything left to learn?", *_whiteness(parts))
    page.section("The data", *_data(parts))
    page.section("Do it again", *_again(parts))
    return page.render()


def _lead(parts: ReportParts) -> str:
    evaluation, summary = parts.evaluation.comparison, parts.summary
    graph = parts.prepared.static_graph
    start = (
        f"Forecasts of {graph.n_nodes} nodes joined by {graph.n_edges:,} edges, {summary.horizon} steps of "
        f"{summary.step} ahead, judged on {evaluation.windows:,} held-out windows. "
    )
    change = evaluation.change(parts.chosen)
    if parts.chosen == evaluation.naive or change is None:
        return start + f"The validation part chose {parts.chosen}: no network did better there."
    measure = "mean absolute error" if evaluation.judged_by == "mae" else "MASE"
    told = f"{abs(change):.0f} % {'less' if change < 0 else 'more'} error ({measure})"
    return (
        start + f"The validation part chose {parts.chosen}: on the held-out part {told} "
        f"than {evaluation.naive}, the best of the naive methods."
    )


def _map(parts: ReportParts) -> list[Markup]:
    prepared, error = parts.prepared, parts.node_error
    graph, summary = prepared.static_graph, parts.summary
    layout = lay_out(graph)
    single = prepared.signals.n_channels == 1
    label = (
        f"mean absolute error {bracketed(summary.unit)}".strip() if single else "MASE, mean of the channels"
    )
    worst = int(np.nanargmax(error)) if not np.isnan(error).all() else 0
    picture = draw_map(
        layout.places,
        graph.edge_index,
        graph.edge_weight,
        error,
        label=label,
        name="map-error",
        alt=f"Map of {graph.n_nodes} nodes and the edges between them, coloured by forecast error.",
        named={node: graph.nodes[node] for node in _shown_nodes(parts)},
    )
    middle = float(np.nanmedian(error)) if not np.isnan(error).all() else float("nan")
    said = (
        f"Error of {parts.chosen} at each node over the held-out part; ringed nodes are drawn below. "
        f"The median node errs by {number(middle, 3)}, the worst, {graph.nodes[worst]}, by "
        f"{number(float(error[worst]), 3)}. {layout.said}"
    )
    return [framed(picture, said)]


def _shown_nodes(parts: ReportParts) -> list[int]:
    channels = parts.prepared.signals.n_channels
    return list(dict.fromkeys(series // channels for series in parts.evaluation.shown))


def _fans(parts: ReportParts) -> list[Markup]:
    unit = parts.summary.unit
    blocks = []
    if parts.held_out:
        alt = "Forecasts made inside the held-out part beside the observations that followed."
        picture = draw_fans(parts.held_out, name="held-out", unit=unit, alt=alt)
        levels = " and ".join(f"{level:g} %" for level in sorted(parts.held_out[0].bands))
        said = (
            f"{parts.chosen} on data not seen before; the bands hold {levels} of what may come. Of each node "
            "the window whose error lies in the middle of all its windows."
        )
        blocks.append(framed(picture, said))
    if parts.ahead:
        alt = f"Forecast of {len(parts.ahead)} nodes beyond the last observation, with interval bands."
        picture = draw_fans(parts.ahead, name="ahead", unit=unit, alt=alt)
        blocks.append(framed(picture, "What comes next: forecasts beyond the end of the data."))
    return blocks


def _by_hour(parts: ReportParts) -> list[Markup]:
    lines = {name: np.array(values, float) for name, values in parts.evaluation.error_by_hour.items()}
    numbered = isinstance(parts.prepared.signals.panel.freq, int)
    picture = draw_by_hour(
        parts.evaluation.hours,
        lines,
        name="hours",
        label=f"mean absolute error {bracketed(parts.summary.unit)}".strip(),
        axis="step of the season" if numbered else "hour of the day forecast",
        alt="Mean absolute error of every model by the time of day.",
    )
    mine = lines[parts.chosen]
    hardest = parts.evaluation.hours[int(np.nanargmax(mine))]
    place = f"step {hardest} of the season" if numbered else f"{hardest} o'clock"
    return [framed(picture, f"By the time that is forecast, not when. {parts.chosen} errs most at {place}.")]


def _whiteness(parts: ReportParts) -> list[Markup]:
    found = parts.evaluation.whiteness
    if parts.chosen not in found:
        return [paragraph("The errors of neighbours and of successive steps could not be compared.")]
    names = [name for name in parts.evaluation.comparison.ranked() if name in found]
    rows = [
        [
            name,
            number(found[name].statistic, 3),
            p_value(found[name].p_value),
            number(found[name].spatial, 3),
            p_value(found[name].spatial_p_value),
            number(found[name].temporal, 3),
            p_value(found[name].temporal_p_value),
        ]
        for name in names
    ]
    header = ["model", "C", "p", "C in space", "p", "C in time", "p"]
    caption = (
        f"AZ-whiteness test (Zambon & Alippi 2022) of errors one step ahead over "
        f"{parts.evaluation.diagnosed_steps:,} steps: C is standard normal where errors are uncorrelated. "
        f"Errors are called correlated where p is below {CLEAR:g}."
    )
    graph = parts.prepared.static_graph
    layout = lay_out(graph)
    picture = draw_map(
        layout.places, graph.edge_index, graph.edge_weight, parts.node_whiteness,
        label="C at the node", name="map-whiteness", around_zero=True,
        alt=f"Map of {graph.n_nodes} nodes, coloured by the whiteness statistic of their errors.",
        named={node: graph.nodes[node] for node in _shown_nodes(parts)},
    )  # fmt: skip
    limit = _limit(graph.n_nodes)
    beyond = int((np.abs(parts.node_whiteness) > limit).sum())
    said = (
        f"{parts.chosen}, node by node: orange where neighbouring or successive errors go the same way, "
        f"blue where they alternate. {beyond} of {graph.n_nodes} nodes lie beyond ±{limit:.1f}, where chance "
        "alone would put one in a hundred such maps."
    )
    return [
        paragraph(verdict(parts.chosen, found[parts.chosen])),
        table(header, rows, caption=caption, marked=[names.index(parts.chosen)]),
        framed(picture, said),
    ]


def verdict(model: str, found: Whiteness) -> str:
    """What the test says, in words."""
    if found.p_value >= CLEAR and found.spatial_p_value >= CLEAR and found.temporal_p_value >= CLEAR:
        return (
            f"No: the errors of {model} one step ahead look like noise, across edges and in time "
            f"(p = {p_value(found.p_value)}). A better model of these dependences would find nothing more."
        )
    parts = []
    if found.spatial_p_value < CLEAR:
        alike = "alike" if found.spatial > 0 else "in opposite directions"
        parts.append(f"neighbours err {alike} (p {_compared(found.spatial_p_value)})")
    if found.temporal_p_value < CLEAR:
        alike = "go on in the same direction" if found.temporal > 0 else "alternate"
        parts.append(f"errors {alike} from step to step (p {_compared(found.temporal_p_value)})")
    if not parts:
        parts.append(f"in space and time taken together (p {_compared(found.p_value)})")
    rest = {
        (True, False): " In time they look like noise.",
        (False, True): " Across edges they look like noise.",
    }.get((found.spatial_p_value < CLEAR, found.temporal_p_value < CLEAR), "")
    return f"Yes: the errors of {model} one step ahead are correlated: {' and '.join(parts)}.{rest}"


def p_value(value: float) -> str:
    """A p-value as people write it."""
    return "< 1e-15" if value < 1e-15 else f"{value:.2g}"


def _compared(value: float) -> str:
    return p_value(value) if value < 1e-15 else f"= {p_value(value)}"


def _limit(nodes: int) -> float:
    """|C| that the largest of so many standard normal values exceeds once in a hundred times."""
    from scipy.special import ndtri

    return float(-ndtri(0.01 / (2 * max(nodes, 1))))


def _data(parts: ReportParts) -> list[Markup]:
    summary, signals = parts.summary, parts.prepared.signals
    panel, graph = signals.panel, parts.prepared.static_graph
    given = summary.facts()
    degree = graph.in_degrees(weighted=False)
    given |= {
        "nodes": f"{graph.n_nodes:,}",
        "edges": f"{graph.n_edges:,}",
        "channels": ", ".join(signals.channels) if signals.n_channels > 1 else "1",
        "senders a node": f"{int(degree.min())} to {int(degree.max())}",
    }
    blocks = [facts(given)]
    if summary.note:
        blocks.append(paragraph(summary.note))
    values = {
        panel.series[one]: np.where(panel.observed[:, one], panel.values[:, one], np.nan)
        for one in parts.evaluation.shown
    }
    picture = draw_data(
        panel.time.to_numpy(), values, summary.splits, name="data", unit=summary.unit,
        alt="Some nodes over the whole time axis, with gaps and the parts for training, validation and test.",
    )  # fmt: skip
    said = (
        "Ticks at the foot of a plot are steps without a value. Models learn from the first part, choose by "
        "the second and are judged on the third."
    )
    return [*blocks, framed(picture, said), series_block(summary)]


def _again(parts: ReportParts) -> list[Markup]:
    own = {
        "With signals of your own (a column a node, or unique_id, ds, y) and edges (from,to,weight):": (
            "fourfold run traffic --set data=signals.csv --set graph=edges.csv --out runs/mine"
        ),
        "With places for the map (node,latitude,longitude), and another horizon:": (
            "fourfold run traffic --set data=signals.csv --set graph=edges.csv "
            "--set coordinates=places.csv --set horizon=24 --out runs/mine"
        ),
    }
    return again_blocks(parts.command, own, parts.settings_yaml, parts.environment)
