"""What the folder of a comparing run shows at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from ...shared.training.run_folder import RunFolder, environment, write_json
from ..contestant import folder_name
from ..output_file import write_whole
from ..stages import StageOutcome, publish
from .evaluation import Evaluation


def show_results(
    out: Path, settings: BaseModel, evaluation: Evaluation, outcomes: Mapping[str, StageOutcome]
) -> Path:
    """Put config, environment, metrics, the chosen model and the report of finished stages into `out`.

    Returns:
        The report.
    """
    folder = RunFolder(out)
    write_json(folder.config, settings.model_dump(mode="json"))
    write_json(folder.environment, environment())
    lines = [
        json.dumps({"model": name, "seconds": score.seconds, **score.metrics})
        for name, score in evaluation.scores.items()
    ]
    write_whole(folder.metrics, lambda path: path.write_text("\n".join(lines) + "\n", encoding="utf-8"))
    publish(outcomes["train"].folder / folder_name(evaluation.chosen), folder.artifact)
    publish(outcomes["report"].folder / "report.html", folder.report)
    return folder.report
