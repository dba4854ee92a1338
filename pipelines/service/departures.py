"""Departures: a client that goes away is not worked for any longer."""

from __future__ import annotations

import asyncio
import logging

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import CLIENT_LEFT, refusal

log = logging.getLogger("fourfold.service")


class Departures:
    """ASGI middleware that ends the handling of a request when its client has closed the connection.

    What waits in the queue of a model is then dropped before it begins; what has begun in the model's thread
    runs to its end, a stream to its next piece. Only POST is watched: nothing else takes long.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        handler = asyncio.current_task()
        assert handler is not None
        watch: asyncio.Task[None] | None = None
        began = answered = left = False

        async def watch_out() -> None:
            nonlocal left
            while (await receive())["type"] != "http.disconnect":
                pass
            if not answered:  # a server tells of the end of every request, also of one that is answered
                left = True
                handler.cancel()

        async def receive_and_watch() -> Message:
            nonlocal watch
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body") and watch is None:
                watch = asyncio.create_task(watch_out())
            return message

        async def send_and_note(message: Message) -> None:
            nonlocal began, answered
            began = began or message["type"] == "http.response.start"
            if message["type"] == "http.response.body" and not message.get("more_body"):
                answered = True
            await send(message)

        try:
            await self.app(scope, receive_and_watch, send_and_note)
        except asyncio.CancelledError:
            if not left:  # the server stops, and waits no longer
                if not began:
                    stopping = refusal(503, "the server is stopping", headers={"Retry-After": "5"})
                    await stopping(scope, receive, send)
                raise
            handler.uncancel()
            log.info("a client left before %s %s was answered", scope["method"], scope["path"])
            if not began:
                await Response(status_code=CLIENT_LEFT)(scope, receive, send)
        finally:
            if watch is not None:
                watch.cancel()
