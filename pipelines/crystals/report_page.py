"""The crystals report, put together from what the stages left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...domains.materials.crystals.crystal import joined
from ...domains.materials.crystals.extxyz import extxyz_text
from ...domains.materials.formulas import written_formulas
from ...domains.materials.metrics.distributions import densities, element_counts
from ..report.figures import framed
from ..report.markup import Markup, element
from ..report.page import Page, code, folded, paragraph
from ..report.tables import facts, number, table
from .cells import SCRIPT, STYLE, CellLabel, cells, data_link
from .evaluation import actual_property
from .figures import draw_histograms, draw_map, draw_prediction
from .settings import VOLUME

if TYPE_CHECKING:
    import pandas as pd

    from ...domains.materials.crystals.crystals import Crystals
    from .evaluation import Evaluation, SetRates
    from .preparation import DataSummary
    from .settings import Settings

INLINE = 500
"""Generated crystals up to which all of them can be taken from the page itself."""
PART_NAMES = {
    "training": "training, the first",
    "validation": "validation, not learnt from",
    "test": "test, not learnt from",
}
FEW_REBUILT = 0.5
"""A lower share of test crystals that come back is explained."""
TURNING = (
    "Drag to turn a cell, or choose it with the tab key and use the arrows; + and - change its size, 0 puts "
    "it back. Atoms on a face, edge or corner are drawn on every one they belong to."
)


@dataclass(frozen=True)
class ReportParts:
    """Everything the page shows."""

    summary: DataSummary
    settings: Settings
    parts: Mapping[str, Crystals]
    """train, validation, test."""
    generated: Crystals
    rebuilt: Crystals
    """One for each test crystal."""
    table: pd.DataFrame
    """Of the generated crystals, as in crystals.csv."""
    latents: Mapping[str, np.ndarray]
    evaluation: Evaluation
    seconds: float | None
    """Of training; None where it was stopped on the way."""
    settings_yaml: str
    command: str
    environment: Mapping[str, str]

    @property
    def quantity(self) -> str:
        """The property's name in words."""
        return self.summary.property.replace("_", " ")

    @property
    def label(self) -> str:
        """The property with its unit."""
        return f"{self.quantity}, {self.summary.unit}" if self.summary.unit else self.quantity


def build_page(parts: ReportParts) -> str:
    """The report as one HTML text."""
    page = Page(f"Crystals: {parts.summary.title}", _lead(parts), style=STYLE, script=SCRIPT)
    page.section("New crystals", *_new(parts))
    page.section("Could they be crystals", *_validity(parts))
    page.section("Generated beside data", *_histograms(parts))
    if parts.settings.rebuilt:
        page.section("Test crystals rebuilt", *_rebuilt(parts))
    page.section("The latent", *_latent(parts))
    if parts.evaluation.optimised is not None:
        page.section("Lowering the property", *_optimised(parts))
    page.section("All figures", *_scores(parts))
    page.section("The data", *_data(parts))
    page.section("Do it again", *_again(parts))
    return page.render()


def _lead(parts: ReportParts) -> str:
    summary, rates = parts.summary, parts.evaluation.rates["generated"]
    how = (
        "trained from random weights"
        if parts.settings.model is None
        else f"tuned from {parts.settings.model}"
    )
    told = (
        f"A generator {how} on {summary.counts['train']:,} crystals{_minutes(parts.seconds)} made "
        f"{rates.count:,} new ones: {_percent(rates.structure)} are valid in structure, "
        f"{_percent(rates.composition)} in composition, {_percent(rates.new)} have a formula it was not "
        "trained on. "
    )
    if parts.evaluation.mae is not None:
        told += (
            f"It predicts the {parts.quantity} of {summary.counts['test']:,} test crystals "
            f"with a mean error of {number(parts.evaluation.mae, 3)} {summary.unit}; always answering the "
            f"training mean would err by {number(parts.evaluation.floor, 3)}. "
        )
    if parts.settings.data == "aflow":
        told += (
            f"The prototypes come without energies, so the property learnt is the {parts.quantity}, computed "
            "from each cell, and nothing here says whether a crystal is stable."
        )
    else:
        told += "Valid does not mean stable: no energy was calculated."
    return told


def _new(parts: ReportParts) -> list[Markup]:
    count = min(parts.settings.shown, len(parts.generated))
    shown = parts.generated.take(np.arange(count))
    labels = [_label(parts, row) for row in range(count)]
    links = [
        "All of them as CIF, extended XYZ and a table: folder crystals/ of the run. ",
    ]
    if len(parts.generated) <= INLINE:
        text = extxyz_text(parts.generated)
        links.append(data_link(text, "crystals.extxyz", "All as extended XYZ", "chemical/x-xyz"))
        links.append(" · ")
        links.append(data_link(parts.table.to_csv(index=False), "crystals.csv", "table", "text/csv"))
    return [
        paragraph(f"The first {count} of {len(parts.generated):,} as they were drawn, not chosen. {TURNING}"),
        element(
            "noscript", paragraph("The cells are drawn by a script of this page, which is switched off.")
        ),
        cells(shown, labels),
        paragraph(*links),
    ]


def _label(parts: ReportParts, row: int) -> CellLabel:
    facts_ = parts.table.iloc[row]
    faults = [
        name
        for name, good in (
            ("structure", facts_["structure_valid"]),
            ("composition", facts_["composition_valid"]),
        )
        if not good
    ]
    lines = [
        f"{facts_['space_group']}, {facts_['density_g_cm3']:.2f} g/cm³",
        f"nearest atoms {facts_['nearest_distance_A']:.2f} Å",
        _property_line(parts, row),
    ]
    fault = f"not valid in {' and '.join(faults)}" if faults else ""
    return CellLabel(str(facts_["formula"]), tuple(lines), fault)


def _property_line(parts: ReportParts, row: int) -> str:
    predicted = number(parts.table[f"predicted_{parts.summary.property}"].iloc[row], 3)
    actual = actual_property(parts.generated, parts.summary.property)
    if actual is None:
        return f"{parts.quantity} {predicted} {parts.summary.unit} (predicted)"
    return f"{parts.quantity} {number(actual[row], 3)} {parts.summary.unit} (predicted {predicted})"


def _validity(parts: ReportParts) -> list[Markup]:
    rates = parts.evaluation.rates
    rows = [[name, *_rate_cells(rate)] for name, rate in rates.items()]
    header = ["set", "crystals", "structure", "composition", "both", "distinct", "new", "g/cm³", "nearest, Å"]
    caption = (
        f"Training and test are parts of {parts.summary.title}. Valid in structure, in composition, in both; "
        "distinct and new formulas: shares of each set. Density and distance of the nearest atoms: medians."
    )
    return [
        table(header, rows, caption=caption, marked=[2]),
        paragraph(
            "Valid in structure: no two atoms, periodic images included, within 0.5 Å, and a volume above "
            "0.1 Å³. Valid in composition: charges can balance with Pauling's order of electronegativity; "
            "elements and alloys pass. Distinct: different reduced formulas. New: not among those of the "
            "training crystals. Real crystals fail some of these rules too, as the first rows show."
        ),
    ]


def _rate_cells(rate: SetRates) -> list[str]:
    shares = [_percent(x) for x in (rate.structure, rate.composition, rate.both, rate.distinct, rate.new)]
    return [f"{rate.count:,}", *shares, f"{rate.density:.2f}", f"{rate.nearest:.2f}"]


def _histograms(parts: ReportParts) -> list[Markup]:
    name, data, made = parts.summary.property, parts.parts["train"], parts.generated
    actual = actual_property(made, name)
    values = made.properties[name] if actual is None else actual
    known = f"training crystals ({len(data):,})"
    new = f"generated ({len(made):,})"
    quantities = {
        parts.label: {known: data.properties[name], new: values},
        "density, g/cm³": {known: densities(data), new: densities(made)},
        "atoms in the cell": {known: data.counts.astype(float), new: made.counts.astype(float)},
        "different elements": {
            known: element_counts(data).astype(float),
            new: element_counts(made).astype(float),
        },
    }
    how = (
        f"The {parts.quantity} of generated crystals is predicted by the generator itself."
        if actual is None
        else f"The {parts.quantity} of generated crystals is computed from their cells, not predicted."
    )
    alt = f"Histograms of {', '.join(quantities)}: training crystals filled, generated ones as a line."
    said = f"Filled: {known}; line: {new}. {how} The outermost half percent counts in the bins at the ends."
    return [framed(draw_histograms(quantities, alt=alt), said)]


def _rebuilt(parts: ReportParts) -> list[Markup]:
    evaluation, test = parts.evaluation, parts.parts["test"]
    count = min(parts.settings.rebuilt, len(test))
    rows = [
        [
            PART_NAMES[name],
            f"{part.count:,}",
            _percent(part.rate),
            "–" if part.rmse is None else f"{part.rmse:.3f}",
        ]
        for name, part in evaluation.rebuilt.items()
    ]
    caption = (
        "Match: valid, and the same species, cell and places by pymatgen's StructureMatcher (stol 0.5, "
        "angle_tol 10, ltol 0.3). RMSE: mean displacement of the atoms of those that match, in units of the "
        "cube root of the volume per atom."
    )
    blocks = [
        paragraph(
            "Each crystal encoded to a latent and decoded again: does the latent know which crystal it is?"
        ),
        table(["part", "crystals", "match", "RMSE"], rows, caption=caption),
        *(paragraph(said) for said in _why_few(parts)),
        paragraph(f"Below, the first {count} test crystals: as they are, and as they were rebuilt."),
    ]
    both = []
    labels = []
    for row in range(count):
        for crystals, what in ((test, "test crystal"), (parts.rebuilt, "rebuilt")):
            one = crystals.take([row])
            both.append(one)
            labels.append(CellLabel(written_formulas(one)[0], (f"{what} {test.ids[row]}",)))

    return [*blocks, cells(joined(both), labels, pairs=True)]


def _why_few(parts: ReportParts) -> list[str]:
    """What the match of the test crystals asks for, and why it is low where it is."""
    found, new, said = parts.evaluation.rebuilt, parts.evaluation.new_types, []
    count, learnt = found["test"].count, f"{parts.summary.counts['train']:,} training crystals"
    if new:
        what = "Every prototype is a structure type of its own: " if parts.settings.data == "aflow" else ""
        said.append(
            f"{what}{new:,} of the {count:,} test crystals are of a structure type that none of the {learnt} "
            "has, whatever its elements. To rebuild these the generator would have to draw arrangements it "
            "has never seen, which no small set teaches: the training crystals show whether it has learnt to "
            "rebuild, the test crystals how far that carries."
        )
    if found["test"].rate < FEW_REBUILT:
        said.append(
            f"Here {_percent(found['training'].rate)} of the training crystals come back and "
            f"{_percent(found['test'].rate)} of the test crystals. Training longer raises the first "
            "(--preset full); the second takes many crystals of like types: the shipped perov-flow, 6,000 "
            "crystals of one type and 22,000 steps, rebuilds 97 % of its test crystals."
        )
    return said


def _latent(parts: ReportParts) -> list[Markup]:
    held = parts.latents
    places = {name: held[f"place_{name}"] for name in ("train", "test", "generated")}
    values = {name: held[f"value_{name}"] for name in ("train", "test")}
    alt = (
        f"Map of the latents of {len(places['train']):,} training, {len(places['test']):,} test and "
        f"{len(places['generated']):,} generated crystals, data coloured by {parts.label}."
    )
    said = (
        "Means of the encoder's latents, projected on the two directions in which those of the training "
        f"crystals vary most. Data are coloured by {parts.label}; generated crystals (rings) were encoded "
        "again. Distances in this plane leave out all other directions."
    )
    blocks = [framed(draw_map(places, values, held["shares"], parts.label, alt=alt), said)]
    true = parts.parts["test"].properties[parts.summary.property]
    known = np.isfinite(true)
    if known.any():
        alt = f"True {parts.label} of {known.sum():,} test crystals against the predicted one."
        picture = draw_prediction(true[known], held["predicted"][known], parts.label, alt=alt)
        mae, floor = parts.evaluation.mae, parts.evaluation.floor
        caption = (
            f"Test crystals: mean absolute error {number(mae, 3)} {parts.summary.unit}, against "
            f"{number(floor, 3)} of the training crystals' mean."
        )
        blocks.append(framed(picture, caption))
    return blocks


def _optimised(parts: ReportParts) -> list[Markup]:
    found = parts.evaluation.optimised
    assert found is not None
    header = ["test crystal → best found", "start", "predicted"]
    columns = [found.start, found.predicted]
    if found.actual is not None:
        header.append("computed")
        columns.append(found.actual)
    header.append("valid")
    rows = [
        [formula, *(number(column[row], 3) for column in columns), "yes" if found.valid[row] else "no"]
        for row, formula in enumerate(found.formulas)
    ]
    computed = (
        " Computed: from the cell that came out. Where it differs from the prediction, the descent has found "
        "the predictor's errors rather than a better crystal."
        if found.actual is not None
        else " No calculation confirms the prediction; a descent also finds a predictor's errors."
    )
    return [
        table(header, rows, caption=f"{parts.label}, from test crystals downwards."),
        paragraph(
            "Gradient descent in the latent from each test crystal; of what was decoded on the way, the "
            f"valid crystal with the lowest {parts.quantity} predicted from it.{computed}"
        ),
    ]


def _scores(parts: ReportParts) -> list[Markup]:
    scores = parts.evaluation.scores
    rows = [[name, number(score["value"], 3), score["meaning"]] for name, score in scores["scores"].items()]
    sets = "; ".join(f"{name}: {count:,}" for name, count in scores["sets"].items())
    told = table(
        ["figure", "value", "definition"],
        rows,
        caption="What was rebuilt, and what was drawn.",
        numeric=False,
    )
    notes = [paragraph(note) for note in scores["notes"]]
    said = (
        f"Crystals in each set: {sets}. "
        "Other splits and sizes give other figures: these must not be set beside published tables. Cutoffs "
        "of coverage were calibrated on "
        f"{'this set' if parts.settings.data in ('perov_5', 'mp_20') else 'mp_20, not on these data'}."
    )
    return [element("div", told, class_="wrap"), *notes, paragraph(said)]


def _data(parts: ReportParts) -> list[Markup]:
    blocks = [facts(parts.summary.facts()), paragraph(f"Split: {parts.summary.split}.")]
    if parts.summary.skipped:
        told = "\n".join(parts.summary.skipped)
        more = parts.summary.n_skipped - len(parts.summary.skipped)
        blocks.append(folded("Skipped crystals", code(told + (f"\nand {more:,} more" if more else ""))))
    return blocks


def _again(parts: ReportParts) -> list[Markup]:
    own = "fourfold run crystals --set data=my.csv --set property=band_gap --out runs/mine"
    more = "fourfold generate RUN/artifact -n 100 --elements Ti,O --out crystals/"
    return [
        paragraph("This run, from the same folder:"),
        code(parts.command),
        paragraph(
            "With crystals of your own, a table material_id, cif, property, or a folder of CIF, POSCAR or "
            f"extxyz files; without a property the {VOLUME.replace('_', ' ')} is learnt. --set model=NAME "
            "tunes a generator trained beforehand, --preset full trains a larger one. The generator is in "
            "artifact/ of the run folder:"
        ),
        code(f"{own}\n{more}"),
        folded("All settings", code(parts.settings_yaml)),
        folded("Versions", facts(parts.environment)),
    ]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _minutes(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f" in {seconds:.0f} s" if seconds < 120 else f" in {seconds / 60:.0f} minutes"
