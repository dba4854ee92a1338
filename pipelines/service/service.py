"""What one running server holds: its settings, the models it serves, its jobs and its measures."""

from __future__ import annotations

from anyio import to_thread
from fastapi import FastAPI, Request

from .forecasting.answering import Forecasting
from .jobs.jobs import Jobs
from .measures import Measures
from .served_models import ServedModels
from .settings import ServiceSettings


class Service:
    """State that the handlers share; kept as `app.state.service`."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        self.token: str | None = None
        """What every request must carry; None: nothing."""
        self.measures = Measures()
        self.models = ServedModels(settings, self.measures.observe_work)
        self.forecasting = Forecasting(self.models, settings)
        self.jobs = Jobs(settings, self.models)
        self.measures.watch_queues(self._waiting)

    async def start(self) -> None:
        """Open what needs opening; called once before the first request."""
        if self.settings.preload:
            self.models.load_soon()
        await self.jobs.start()

    async def stop(self) -> None:
        """Close it; called once after the last request."""
        await self.jobs.stop()
        await to_thread.run_sync(self.models.stop)

    def _waiting(self) -> dict[str, int]:
        return {worker.name: worker.waiting for worker in {served.worker for served in self.models}}


async def service_of(request: Request) -> Service:
    """The service behind a request: `Depends(service_of)`. FastAPI would give a plain function a thread."""
    app: FastAPI = request.app
    return app.state.service
