"""Slow heads: connections on which a request is begun and not gone on with are closed."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEAD_S = 20.0
"""Seconds from the opening of a connection, or the first byte of a further request, to the end of its head.
uvicorn itself waits for ever for the second half of a head; `BodyLimit` does not for that of a body."""


class HastyProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's protocol, with a limit on the time that the head of a request takes."""

    cycle: Any
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport

    _cut: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A client is there, and is expected to ask."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Some bytes of a head or body."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif not self.transport.is_closing():
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, whoever made it."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._cut is None:  # single bytes do not make it longer
            self._cut = self.loop.call_later(HEAD_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None
