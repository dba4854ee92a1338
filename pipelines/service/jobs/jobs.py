"""Jobs: what the routes ask - accept, look, cancel, fetch - over store, runner and folders."""

from __future__ import annotations

import asyncio
import logging
import secrets
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from ....shared.errors import InputError
from ...finetuning import FinetuneRequest
from ...graph_contestant import require_graph
from ..errors import ServiceError
from ..plain_words import without_flags
from ..served_models import FORECASTER, GRAPH_FORECASTER, TASKS, ServedModel, ServedModels
from ..settings import ServiceSettings
from .archive import result_archive
from .job import Job, JobView
from .job_request import FinetuneJob, GenerateJob
from .progress import progress_of
from .runner import GRACE_S, JobRunner
from .store import JobStore, NameTaken, QueueFull
from .uploads import EXPANSION, Uploads, remove_folder
from .work import RESULT, Order

log = logging.getLogger("fourfold.service")
GENERATOR, VOCODER = "crystal-generator", "vocoder"
RETRY_S = 60
LOOK_S = 1.0
"""How often finished models are looked for that another server of this folder made."""


class Jobs:
    """The jobs of one service.

    Args:
        settings: `folder`, `max_jobs` and limits of the work.
        models: told about finished models, and asked for those that are to be used.
    """

    def __init__(self, settings: ServiceSettings, models: ServedModels) -> None:
        self._settings, self._models = settings, models
        self.folder = settings.folder.absolute() / "jobs"
        self._served: set[str] = set()

    async def start(self) -> None:
        """Open the store, serve what earlier jobs made, and begin to work.

        Raises:
            InputError: the folder cannot be written to.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.store = JobStore(self.folder.with_name("jobs.sqlite"))
        except (OSError, sqlite3.Error) as error:
            raise InputError("folder", f"{self.folder.parent} cannot be written to ({error})") from error
        self.runner = JobRunner(self.store, self.folder, self._settings.jobs_at_once, self._serve)
        await asyncio.to_thread(self._serve_finished)
        self.runner.start()
        self._looker = asyncio.create_task(self._look(), name="finished jobs")

    async def stop(self) -> None:
        """Stop working; jobs that run save their state and wait for the next start."""
        self._looker.cancel()
        await self.runner.stop()
        self.store.close()

    # ---- what the routes ask -------------------------------------------------------------------

    def submit(
        self, request: FinetuneJob | GenerateJob, data: Sequence[BinaryIO], graph: Sequence[BinaryIO]
    ) -> Job:
        """Accept a job, or refuse it before anything is kept; blocks while files are copied.

        Raises:
            InputError: request, model and files do not go together.
            ServiceError: 404 no such model, 409 the name is taken, 413 too large, 503 too many wait.
        """
        served = self._model(request)
        id = f"{time.strftime('%Y%m%d', time.gmtime())}-{secrets.token_hex(6)}"
        output = request.output or f"{served.name[:40]}-{id[-6:]}"
        self._require_free(output)
        folder = self.folder / id
        folder.mkdir()
        try:
            order = self._order(request, served, folder, data, graph)
            order.write(folder)
            job = Job(id, request.kind, served.name, output, "queued", "", order.request, created=time.time())
            self.store.add(job, self._settings.max_jobs)
        except QueueFull:
            remove_folder(folder)
            sentence = f"{self._settings.max_jobs} jobs wait already; come back later, or cancel one"
            raise ServiceError(503, sentence, retry_after=RETRY_S) from None
        except NameTaken:
            remove_folder(folder)
            raise _taken(output) from None
        except BaseException:
            remove_folder(folder)
            raise
        self.runner.wake()
        return job

    def find(self, id: str) -> Job:
        """The job of this id.

        Raises:
            ServiceError: 404.
        """
        job = self.store.find(id)
        if job is None:
            raise ServiceError(404, f"there is no job {id[:40]!r}; GET /v1/jobs lists them")
        return job

    def view(self, job: Job) -> JobView:
        """The job as it is answered now."""
        if job.status == "running":
            progress, message = progress_of(self.folder / job.id, job.request)
            return JobView.of(job, progress, "is being cancelled" if job.cancel else message)
        if job.status == "queued":
            progress = progress_of(self.folder / job.id, job.request)[0] if job.starts else 0.0
            ahead = self.store.ahead_of(job.id)
            waits = f"waits for {ahead} other job{'s' * (ahead != 1)}" if ahead else "begins soon"
            return JobView.of(job, progress, f"{job.message}; {waits}" if job.message else waits)
        return JobView.of(job, 1.0 if job.status == "done" else 0.0, job.message)

    async def cancel(self, id: str, forget: bool) -> Job:
        """End a job that waits or runs and remove what it made; with `forget`, also one that has ended.

        Raises:
            ServiceError: 404 there is none, 409 it is done and `forget` was not said.
        """
        job = await asyncio.to_thread(self.find, id)
        if not job.ended_already:
            job = await self._cancelled(id)
        elif job.status == "done" and not forget:
            raise ServiceError(409, f"job {id} is done; add ?forget=true to remove its result too")
        if forget:
            await asyncio.to_thread(self._forget, job)
        return job

    def result(self, id: str) -> Path:
        """Zip of what a finished job made.

        Raises:
            ServiceError: 404 there is no such job, 409 it is not done.
        """
        job = self.find(id)
        if job.status != "done":
            raise ServiceError(409, f"job {id} is {job.status}, and has no result")
        return result_archive(self.folder / id / RESULT, job.output)

    # ---- accepting -----------------------------------------------------------------------------

    def _model(self, request: FinetuneJob | GenerateJob) -> ServedModel:
        if isinstance(request, GenerateJob):
            if request.n > self._settings.max_job_crystals:
                most = f"at most {self._settings.max_job_crystals:,}"
                raise InputError("n", f"is {request.n:,}", expected=most)
            return self._models.find(request.model, (GENERATOR,))
        if request.horizon is not None and request.horizon > self._settings.max_horizon:
            most = f"at most {self._settings.max_horizon:,}"
            raise InputError("horizon", f"is {request.horizon:,}", expected=most)
        return self._models.find(request.model, tuple(TASKS))

    def _order(
        self,
        request: FinetuneJob | GenerateJob,
        served: ServedModel,
        folder: Path,
        data: Sequence[BinaryIO],
        graph: Sequence[BinaryIO],
    ) -> Order:
        """The files written, and all that the job's process has to know."""
        said = request.model_dump(mode="json", exclude_unset=True)
        base = None if served.folder is None else str(served.folder.absolute())
        if isinstance(request, GenerateJob):
            if data or graph:
                raise InputError("data", "is sent, but generation reads no files", remedy="Leave it out")
            return Order(said, base)
        if not data:
            raise InputError("data", "is missing", expected=_WANTED[served.kind])
        if graph and served.kind != GRAPH_FORECASTER:
            raise InputError("graph", f"{served.name} reads no graph", remedy="Leave it out")
        self._check(request, served)
        if served.kind == GRAPH_FORECASTER:
            require_graph(served.name, graph or None)
        uploads = Uploads(folder, int(EXPANSION * self._settings.max_body_mb * 1e6))
        networked = served.kind == GRAPH_FORECASTER
        edges = uploads.table("graph", graph, of_graph=True) if graph else None
        if served.kind == VOCODER:
            return Order(said, base, uploads.recordings(data))
        if served.kind == GENERATOR:
            return Order(said, base, uploads.crystals(data))
        return Order(said, base, uploads.table("data", data, of_graph=networked), edges)

    @staticmethod
    def _check(request: FinetuneJob, served: ServedModel) -> None:
        """Refuse at once what the job would refuse first."""
        asked = FinetuneRequest(
            model=served.name if served.folder is None else str(served.folder),
            data=Path("data"),
            horizon=request.horizon,
            table=request.table(),
            network=request.network(None),
            past=request.past_cols,
            future=request.future_cols,
            static=request.static_cols,
            steps=request.steps,
            property=request.property,
        )
        try:
            asked.check()
        except InputError as error:
            told = without_flags(error)
            name = asked.model
            problem = told.problem.replace(name, served.name)
            raise InputError(
                told.field, problem, where=told.where, expected=told.expected, remedy=told.remedy
            ) from None

    def _require_free(self, output: str) -> None:
        if self._models.is_taken(output) or any(model.name == output for model in self._models):
            raise _taken(output)

    # ---- cancelling ----------------------------------------------------------------------------

    async def _cancelled(self, id: str) -> Job:
        job = await asyncio.to_thread(self.store.ask_to_cancel, id)
        until = time.monotonic() + GRACE_S + 5
        while job is not None and not job.ended_already and time.monotonic() < until:
            await asyncio.sleep(0.05)
            job = await asyncio.to_thread(self.store.find, id)
        if job is None:
            raise ServiceError(404, f"job {id} is gone")
        if job.status == "cancelled":
            await asyncio.to_thread(remove_folder, self.folder / id)
        return job

    def _forget(self, job: Job) -> None:
        if not self.store.forget(job.id):
            return
        if job.id in self._served:
            self._served.discard(job.id)
            self._models.remove(job.output)
        remove_folder(self.folder / job.id)

    # ---- serving what is made ------------------------------------------------------------------

    def _serve(self, job: Job) -> str | None:
        """Serve the model that a job made; a sentence when that cannot be."""
        if job.kind != "finetune" or job.id in self._served:
            return None
        try:
            self._models.add(job.output, self.folder / job.id / RESULT)
        except InputError as error:
            return f"the model is kept but not served: {error}"
        self._served.add(job.id)
        return None

    def _serve_finished(self) -> None:
        done = {job.id: job for job in self.store.with_status("done")}
        for job in done.values():
            self._serve(job)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await asyncio.to_thread(self._serve_finished)
            except sqlite3.Error:  # another server holds the store for long; the next look will tell
                log.exception("finished jobs cannot be looked for")


def _taken(output: str) -> ServiceError:
    return ServiceError(409, f"output: {output!r} names a model or job already; choose another name")


_WANTED = {
    FORECASTER: "a table: CSV, Parquet, Arrow or NetCDF",
    GRAPH_FORECASTER: "a table or array of what the nodes measured",
    VOCODER: "recordings: wav, flac or ogg files, or a zip of them",
    GENERATOR: "crystals: a table with columns material_id, cif and the property, or crystal files",
}
