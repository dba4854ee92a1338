"""The wire to a service: requests out, answers in, refusals as the exceptions that they were there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from ... import __version__
from ...shared.errors import InputError, InputErrors, note
from ..service.errors import UNPROCESSABLE, ServiceError

UNREACHED, LATE = 503, 504
_LONGEST = 500
"""Characters of an answer that is none of the service's own."""


class Connection:
    """One service.

    Args:
        url: where it is, such as "http://127.0.0.1:8000".
        token: its bearer token, where it has one.
        timeout: seconds that an answer may take to begin, and each piece of it to come.

    Raises:
        InputError: `url` is no http or https address.
    """

    def __init__(self, url: str, token: str | None = None, timeout: float = 300.0) -> None:
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, TypeError) as error:
            raise _no_address(url) from error
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise _no_address(url)
        self.url = str(url).rstrip("/")
        headers = {"User-Agent": f"fourfold/{__version__}"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.Client(base_url=self.url, headers=headers, timeout=timeout)

    def close(self) -> None:
        """Close open connections."""
        self._http.close()

    def request(self, method: str, path: str, **content: Any) -> httpx.Response:
        """The whole answer; notes about the input become warnings as they would locally.

        Raises:
            InputError: the service refused the input.
            ServiceError: it refused for another reason, was too slow, or cannot be reached.
        """
        with self.stream(method, path, **content) as answer:
            try:
                answer.read()
            except httpx.HTTPError as error:
                raise self._lost(error) from error
            _tell_notes(answer)
            return answer

    def json(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """The answer of a route that answers JSON."""
        answer = self.request(method, path, **content)
        try:
            document = answer.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            problem = f"{self.url} is no fourfold service: it answered {answer.text[:60]!r}"
            raise ServiceError(502, problem)
        return document

    @contextmanager
    def stream(self, method: str, path: str, **content: Any) -> Iterator[httpx.Response]:
        """An answer that is read piece by piece; raises as `request`."""
        request = self._http.build_request(method, path, **content)
        try:
            answer = self._http.send(request, stream=True)
        except httpx.HTTPError as error:
            raise self._lost(error) from error
        try:
            if answer.status_code >= 400:
                raise _refusal(answer)
            yield answer
        finally:
            answer.close()

    def _lost(self, error: httpx.HTTPError) -> ServiceError:
        if isinstance(error, httpx.TimeoutException):
            return ServiceError(LATE, f"{self.url} did not answer in time; give Client a longer timeout")
        return ServiceError(UNREACHED, f"{self.url} cannot be reached ({error or type(error).__name__})")


def _no_address(url: object) -> InputError:
    return InputError("url", f"{url!r} is no address", expected="such as http://127.0.0.1:8000")


def _refusal(answer: httpx.Response) -> InputError | ServiceError:
    """What the service raised, with the same sentence."""
    try:
        answer.read()
        document = answer.json()
        detail, fields = str(document["detail"]), document.get("errors", [])
        problems = [InputError.from_dict(facts) for facts in fields]
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError):
        said = answer.text[:_LONGEST] if answer.is_stream_consumed else ""
        return ServiceError(answer.status_code, f"{answer.reason_phrase}: {said}".rstrip(": "))
    if answer.status_code == UNPROCESSABLE and problems:
        return problems[0] if len(problems) == 1 else InputErrors(problems)
    retry = answer.headers.get("retry-after", "")
    return ServiceError(answer.status_code, detail, retry_after=int(retry) if retry.isdigit() else None)


def _tell_notes(answer: httpx.Response) -> None:
    try:
        notes = json.loads(answer.headers.get("x-notes", "[]"))
    except ValueError:
        return
    for told in notes if isinstance(notes, list) else []:
        note(str(told))
