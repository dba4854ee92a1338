"""The citations report, put together from what the stages left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..report.figures import framed
from ..report.markup import Markup
from ..report.page import Page, code, folded, paragraph
from ..report.tables import facts, number, table
from .figures import draw_confusion, draw_graph, draw_noise

if TYPE_CHECKING:
    from ...domains.graphs.classification.labelled_graph import LabelledGraph, NodeSplit
    from .evaluation import Evaluation, NoiseCurve
    from .preparation import DataSummary


@dataclass(frozen=True)
class ReportParts:
    """Everything the page shows."""

    summary: DataSummary
    data: LabelledGraph
    split: NodeSplit
    evaluation: Evaluation
    noise: NoiseCurve
    noise_kind: str
    drawn: np.ndarray
    """int64 [M], numbers of the nodes that are drawn."""
    places: np.ndarray
    """float [M, 2], where they are drawn."""
    settings_yaml: str
    command: str
    environment: Mapping[str, str]


def build_page(parts: ReportParts) -> str:
    """The report as one HTML text."""
    page = Page(f"Classes of nodes: {parts.summary.title}", _lead(parts))
    page.section("Models compared", *_models(parts))
    page.section("Where the answers are right", *_graph(parts))
    page.section("Which classes are taken for which", *_confusion(parts))
    if parts.noise.ratios or parts.noise.left_out:
        page.section("When labels are wrong", *_noise(parts))
    page.section("The data", *_data(parts))
    page.section("Do it again", *_again(parts))
    return page.render()


def _lead(parts: ReportParts) -> str:
    summary, evaluation = parts.summary, parts.evaluation
    score = evaluation.scores[evaluation.chosen]
    return (
        f"{summary.nodes:,} nodes, {summary.train:,} of them with a label to learn from. The validation "
        f"nodes chose {evaluation.chosen}, which names {100 * score.mean('accuracy'):.1f} % of "
        f"{summary.test:,} test nodes rightly; always answering the commonest class would name "
        f"{100 * evaluation.majority:.1f} %."
    )


def _models(parts: ReportParts) -> list[Markup]:
    scores = parts.evaluation.scores
    names = sorted(scores, key=lambda name: -scores[name].mean("accuracy"))
    rows: list[list[object]] = []
    for name in names:
        score = scores[name]
        rows.append(
            [
                name,
                _percent(score.accuracy),
                _percent(score.validation),
                _percent(score.macro_f1),
                number(score.mean("log_loss"), 3),
                f"{score.mean('seconds'):.1f} s",
            ]
        )
    seeds = len(scores[names[0]].accuracy)
    several = f"mean of {seeds} seeds ± their standard deviation" if seeds > 1 else "one seed"
    caption = (
        f"Accuracy on {parts.summary.test:,} test nodes and {parts.summary.validation:,} validation nodes, "
        f"{several}; F1 is the mean over classes, log loss smaller is better. In bold the model chosen on "
        "the validation nodes."
    )
    header = ["model", "test right", "validation right", "test F1", "log loss", "training"]
    blocks = [table(header, rows, caption=caption, marked=[names.index(parts.evaluation.chosen)])]
    if seeds > 1:
        lines = [[name, *(f"{100 * value:.1f} %" for value in scores[name].accuracy)] for name in names]
        told = table(
            ["model", *(f"seed {n}" for n in range(seeds))], lines, caption="Test accuracy, seed by seed."
        )
        blocks.append(folded("Every seed", told))
    return blocks


def _graph(parts: ReportParts) -> list[Markup]:
    answers = np.array(parts.evaluation.answers)
    right = answers == parts.data.label
    judged = parts.split.test
    graph, inside = parts.data.graph, np.isin(parts.drawn, judged)
    shown = parts.drawn[inside]
    mistaken = int((~right[shown]).sum())
    picture = draw_graph(
        parts.places,
        graph.select(parts.drawn).edge_index,
        right[parts.drawn],
        np.flatnonzero(inside),
        alt=f"Part of the graph, with {len(shown) - mistaken} right and {mistaken} wrong test nodes.",
    )
    whole = f"{len(parts.drawn)} of the {parts.data.n_nodes:,} nodes, those around one wrong answer. "
    said = (
        f"{parts.evaluation.chosen}: {whole if len(parts.drawn) < parts.data.n_nodes else ''}"
        "Neighbours are drawn near each other. "
        "Grey nodes were learnt from, chosen by, or have no label to judge by."
    )
    return [framed(picture, said), paragraph(_neighbourhood(parts, right))]


def _neighbourhood(parts: ReportParts, right: np.ndarray) -> str:
    """How errors go with the mix of classes around a node."""
    sender, receiver = parts.data.graph.edge_index
    label = parts.data.label
    both = (label[sender] >= 0) & (label[receiver] >= 0)
    same = np.bincount(receiver[both & (label[sender] == label[receiver])], minlength=len(label))
    around = np.bincount(receiver[both], minlength=len(label))
    judged = parts.split.test[around[parts.split.test] > 0]
    alike = same[judged] * 2 > around[judged]
    told = [
        f"{100 * right[judged[chosen]].mean():.1f} % of the {chosen.sum():,} test nodes {words}"
        for chosen, words in (
            (alike, "most of whose neighbours share their class"),
            (~alike, "that live among others"),
        )
        if chosen.any()
    ]
    return f"Named rightly: {', and '.join(told)}." if told else "No test node has a labelled neighbour."


def _confusion(parts: ReportParts) -> list[Markup]:
    confusion = np.array(parts.evaluation.confusion)
    classes = parts.data.classes
    alt = "Test nodes by true class and answered class."
    off = confusion * (1 - np.eye(len(classes), dtype=int))
    true, answered = np.unravel_index(off.argmax(), off.shape)
    said = "Counts of test nodes; the darker, the larger the share of the true class in its row."
    if off.max():
        said += f" The commonest mistake: {classes[true]} taken for {classes[answered]} ({off.max():,})."
    return [framed(draw_confusion(confusion, classes, alt=alt), said)]


def _noise(parts: ReportParts) -> list[Markup]:
    curve = parts.noise
    if curve.left_out:
        return [paragraph(curve.left_out)]
    tables = {name: np.array(values) for name, values in curve.accuracy.items()}
    seeds = len(next(iter(tables.values()))[0])
    alt = "Test accuracy of each model by the share of wrong training labels."
    said = (
        f"Each model trained again with a share of its {parts.summary.train:,} labels made wrong "
        f"({parts.noise_kind}), {seeds} draw{'s' if seeds > 1 else ''} of wrong labels, the same for every "
        "model. Validation and test labels stay true."
    )
    rows = [[name, *(_percent(list(line)) for line in values)] for name, values in tables.items()]
    header = ["model", *(f"{100 * ratio:g} % wrong" for ratio in curve.ratios)]
    return [
        framed(draw_noise(curve.ratios, tables, alt=alt), said),
        table(header, rows, caption="Test nodes named rightly."),
    ]


def _data(parts: ReportParts) -> list[Markup]:
    counts = [[name, f"{count:,}"] for name, count in parts.summary.classes.items()]
    return [
        facts(parts.summary.facts()),
        table(["class", "labelled nodes"], counts, caption="How many nodes are known to be of each class."),
    ]


def _again(parts: ReportParts) -> list[Markup]:
    return [
        paragraph("This run, from the same folder:"),
        code(parts.command),
        paragraph(
            "With a graph of your own: a folder with edges.csv (from, to, perhaps weight), features.csv "
            "(node and a column a feature) and labels.csv (node, label; leave out the nodes to be "
            "classified). The answers for all nodes are in predictions.csv of the run folder."
        ),
        code("fourfold run citations --set data=my-folder --out runs/mine"),
        folded("All settings", code(parts.settings_yaml)),
        folded("Versions", facts(parts.environment)),
    ]


def _percent(values: list[float]) -> str:
    mean = f"{100 * float(np.mean(values)):.1f} %"
    return mean if len(values) < 2 else f"{mean} ± {100 * float(np.std(values, ddof=1)):.1f}"
