"""Who may ask: holders of the token, and pages of this server."""

from __future__ import annotations

import hmac
import ipaddress
import time
from collections.abc import Collection
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from ...shared.errors import InputError
from .errors import refusal

FREE = ("/healthz", "/readyz", "/")
"""Asked without token: health checks, and the page, which holds nothing and then asks for the token."""
FREE_BELOW = "/page/"
LEAST_TOKEN = 16
LINK_S = 60
MOST_QUERY = 1_000
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return host in LOOPBACK or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_token(file: Path) -> str:
    """The first line of a token file.

    Raises:
        InputError: it cannot be read, or holds nothing that could be a token.
    """
    try:
        token = file.read_text(encoding="utf-8").split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not text"
        raise InputError("--token-file", f"{file} cannot be read ({reason})") from error
    if len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise InputError(
            "--token-file",
            f"{file} holds no token in its first line",
            expected=f"at least {LEAST_TOKEN} letters and digits",
            remedy='Write one: python -c "import secrets; print(secrets.token_urlsafe(32))"',
        )
    return token


def ticket_for(path: str, token: str, now: float) -> str:
    """A query that opens a path, and nothing else, for `LINK_S` seconds without the token."""
    until = int(now) + LINK_S
    return f"until={until}&ticket={_ticket(path, until, token.encode())}"


def _ticket(path: str, until: int, token: bytes) -> str:
    return hmac.new(token, f"{until} {path}".encode(), "sha256").hexdigest()


class BearerToken:
    """ASGI middleware: 401 without `Authorization: Bearer TOKEN`, but for what is free, and signed links."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app, self._token = app, token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._lets_in(scope):
            await self.app(scope, receive, send)
            return
        sentence = "a token is needed: send the header Authorization: Bearer TOKEN"
        await refusal(401, sentence, headers={"WWW-Authenticate": "Bearer"})(scope, receive, send)

    def _lets_in(self, scope: Scope) -> bool:
        return self._is_free(scope) or self._is_right(scope) or self._is_linked(scope)

    def _is_linked(self, scope: Scope) -> bool:
        said = dict(parse_qsl(scope["query_string"].decode("latin-1")[:MOST_QUERY]))
        until, ticket = said.get("until", ""), said.get("ticket", "").encode()
        if scope["method"] != "GET" or not (until.isascii() and until.isdigit() and len(until) < 13):
            return False
        right = _ticket(scope["path"], int(until), self._token).encode()
        return hmac.compare_digest(ticket, right) and time.time() <= int(until)

    @staticmethod
    def _is_free(scope: Scope) -> bool:
        path = scope["path"]
        return scope["method"] in ("GET", "HEAD") and (path in FREE or path.startswith(FREE_BELOW))

    def _is_right(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        scheme, _, token = (given[0] if len(given) == 1 else b"").partition(b" ")
        # The comparison takes as long for a token that is almost right.
        return hmac.compare_digest(token.strip(), self._token) and scheme.lower() == b"bearer"


class OwnPages:
    """ASGI middleware: 403 for requests that a page of another site makes in someone's browser.

    A server on the loopback address is within reach of every page its user opens. Their requests carry an
    Origin that is not ours, or, where a name was bent to point here, a Host that is not ours.

    Args:
        hosts: names under which the server may be asked; empty: any.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self.app, self.hosts = app, frozenset(name.lower() for name in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1").lower() for name, value in scope.get("headers", [])}
        host, origin = headers.get(b"host", ""), headers.get(b"origin")
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif self.hosts and _name_of(host) not in self.hosts:
            sentence = f"this server is not called {_name_of(host)[:80]!r}; see --allowed-host"
            await refusal(403, sentence)(scope, receive, send)
        elif origin is not None and origin.partition("://")[2] != host:
            sentence = f"pages of {origin[:80]!r} may not use this server"
            await refusal(403, sentence)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _name_of(host: str) -> str:
    """Without port: "[::1]:8000" -> "::1"."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
