"""The service under Ray Serve: `serve run fourfold.pipelines.ray_service:app replicas=2`.

Every replica is the application of `fourfold serve`, with models, queues and batches of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError, field_validator

from ..shared.errors import InputError, InputErrors
from .service.settings import ServiceSettings
from .settings_problems import input_error_of

if TYPE_CHECKING:
    from fastapi import FastAPI

NAME = "fourfold"
ONGOING = 1_000
"""Requests that Ray hands to one replica at a time; the replica's own queues are what limits them."""


class RaySettings(ServiceSettings):
    """The settings of `fourfold serve`, and how many of it there are.

    `host` and `port` are Ray's: `serve start --http-host --http-port`.
    """

    replicas: int = Field(default=1, ge=1)
    """Processes that answer, on any machines of the cluster."""
    cpus: float = Field(default=1.0, gt=0)
    """Cores that Ray keeps for each."""

    @field_validator("models", "allowed_hosts", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """The command line gives text: names with commas between them."""
        return tuple(name.strip() for name in value.split(",")) if isinstance(value, str) else value


def app(arguments: dict[str, Any]) -> Any:
    """The application for Ray Serve (a `ray.serve.Application`).

    Args:
        arguments: fields of `RaySettings`; on the command line `name=value`.

    Raises:
        InputError: a setting is not known or wrong, or ray is not installed.
    """
    settings = _settings(arguments)
    try:
        from ray import serve  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise InputError("ray", "is not installed", remedy="pip install 'fourfold[ray]'") from error
    own = ServiceSettings(**settings.model_dump(exclude={"replicas", "cpus"}))

    def build() -> FastAPI:
        """Called in each replica: models and queues do not travel."""
        return _created(own)

    deployment = serve.deployment(serve.ingress(build)()).options(
        name=NAME,
        num_replicas=settings.replicas,
        max_ongoing_requests=ONGOING,
        ray_actor_options={"num_cpus": settings.cpus},
        graceful_shutdown_timeout_s=30,
    )
    return deployment.bind()


def _created(settings: ServiceSettings) -> FastAPI:
    from .service.app import create_app

    return create_app(settings)


def _settings(arguments: dict[str, Any]) -> RaySettings:
    try:
        settings = RaySettings.model_validate(arguments)
    except ValidationError as error:
        raise InputErrors([input_error_of(detail) for detail in error.errors()]) from None
    # Replicas start in folders of Ray's.
    paths = {"folder": settings.folder.absolute(), "runs": settings.runs.absolute()}
    if settings.token_file is not None:
        paths["token_file"] = settings.token_file.absolute()
    return settings.model_copy(update=paths)
