"""What synthesize, finetune and evaluate do where MODEL is a vocoder."""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..shared.errors import InputError
from ..shared.progress import waiting
from .graph_contestant import artifact_kind

if TYPE_CHECKING:
    from ..domains.audio.metrics.scores import CopyScores
    from ..domains.audio.vocoder import Vocoder
    from .commands.graph_options import GraphOptions
    from .commands.table_options import TableOptions
    from .synthesis_settings import SynthesisSettings

KIND = "vocoder"
SUFFIXES = (".wav", ".flac")


def is_vocoder(model: str) -> bool:
    """Whether `model` names an artefact that holds a vocoder."""
    return artifact_kind(model) == KIND


def refuse_flags(
    model: str,
    table: TableOptions,
    network: GraphOptions,
    others: Mapping[str, object],
    what: str = "a vocoder",
) -> None:
    """Refuse flags of time series and graphs for a model of something else.

    Args:
        others: values of further flags that it does not take, by name.
        what: the model is.

    Raises:
        InputError: one is given; the first is named.
    """
    from .commands.graph_options import NO_GRAPH

    given = [flag for flag, value in others.items() if value not in (None, False, ())]
    given += [f"--{name.replace('_', '-')}" for name in table.given()]
    if network != NO_GRAPH:
        given.append("--graph")
    if given:
        raise InputError(
            given[0], f"{model} is {what} and reads no time series or graphs", remedy="Leave it out"
        )


@dataclass(frozen=True)
class SynthesisRequest:
    """How recordings are to be made anew and written."""

    settings: SynthesisSettings
    sample_format: Literal["pcm16", "float"] = "pcm16"

    def run(self, model: str, source: Path, output: Path) -> int:
        """Exit code: 0, or 2 where files of a folder could not be read.

        Raises:
            InputError: model, source or output do not fit; nothing is written then.
        """
        from .output_file import check_output

        if not source.is_dir():
            suffixes = (".wav",) if self.sample_format == "float" else SUFFIXES
            check_output(output, suffixes, inputs=(source,))
            print(self._copy(_loaded(model), source, output))
            return 0
        plan = _plan(source, output)
        vocoder, failed = _loaded(model), 0
        for number, (path, target) in enumerate(plan.items(), 1):
            try:
                print(f"[{number}/{len(plan)}] {self._copy(vocoder, path, target)}")
            except InputError as error:
                failed += 1
                print(f"fourfold: {' '.join(str(error).split())}", file=sys.stderr)
        if failed:
            print(f"fourfold: {failed} of {len(plan)} files were left out", file=sys.stderr)
        return 2 if failed else 0

    def _copy(self, vocoder: Vocoder, source: Path, target: Path) -> str:
        """Write one copy; a line about it."""
        from ..domains.audio.features.writing import write_audio

        began = time.perf_counter()
        with waiting(f"{source} is made anew ..."):
            made = self.settings.resynthesize(vocoder, source)
        took = time.perf_counter() - began
        write_audio(target, made, self.sample_format)
        share = took / made.seconds
        return f"{target}: {made.seconds:.2f} s, made in {took:.2f} s ({share:.2f} of its length)"


def finetune_vocoder(model: str, data: Path, output: Path, steps: int | None) -> None:
    """Train a vocoder on with a folder of recordings and keep it; a stopped run goes on by the same call.

    Raises:
        InputError: the recordings do not suffice.
    """
    from ..domains.audio.vocoder_training import finetuning_stage

    if steps is not None and steps < 1:
        raise InputError("--steps", f"is {steps}", expected="at least 1")
    vocoder = _loaded(model)
    stage = finetuning_stage() if steps is None else finetuning_stage(steps)
    run = output.with_name(f".{output.name}.run")
    _tell_of_earlier_steps(run)
    try:
        tuned = vocoder.finetune(data, stage, run)
    except InputError:
        if run.is_dir() and not any(run.iterdir()):
            run.rmdir()
        raise
    tuned.save(output, _card(model, data, stage.steps))
    shutil.rmtree(run, ignore_errors=True)
    rate = tuned.features.settings.sample_rate
    print(f"{output}: vocoder at {rate:,} Hz, {stage.steps:,} steps on {data}")


def _tell_of_earlier_steps(run: Path) -> None:
    """A note where there is a stopped run."""
    from ..shared.training.checkpoint import CheckpointFolder

    kept = CheckpointFolder(run / "training" / "checkpoints").steps()
    if kept:
        step = max(kept)
        told = f"{run} holds a run that was stopped at step {step:,}; the same MODEL, DATA and --steps go on"
        print(f"fourfold: note: {told}", file=sys.stderr)


def evaluate_vocoder(model: str, data: Path, output: Path | None) -> CopyScores:
    """Print how near copies of a folder's recordings are, and write it as JSON.

    Raises:
        InputError: no sound can be read there.
    """
    from .copy_scores import as_json, print_scores
    from .output_file import write_json

    scores = _loaded(model).evaluate(data)
    if output is not None:
        write_json({"model": model, "data": str(data), **as_json(scores)}, output)
    print_scores(scores)
    return scores


def _loaded(model: str) -> Vocoder:
    from ..domains.audio.vocoder import Vocoder

    return Vocoder.load(model)


def _plan(source: Path, output: Path) -> dict[Path, Path]:
    """The copy's path of each recording of a folder."""
    from ..domains.audio.features.audio_folder import audio_files

    if output.exists() and not output.is_dir():
        raise InputError("--output", f"{output} is a file", expected="a folder, as for all of a folder")
    if output.resolve().is_relative_to(source.resolve()):
        raise InputError(
            "--output", f"{output} lies in the folder that is read", remedy="Name another folder"
        )
    if not output.absolute().parent.is_dir():
        raise InputError("--output", f"the folder {output.parent} does not exist", remedy="Make it first")
    plan: dict[Path, Path] = {}
    taken: set[Path] = set()
    # a.wav and a.flac keep their suffixes, so that neither copy replaces the other.
    paths = audio_files(source)
    short = Counter(path.relative_to(source).with_suffix(".wav") for path in paths)
    for path in paths:
        inside = path.relative_to(source)
        target = inside.with_suffix(".wav")
        if short[target] > 1:
            target = inside.with_name(f"{inside.name}.wav")
        while target in taken:  # a.flac.wav may be there as well
            target = target.with_name(f"{target.stem}.copy.wav")
        taken.add(target)
        plan[path] = output / target
    return plan


def _card(model: str, data: Path, steps: int) -> Any:
    from ..shared.artifact.card import DataUse, ModelCard
    from ..shared.artifact.loading import find_artifact, read_artifact

    before = read_artifact(find_artifact(model)).card
    own = DataUse(name=data.name or str(data), license="the user's own")
    return ModelCard(
        title=f"{before.title}, fine-tuned",
        summary=f"{before.title} after {steps:,} more steps on recordings of the user's.",
        license=before.license,
        tags=before.tags,
        datasets=(*before.datasets, own),
        command=f"fourfold finetune {model} {data}",
        limits=before.limits,
    )
