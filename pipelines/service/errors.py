"""How the service says no: every answer is a sentence with the fields of `InputError`."""

from __future__ import annotations

import json
import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from ...shared.errors import InputError, InputErrors
from ..settings_problems import input_error_of
from .plain_words import without_flags

UNPROCESSABLE = 422
CLIENT_LEFT = 499
"""What logs and measures say of a client that went away; nobody reads the answer."""
REASONS = {
    400: "The body is damaged, or not as long as its Content-Length says",
    401: "The token is missing or wrong",
    403: "A page of another site asks, or the host's name is not allowed",
    404: "There is none of this name",
    406: "No format of the answer is among those accepted",
    408: "The body takes too long to arrive",
    409: "It is not in a state that allows this",
    413: "The body is too large",
    415: "The body is of a type that is not read here",
    422: "The input is wrong: which field, where, what was expected, what to do",
    500: "A fault of the server",
    503: "Too much waits already; see Retry-After",
    504: "It takes longer than the server's limit",
}
log = logging.getLogger("fourfold.service")
MEMORY_RETRY_S = 30
EVERYWHERE = (400, 401, 403, 408, 413, 422, 500)


class Problem(BaseModel):
    """One mistake in the input."""

    field: str
    where: str | None
    problem: str
    expected: str | None
    remedy: str | None


class Refusal(BaseModel):
    """What every answer with a status of 400 or more says."""

    detail: str
    """One or more sentences for people."""
    errors: list[Problem]
    """The same by field, where the input is wrong."""


def refusals(*further: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route for the OpenAPI document: the statuses that any may have, and further ones."""
    return {
        status: {"model": Refusal, "description": REASONS[status]}
        for status in sorted({*EVERYWHERE, *further})
    }


class ServiceError(Exception):
    """A refusal that is not about the content of the input: too large, too busy, too slow, not known.

    Args:
        status: HTTP status.
        problem: the sentence.
        retry_after: seconds after which another try makes sense.
    """

    def __init__(self, status: int, problem: str, *, retry_after: int | None = None) -> None:
        super().__init__(problem)
        self.status, self.problem, self.retry_after = status, problem, retry_after


def answer_errors(app: FastAPI) -> None:
    """Turn what the handlers raise into answers; bodies are `{"detail": sentence, "errors": [fields]}`."""

    @app.exception_handler(InputError)
    async def refuse_input(request: Request, error: InputError) -> JSONResponse:
        found = error.problems if isinstance(error, InputErrors) else (error,)
        problems = [without_flags(problem) for problem in found]
        sentences = "\n".join(str(problem) for problem in problems)
        return refusal(UNPROCESSABLE, sentences, [problem.as_dict() for problem in problems])

    @app.exception_handler(RequestValidationError)
    async def refuse_form(request: Request, error: RequestValidationError) -> JSONResponse:
        problems = [_field(problem) for problem in error.errors()]
        return refusal(UNPROCESSABLE, "\n".join(str(problem) for problem in problems),
                       [problem.as_dict() for problem in problems])  # fmt: skip

    @app.exception_handler(ServiceError)
    async def refuse_service(request: Request, error: ServiceError) -> JSONResponse:
        headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        return refusal(error.status, error.problem, headers=headers)

    @app.exception_handler(HTTPException)
    async def refuse_http(request: Request, error: HTTPException) -> JSONResponse:
        sentence, headers = str(error.detail), dict(error.headers or {})
        if (error.status_code, sentence) == (404, "Not Found"):
            sentence = f"there is nothing at {request.url.path[:80]}; /openapi.json says what there is"
        elif error.status_code == 405:
            allowed = headers.get("Allow", "other methods")
            sentence = f"{request.method[:20]} is not answered at {request.url.path[:80]}, only {allowed}"
        return refusal(error.status_code, sentence, headers=headers)

    @app.exception_handler(ClientDisconnect)
    async def note_departure(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=CLIENT_LEFT)

    @app.exception_handler(MemoryError)
    async def refuse_for_memory(request: Request, error: MemoryError) -> JSONResponse:
        log.warning("too little memory for %s %s: %s", request.method, request.url.path, error)
        sentence = "the machine has too little memory for this now; try again later, or ask for less"
        return refusal(503, sentence, headers={"Retry-After": str(MEMORY_RETRY_S)})

    @app.exception_handler(Exception)
    async def confess(request: Request, error: Exception) -> JSONResponse:
        # Starlette raises it again after the answer, so that it stands in the server's log.
        return refusal(500, "internal error; the server's log says more")


def refusal(
    status: int,
    sentence: str,
    errors: list[dict[str, str | None]] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """The answer that every refusal has."""
    return _AsciiAnswer({"detail": sentence, "errors": errors or []}, status, headers)


class _AsciiAnswer(JSONResponse):
    """JSON in ASCII: halves of characters, which a client's own JSON can bring, have no other bytes."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content).encode("ascii")


def _field(problem: dict[str, Any]) -> InputError:
    place = [str(step) for step in problem["loc"] if step not in ("body", "query", "path", "header")]
    return input_error_of(problem, field=".".join(place) or "request")
