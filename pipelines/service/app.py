"""The FastAPI application: one object for uvicorn, for tests and for Ray Serve."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from ... import __version__
from . import decomposition_routes, health, model_routes, run_browser
from .access import BearerToken, OwnPages, read_token
from .body_limit import BodyLimit
from .departures import Departures
from .errors import answer_errors
from .forecasting import routes as forecast_routes
from .generation import routes as generation_routes
from .jobs import routes as job_routes
from .measures import Measuring
from .page_routes import mount_page
from .service import Service
from .settings import ServiceSettings
from .synthesis import routes as synthesis_routes

SUMMARY = "Forecasts, speech and crystals from the models of this server."


def create_app(settings: ServiceSettings | None = None) -> FastAPI:
    """The application; its models load when it starts."""
    service = Service(settings or ServiceSettings())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await service.start()
        try:
            yield
        finally:
            await service.stop()

    # The usual pages of documentation fetch scripts from elsewhere; the document itself is at /openapi.json.
    app = FastAPI(
        title="fourfold",
        version=__version__,
        summary=SUMMARY,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    answer_errors(app)
    _guard(app, service)
    for area in (
        health,
        model_routes,
        forecast_routes,
        decomposition_routes,
        synthesis_routes,
        generation_routes,
        job_routes,
        run_browser,
    ):
        app.include_router(area.router)
    app.include_router(job_routes.finetuning)
    mount_page(app)
    return app


def _guard(app: FastAPI, service: Service) -> None:
    """What every request passes, from the last line to the first."""
    settings = service.settings
    app.add_middleware(Departures)
    app.add_middleware(BodyLimit, most=int(settings.max_body_mb * 1e6), timeout_s=settings.timeout_s)
    if settings.token_file is not None:
        service.token = read_token(settings.token_file)
        app.add_middleware(BearerToken, token=service.token)
    app.add_middleware(OwnPages, hosts=settings.allowed_hosts)
    app.add_middleware(Measuring, measures=service.measures)
