"""How the service says no: every answer is a sentence with the fields of `InputError`."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ...shared.errors import InputError, InputErrors

UNPROCESSABLE = 422


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
        problems = error.problems if isinstance(error, InputErrors) else (error,)
        return refusal(UNPROCESSABLE, str(error), [problem.as_dict() for problem in problems])

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
        return refusal(error.status_code, str(error.detail), headers=dict(error.headers or {}))


def refusal(
    status: int,
    sentence: str,
    errors: list[dict[str, str | None]] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """The answer that every refusal has."""
    return JSONResponse({"detail": sentence, "errors": errors or []}, status, headers)


def _field(problem: dict) -> InputError:
    place = [str(step) for step in problem["loc"] if step not in ("body", "query", "path")]
    return InputError(".".join(place) or "request", str(problem["msg"]).removeprefix("Value error, "))
