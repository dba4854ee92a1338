"""`fourfold run vocoder`: the stages in order, and what the run folder shows at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...shared.artifact.loading import find_artifact, read_artifact
from ...shared.training.run_folder import RunFolder, environment, write_json
from ..output_file import write_whole
from ..settings import as_yaml
from ..stages import Stage, StageRunner, publish
from .settings import Settings, recipe

if TYPE_CHECKING:
    from ...domains.audio.features.settings import FeatureSettings
    from .report_page import ReportParts

__all__ = ["Settings", "recipe", "run_pipeline"]

TRAINING = (
    "model",
    "spectral_steps",
    "spectral_rate",
    "adversarial_steps",
    "adversarial_rate",
    "discriminators",
    "batch_size",
    "frames",
    "minutes",
    "seed",
)
PREPARING = ("data", "train_seconds", "validation_seconds", "test_seconds", "longest", "seed")


def run_pipeline(settings: Settings, out: Path, command: str = "") -> Path:
    """Bring the run folder `out` up to date; returns the report.

    Raises:
        InputError: no such model, or the recordings do not suffice.
    """
    folder = RunFolder(out)
    outcomes = StageRunner(out).run_all(_stages(settings, command))
    folder.config.parent.mkdir(parents=True, exist_ok=True)
    write_json(folder.config, settings.model_dump(mode="json"))
    write_json(folder.environment, environment())
    evaluation = json.loads((outcomes["evaluate"].folder / "evaluation.json").read_text(encoding="utf-8"))
    lines = [json.dumps({"copies": name, **system["mean"]}) for name, system in evaluation["systems"].items()]
    write_whole(folder.metrics, lambda path: path.write_text("\n".join(lines) + "\n", encoding="utf-8"))
    publish(outcomes["train"].folder / "artifact", folder.artifact)
    publish(outcomes["report"].folder / "report.html", folder.report)
    return folder.report


def _stages(settings: Settings, command: str) -> list[Stage]:
    from ...domains.audio.features.settings import FeatureSettings
    from .preparation import is_folder

    told = settings.model_dump(mode="json")
    model = find_artifact(settings.model)
    features = FeatureSettings.model_validate(read_artifact(model).config["features"])
    own = Path(settings.data).expanduser()
    inputs = (own,) if is_folder(settings.data) and own.is_dir() else ()
    reading = {key: told[key] for key in PREPARING} | {"features": features.digest()}
    # A folder counts by its content, so that a moved one keeps its stages.
    reading["data"] = own.name if inputs else settings.data

    def prepare(folder: Path, needs: Mapping[str, Path]) -> None:
        from .preparation import prepare_speech

        prepare_speech(settings, features, folder)

    def train(folder: Path, needs: Mapping[str, Path]) -> None:
        from .preparation import SpeechSummary, read_prepared
        from .training import train_models

        text = (needs["prepare"] / "summary.json").read_text(encoding="utf-8")
        corpus = read_prepared(needs["prepare"], features)
        train_models(corpus, SpeechSummary.model_validate_json(text), settings, folder, command)

    def evaluate(folder: Path, needs: Mapping[str, Path]) -> None:
        from ...domains.audio.vocoder import Vocoder
        from .evaluating import evaluate_run
        from .examples import make_examples

        speech = needs["prepare"] / "speech" / "test"
        kept = Vocoder.load(needs["train"] / "artifact")
        evaluate_run(
            Vocoder.load(settings.model),
            Vocoder.load(needs["train"] / "tuned"),
            kept,
            speech,
            settings,
            folder,
        )
        make_examples(kept, speech, settings, folder)

    def report(folder: Path, needs: Mapping[str, Path]) -> None:
        from .report_page import build_page

        text = build_page(_report_parts(settings, features, command, needs))
        write_whole(folder / "report.html", lambda target: target.write_text(text, encoding="utf-8"))

    heard = {key: told[key] for key in ("pitch_up", "pitch_down", "formant", "examples", "seed")}
    return [
        Stage("prepare", prepare, reading, inputs=inputs),
        Stage(
            "train",
            train,
            {key: told[key] for key in TRAINING},
            needs=("prepare",),
            inputs=(model,),
            resumable=True,
        ),
        Stage("evaluate", evaluate, heard, needs=("prepare", "train")),
        Stage(
            "report",
            report,
            {"settings": told, "command": command},
            needs=("prepare", "train", "evaluate"),
        ),
    ]


def _report_parts(
    settings: Settings, features: FeatureSettings, command: str, needs: Mapping[str, Path]
) -> ReportParts:
    from .evaluating import Evaluation
    from .examples import Example
    from .preparation import SpeechSummary
    from .report_page import ReportParts
    from .training import TrainingOutcome

    def read(stage: str, file: str) -> str:
        return (needs[stage] / file).read_text(encoding="utf-8")

    return ReportParts(
        settings=settings,
        features=features,
        summary=SpeechSummary.model_validate_json(read("prepare", "summary.json")),
        outcome=TrainingOutcome.model_validate_json(read("train", "outcome.json")),
        evaluation=Evaluation.model_validate_json(read("evaluate", "evaluation.json")),
        examples=[Example.model_validate(each) for each in json.loads(read("evaluate", "examples.json"))],
        folder=needs["evaluate"],
        settings_yaml=as_yaml(settings),
        command=command,
        environment={key: str(value) for key, value in environment()["versions"].items()},
    )
