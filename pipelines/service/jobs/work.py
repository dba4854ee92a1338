"""What the process of a job does, in the job's folder, with names instead of paths."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ....shared.artifact.shipped import list_shipped
from .job_request import FinetuneJob, GenerateJob, read_request

ORDER, OUTCOME, RESULT = Path(".order.json"), Path(".outcome.json"), Path("result")
RUN = Path(".result.run")
"""Where training keeps its checkpoints and metrics, beside the result."""
PARTS = Path(".parts")
"""Where generation keeps the crystals that it has."""


@dataclass(frozen=True)
class Order:
    """A request with its files and the folder of its model: all that the process needs."""

    request: dict[str, Any]
    base: str | None = None
    """Folder of the model's artefact; None: a method by name."""
    data: str | None = None
    """What was sent: a file or folder in the job's folder, named by us."""
    graph: str | None = None

    def write(self, folder: Path) -> None:
        """Keep it in the job's folder."""
        (folder / ORDER).write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Order:
        """The order in a job's folder."""
        return cls(**json.loads((folder / ORDER).read_text(encoding="utf-8")))


def carry_out(order: Order) -> None:
    """Do what was ordered, in the current folder; what an earlier process did already is not done again.

    Raises:
        InputError: model, data and wishes do not go together.
    """
    if RESULT.exists():  # it appears in one rename, so it is whole
        return
    request = read_request(order.request)
    model = _linked(request.model, order.base)
    _WORK[request.kind](request, model, order)


def _finetune(request: FinetuneJob, model: str, order: Order) -> None:
    from ...finetuning import FinetuneRequest

    assert order.data is not None
    FinetuneRequest(
        model=model,
        data=Path(order.data),
        horizon=request.horizon,
        table=request.table(),
        network=request.network(order.graph),
        past=request.past_cols,
        future=request.future_cols,
        static=request.static_cols,
        steps=request.steps,
        property=request.property,
    ).run(RESULT)


def _generate(request: GenerateJob, model: str, order: Order) -> None:
    from .generation import generate_in_parts

    generate_in_parts(request, model, PARTS, RESULT)


_WORK: dict[str, Callable[[Any, str, Order], None]] = {"finetune": _finetune, "generate": _generate}


def _linked(name: str, base: str | None) -> str:
    """A word that means the model here: sentences and model cards shall say its name and no path."""
    if base is None:
        return name
    if name in list_shipped() and Path(base).samefile(_shipped(name)):
        return name
    link = Path(name)
    if name in list_shipped() or link.name != name or (link.exists() and not link.is_symlink()):
        link = Path(f"served-{link.name}")
    if not link.is_symlink():
        link.symlink_to(base, target_is_directory=True)
    return str(link)


def _shipped(name: str) -> Path:
    from ....shared.artifact.shipped import shipped_folder

    folder = shipped_folder(name)
    assert folder is not None
    return folder
