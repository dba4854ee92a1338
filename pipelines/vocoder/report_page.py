"""The vocoder report, put together from what the stages left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..copy_scores import DIGITS, UNITS
from ..report.figures import framed
from ..report.markup import Markup, element
from ..report.page import Page, code, folded, paragraph
from ..report.tables import facts, table
from .evaluating import AFTER, BEFORE, GRIFFIN_LIM
from .figures import draw_curve, draw_pitch, draw_spectrograms
from .players import player, players, style

if TYPE_CHECKING:
    from ...domains.audio.features.settings import FeatureSettings
    from .evaluating import Evaluation, SystemScores
    from .examples import Example
    from .preparation import SpeechSummary
    from .settings import Settings
    from .training import TrainingOutcome

HIGHER = ("PESQ-WB", "STOI")
"""Figures that are better the higher they are."""


@dataclass(frozen=True)
class ReportParts:
    """Everything the page shows."""

    settings: Settings
    features: FeatureSettings
    summary: SpeechSummary
    outcome: TrainingOutcome
    evaluation: Evaluation
    examples: list[Example]
    folder: Path
    """Where the examples' files lie."""
    settings_yaml: str
    command: str
    environment: Mapping[str, str]

    @property
    def model(self) -> str:
        """The model's name, or that of its folder."""
        return Path(self.settings.model).name

    @property
    def kept(self) -> str:
        """Row of the model that is kept."""
        return AFTER if self.outcome.kept else BEFORE


def build_page(parts: ReportParts) -> str:
    """The report as one HTML text."""
    page = Page("A voice made anew", _lead(parts))
    page.section("Listen", *_listen(parts))
    page.section("How near the copies are", *_scores(parts))
    page.section("Whether the pitch is what was asked for", *_pitch(parts))
    page.section("Fine-tuning", *_training(parts))
    page.section("The speech", *_speech(parts))
    page.section("Do it again", *_again(parts))
    return page.render()


def _lead(parts: ReportParts) -> str:
    systems, model = parts.evaluation.systems, parts.model
    count, seconds = parts.summary.parts["test"]
    told = [
        f"{name} {value}"
        for name in ("PESQ-WB", "STOI", "MCD")
        if (value := _figure(name, systems[parts.kept].mean[name])) != "–"
    ]
    verdict = (
        f"Fine-tuning brought {model} nearer to the validation recordings, so the fine-tuned model is kept"
        f"{_compared(systems)}."
        if parts.outcome.kept
        else f"Fine-tuning did not better {model} on the validation recordings, so that one is kept."
    )
    return (
        f"Speech: {parts.summary.title}. {verdict} Its copies of {count} recordings "
        f"that it has not learnt from ({seconds:.0f} s): {', '.join(told)}."
    )


def _compared(systems: Mapping[str, SystemScores]) -> str:
    """What the test recordings say of it, which had no say in it."""
    after, before = (_figure("PESQ-WB", systems[row].mean["PESQ-WB"]) for row in (AFTER, BEFORE))
    return (
        ""
        if "–" in (after, before)
        else f"; on the test recordings PESQ-WB is {after} after and {before} before"
    )


def _listen(parts: ReportParts) -> list[Markup]:
    kept = "the fine-tuned model" if parts.outcome.kept else parts.model
    intro = (
        f"Recordings that were not learnt from, and what {kept} makes of their mel spectra and pitch. Pitch "
        "changes leave formants alone, and formants pitch. Griffin-Lim has no model and cannot change pitch."
    )
    blocks = [style(), paragraph(intro)]
    for number, example in enumerate(parts.examples, 1):
        blocks += _example(parts, example, number)
    return blocks


def _example(parts: ReportParts, example: Example, number: int) -> list[Markup]:
    import soundfile

    about = f"recording {number}, {example.seconds:.1f} seconds"
    heard = players([player(clip.title, parts.folder / clip.file, about) for clip in example.clips])
    shown = [clip for clip in example.clips if clip.factor is not None or clip is example.clips[0]]
    sounds = [(clip.title, soundfile.read(parts.folder / clip.file)[0]) for clip in shown]
    spectra = draw_spectrograms(
        sounds,
        parts.features.sample_rate,
        name=f"spectra-{number}",
        alt=f"Spectrograms of {about}: {', '.join(title for title, _ in sounds)}.",
    )
    with np.load(parts.folder / f"{example.name}.npz", allow_pickle=False) as stored:
        original = stored[example.clips[0].file]
        tracks = [
            (clip.title, stored[clip.file], None if clip.factor is None else clip.factor * original)
            for clip in shown
        ]
    # With other formants the pitch is the copy's, which would lie over it.
    drawn = tracks[:-1]
    pitch = draw_pitch(
        drawn,
        parts.features.frame_seconds,
        name=f"pitch-{number}",
        alt=f"Pitch of {about} over time, of the original and of each copy: {_medians(tracks)}.",
    )
    return [
        element("h3", f"{number}. {example.name}"),
        heard,
        framed(
            spectra,
            "Harmonics are the fine lines: copies have them where the original has, pitch changes move "
            "them apart or together, and the broad bands, the formants, stay. New formants are the reverse.",
        ),
        framed(
            pitch, f"Points: the pitch measured in each sound. Lines: what was asked. {_medians(tracks)}."
        ),
    ]


def _medians(tracks: list[tuple[str, np.ndarray, np.ndarray | None]]) -> str:
    told = [f"{title} {np.median(track[track > 0]):.0f} Hz" for title, track, _ in tracks if track.any()]
    return f"Medians: {', '.join(told)}" if told else "No voice was found in any"


def _scores(parts: ReportParts) -> list[Markup]:
    systems = parts.evaluation.systems
    titles = {GRIFFIN_LIM: "Griffin-Lim", BEFORE: parts.model, AFTER: "fine-tuned"}
    header: list[object] = ["copies by", *(_header(name) for name in DIGITS), "time"]
    rows = [
        [
            titles[name],
            *(_figure(figure, system.mean[figure]) for figure in DIGITS),
            f"{system.real_time_factor:.2f}",
        ]
        for name, system in systems.items()
    ]
    count, seconds = parts.summary.parts["test"]
    caption = (
        f"Means over the same {count} held-out recordings ({seconds:.0f} s). Time: seconds of work for a "
        "second of sound, measuring mel and pitch included. In bold the model that is kept."
    )
    blocks = [
        table(header, rows, caption=caption, marked=[list(systems).index(parts.kept)]),
        paragraph(
            "PESQ-WB (1 to 4.64) and STOI (up to 1) imitate listeners. MCD is the distance of mel cepstra, "
            "log-F0 RMSE that of pitch where both are voiced, V/UV error the share of frames where one is "
            "voiced and the other is not, MR-STFT the distance of spectra at three resolutions. Below each "
            "name stands which is better."
        ),
    ]
    reasons = {
        f"{figure}: {why}" for system in systems.values() for figure, why in system.not_measured.items()
    }
    blocks += [paragraph("Not measured: ", "; ".join(sorted(reasons)), ".")] if reasons else []
    return [*blocks, folded("Every recording", _files(systems[parts.kept]))]


def _files(system: SystemScores) -> Markup:
    rows = [[file, *(_figure(name, row[name]) for name in DIGITS)] for file, row in system.files.items()]
    return table(
        ["recording", *(_header(name) for name in DIGITS)], rows, caption="Copies by the model that is kept."
    )


def _pitch(parts: ReportParts) -> list[Markup]:
    rows = [
        [
            f"× {check.factor:g}",
            "–" if check.within is None else f"{100 * check.within:.1f} %",
            "–" if check.cents is None else f"{check.cents:.1f} cents",
            "–" if check.still_voiced is None else f"{100 * check.still_voiced:.1f} %",
            f"{check.frames:,}",
        ]
        for check in parts.evaluation.pitch
    ]
    caption = (
        "Pitch measured in copies of the held-out recordings against the original's times the factor, "
        "over frames where both are voiced. A lively voice's pitch moves by some cents within the window "
        "that it is measured in, which counts as a distance here."
    )
    header = ["asked", "within 2 %", "median distance", "still voiced", "frames"]
    return [table(header, rows, caption=caption)]


def _training(parts: ReportParts) -> list[Markup]:
    outcome = parts.outcome
    done = {
        f"{name} steps": f"{count:,}"
        if count == outcome.planned[name]
        else f"{count:,} of {outcome.planned[name]:,}"
        for name, count in outcome.steps.items()
    }
    before, after, total = outcome.before, outcome.after, sum(outcome.steps.values())
    rows = [
        ["mel distance", f"{before.mel:.4f}", f"{after.mel:.4f}"],
        ["multi-resolution distance", f"{before.resolutions:.4f}", f"{after.resolutions:.4f}"],
        ["PESQ-WB", _figure("PESQ-WB", before.pesq, 3), _figure("PESQ-WB", after.pesq, 3)],
    ]
    rule = (
        "The fine-tuned model is kept if the two distances, weighed as in training, have fallen on the "
        "validation recordings and PESQ, where it can be measured, has not. Distances are of the network "
        "alone, PESQ of finished copies."
    )
    said = "It is kept." if outcome.kept else "That is not so here: the model is kept as it was."
    blocks = [
        facts({**done, "time": f"{outcome.seconds:.0f} s", "batch": f"{parts.settings.batch_size} crops"}),
        table(["validation", "before", "after"], rows, caption=f"{rule} {said}"),
    ]
    curve = [row for row in outcome.curve if row[0] < total] + [(total, after.mel, after.resolutions)]
    if total:
        steps = [0, *(step for step, _, _ in curve)]
        distances = {
            "mel distance": [before.mel, *(mel for _, mel, _ in curve)],
            "multi-resolution distance": [before.resolutions, *(far for _, _, far in curve)],
        }
        change = 100 * (distances["mel distance"][-1] / before.mel - 1)
        alt = f"Validation distances over {steps[-1]} training steps; mel distance changes by {change:.1f} %."
        caption = "Distances of the validation recordings' copies while training, of averaged weights."
        blocks.append(framed(draw_curve(steps, distances, alt=alt), caption))
    if any(count < outcome.planned[name] for name, count in outcome.steps.items()):
        blocks.append(
            paragraph(
                f"Training stopped after {parts.settings.minutes:g} minutes, before all steps were done. "
                "Set minutes=null to let it finish."
            )
        )
    return blocks


def _speech(parts: ReportParts) -> list[Markup]:
    summary = parts.summary
    shares = {
        f"to {use}": f"{summary.parts[part][0]} pieces, {summary.parts[part][1]:.0f} s"
        for part, use in (("train", "learn from"), ("validation", "decide by"), ("test", "measure"))
    }
    blocks = [
        paragraph(f"{summary.title[0].upper()}{summary.title[1:]} ({summary.licence})."),
        facts(
            {
                "recordings": f"{summary.recordings:,}",
                "sample rate": f"{summary.sample_rate:,} Hz",
                **shares,
                "kept apart": summary.divided,
            }
        ),
    ]
    for kind, reason in summary.passed_over.items():
        blocks.append(paragraph(f"{kind} would have been taken first, but {_clause(reason)}."))
    if summary.unusable:
        rows = [[name, why] for name, why in summary.unusable.items()]
        blocks.append(
            folded(
                "Recordings left out",
                table(["file", "why"], rows, caption="Not usable; twenty at most.", numeric=False),
            )
        )
    if summary.kind == "synthetic-voice":
        blocks.append(
            paragraph(
                "No figure here says how the model does on people: for that, set data to a folder of speech."
            )
        )
    return blocks


def _clause(reason: str) -> str:
    """A reason as an error has it, in the middle of a sentence."""
    return f"it {reason}" if reason.split(" ")[0] in ("needs", "holds") else reason


def _again(parts: ReportParts) -> list[Markup]:
    return [
        paragraph("This run, from the same folder:"),
        code(parts.command),
        paragraph("With recordings of your own, wav, flac or ogg files in a folder:"),
        code("fourfold run vocoder --set data=my-recordings --preset full --out runs/my-voice"),
        paragraph("The model that is kept lies in the run folder as artifact/, for any recording:"),
        code("fourfold synthesize runs/my-voice/artifact in.wav -o out.wav --pitch 1.2"),
        folded("All settings", code(parts.settings_yaml)),
        folded("Versions", facts(parts.environment)),
    ]


def _header(name: str) -> object:
    direction = "higher" if name in HIGHER else "lower"
    label = f"{name}, {UNITS[name]}" if name in UNITS else name
    return Markup(f"{label}{element('small', direction)}")


def _figure(name: str, value: float | None, digits: int | None = None) -> str:
    return "–" if value is None else f"{value:.{DIGITS[name] if digits is None else digits}f}"
