"""What one running server holds: its settings and the models it serves."""

from __future__ import annotations

from fastapi import FastAPI, Request

from .settings import ServiceSettings


class Service:
    """State that the handlers share; kept as `app.state.service`."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings

    async def start(self) -> None:
        """Open what needs opening; called once before the first request."""

    async def stop(self) -> None:
        """Close it; called once after the last request."""


def service_of(request: Request) -> Service:
    """The service behind a request: `Depends(service_of)`."""
    app: FastAPI = request.app
    return app.state.service
