"""The FastAPI application: one object for uvicorn, for tests and for Ray Serve."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from ... import __version__
from .errors import answer_errors
from .service import Service
from .settings import ServiceSettings


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

    app = FastAPI(title="fourfold", version=__version__, lifespan=lifespan)
    app.state.service = service
    answer_errors(app)
    return app
