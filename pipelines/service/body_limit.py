"""Bodies are counted as they come, whatever their headers say of them."""

from __future__ import annotations

import asyncio
from typing import NoReturn

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import refusal

AT_ONCE = 8
"""Bodies of the largest size that may be here at a time; of smaller ones, as many as come to that."""


class BodyLimit:
    """ASGI middleware: 413 for bodies over the limit, 408 for slow ones, 400 where Content-Length lies.

    503 where all bodies that are here at a time come to more than `AT_ONCE` of the largest.
    The answer of the application is replaced as long as it has not begun.

    Args:
        most: bytes.
        timeout_s: seconds a whole body may take to arrive.
    """

    def __init__(self, app: ASGIApp, most: int, timeout_s: float) -> None:
        self.app, self.most, self.timeout_s = app, most, timeout_s
        self.held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _CountedBody(scope, receive, self)
        if body.refused is not None:
            await _refuse_body(body.refused)(scope, receive, send)
            return
        began = False

        async def send_unless_refused(message: Message) -> None:
            nonlocal began
            if body.refused is None or began:
                began = began or message["type"] == "http.response.start"
                await send(message)

        try:
            await self.app(scope, body.receive, send_unless_refused)
        except Exception:
            if body.refused is None or began:
                raise
        finally:
            self.held -= body.count
        if body.refused is not None and not began:
            await _refuse_body(body.refused)(scope, receive, send)


def _refuse_body(refused: tuple[int, str]) -> JSONResponse:
    status, sentence = refused
    headers = {"Connection": "close"}  # what is left of the body is not read
    return refusal(status, sentence, headers=headers | ({"Retry-After": "1"} if status == 503 else {}))


class _BodyRefused(Exception):
    """Ends the application's reading."""


class _CountedBody:
    """A body on its way, and why it is refused."""

    def __init__(self, scope: Scope, receive: Receive, limit: BodyLimit) -> None:
        self._receive, self._limit = receive, limit
        self.most, self.timeout_s = limit.most, limit.timeout_s
        self.count, self.ended = 0, False
        self.refused: tuple[int, str] | None = None
        self.declared: int | None = None
        self._until = asyncio.get_running_loop().time() + self.timeout_s
        said = dict(scope["headers"]).get(b"content-length")
        if said is not None:
            self._declare(said)

    def _declare(self, said: bytes) -> None:
        if not said.isdigit() or len(said) > 18:
            self.refused = (400, f"Content-Length {said[:40].decode('latin-1')!r} is not a number of bytes")
            return
        self.declared = int(said)
        if self.declared > self.most:
            self.refused = (413, f"the body has {self.declared:,} bytes; at most {self.most:,} are taken")

    async def receive(self) -> Message:
        """The next message, or an exception that ends the reading."""
        if self.ended:  # what follows the body is the end of the connection, which may take its time
            return await self._receive()
        rest = self._until - asyncio.get_running_loop().time()
        try:
            message = await asyncio.wait_for(self._receive(), max(rest, 0.001))
        except TimeoutError:
            self._refuse(408, f"the body did not arrive within {self.timeout_s:g} s")
        if message["type"] != "http.request":
            self.ended = True
            return message
        self.count += (more := len(message.get("body", b"")))
        self._limit.held += more
        self.ended = not message.get("more_body", False)
        if self.count > self.most:
            self._refuse(413, f"the body is larger than {self.most:,} bytes")
        if self._limit.held > AT_ONCE * self.most:
            self._refuse(503, "other requests fill the memory set apart for bodies; try again later")
        if self.declared is not None and (
            self.count > self.declared or (self.ended and self.count < self.declared)
        ):
            self._refuse(400, f"the body has {self.count:,} bytes, its Content-Length says {self.declared:,}")
        return message

    def _refuse(self, status: int, sentence: str) -> NoReturn:
        self.refused = (status, sentence)
        raise _BodyRefused(sentence)
