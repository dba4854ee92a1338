"""ServedModels: what this server answers with - trained models by name, methods fitted on what is sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...shared.artifact.artifact import FILES
from ...shared.artifact.loading import find_artifact
from ...shared.artifact.shipped import list_shipped
from ...shared.errors import InputError
from ..model_list import method_summaries, network_summaries, shipped_summary
from .errors import ServiceError
from .model_facts import LOADERS, facts_of
from .model_worker import ModelWorker
from .settings import ServiceSettings

FORECASTER, GRAPH_FORECASTER = "forecaster", "graph-forecaster"
TASKS = {
    FORECASTER: "forecast",
    GRAPH_FORECASTER: "forecast",
    "vocoder": "synthesize",
    "crystal-generator": "generate",
}
"""What each kind of model is asked for."""
FITTED_ON_REQUEST = "methods"
"""Name of the one worker that fits methods on the data of requests."""
Observe = Callable[[str, int, float], None]


@dataclass(frozen=True)
class ServedModel:
    """A name that requests may say."""

    name: str
    kind: str
    folder: Path | None
    """Of the artefact; None: a method that is fitted on the data of the request."""
    summary: str
    worker: ModelWorker = field(compare=False)

    @property
    def fitted_on_request(self) -> bool:
        """Whether the worker holds no model, and the work fits one itself."""
        return self.folder is None

    @property
    def task(self) -> str:
        """forecast, synthesize or generate."""
        return TASKS[self.kind]

    def facts(self) -> dict[str, Any]:
        """The model as `GET /v1/models` tells of it; limits and sizes once it is loaded."""
        told = {"name": self.name, "kind": self.kind, "task": self.task, "summary": self.summary}
        told |= {"ready": self.fitted_on_request or self.worker.ready, "trained": self.folder is not None}
        told |= {"loading": not self.fitted_on_request and self.worker.loading}
        return told | facts_of(self.kind, self.worker.model)


class ServedModels:
    """The models of one server, each with a worker.

    Args:
        settings: which models, and the limits of their queues.
        observe: called with name, size and seconds of everything answered.

    Raises:
        InputError: a model is not there, is of a kind that is not served, or two have one name.
    """

    def __init__(
        self, settings: ServiceSettings, observe: Observe = lambda name, size, seconds: None
    ) -> None:
        self._settings, self._observe = settings, observe
        self._served: dict[str, ServedModel] = {}
        self._given: frozenset[str] = frozenset()
        self._add_methods()
        for model in settings.models or list_shipped():
            folder = find_artifact(model)
            added = self.add(model if model in list_shipped() else folder.resolve().name, folder)
            self._given |= {added.name}

    def __iter__(self) -> Iterator[ServedModel]:
        return iter(list(self._served.values()))

    def __contains__(self, name: object) -> bool:
        return name in self._served

    def __getitem__(self, name: str) -> ServedModel:
        return self._served[name]

    def find(self, name: str, kinds: Collection[str]) -> ServedModel:
        """The model that a request names.

        Args:
            kinds: those that can do what is asked.

        Raises:
            ServiceError: 404, no model has this name; told which have.
            InputError: it is of another kind.
        """
        able = ", ".join(model.name for model in self if model.kind in kinds) or "none"
        served = self._served.get(name)
        if served is None:
            raise ServiceError(404, f"model {name[:80]!r} is not served; those that are: {able}")
        if served.kind not in kinds:
            raise InputError("model", f"{name} is a {served.kind}", expected=f"one of {able}")
        return served

    def add(self, name: str, folder: Path) -> ServedModel:
        """Serve an artefact under a name; one that was added later is replaced by another of its name.

        Raises:
            InputError: it is no artefact of a kind that is served, or the name is taken.
        """
        if not all((folder / file).is_file() for file in FILES):
            raise InputError("model", f"{name} is no complete artefact", expected=f"{', '.join(FILES)}")
        if self.is_taken(name):
            raise InputError("model", f"{name} names another model already", remedy="Rename the folder")
        kind, summary = shipped_summary(folder)
        if kind not in LOADERS:
            raise InputError("model", f"{name} is a {kind}", expected=f"one of {', '.join(LOADERS)}")
        replaced = self._served.get(name)
        load = LOADERS[kind]
        worker = self._worker(name, lambda: _on_threads(load(folder), self._settings.threads))
        self._served[name] = ServedModel(name, kind, folder, summary, worker)
        if replaced is not None:
            replaced.worker.stop(0)
        return self._served[name]

    def remove(self, name: str) -> None:
        """Serve a model that was added later no longer; what waits for it is answered 503."""
        if name in self._served and not self.is_taken(name):
            self._served.pop(name).worker.stop(0)

    def is_taken(self, name: str) -> bool:
        """Whether a name stands for a method or for a model that was given at the start."""
        return name in self._given or (name in self._served and self._served[name].fitted_on_request)

    def load_soon(self) -> None:
        """Begin to load every trained model."""
        for served in self:
            if not served.fitted_on_request:
                served.worker.load_soon()

    def states(self) -> dict[str, str]:
        """Of every model given at the start: "ready", "loading", or why it cannot be loaded."""
        return {
            name: "ready" if worker.ready else worker.problem or "loading"
            for name, worker in ((name, self._served[name].worker) for name in sorted(self._given))
        }

    def stop(self) -> None:
        """End all workers."""
        for worker in {served.worker for served in self}:
            worker.stop()

    def _add_methods(self) -> None:
        worker = self._worker(FITTED_ON_REQUEST, lambda: None)
        for kind, summaries in ((FORECASTER, method_summaries()), (GRAPH_FORECASTER, network_summaries())):
            for name, summary in summaries.items():
                self._served[name] = ServedModel(name, kind, None, summary, worker)

    def _worker(self, name: str, load: Callable[[], Any]) -> ModelWorker:
        limits = self._settings
        return ModelWorker(
            name,
            load,
            max_queue=limits.max_queue,
            timeout_s=limits.timeout_s,
            window_s=limits.batch_window_ms / 1000,
            max_batch=limits.max_batch,
            observe=lambda size, seconds: self._observe(name, size, seconds),
        )


def _on_threads(model: Any, threads: int) -> Any:
    """The model, its arithmetic on so many threads (called in the thread that will use it)."""
    import torch

    torch.set_num_threads(threads)
    return model
