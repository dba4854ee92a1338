"""A server from its first to its last moment: checked settings, an open port, uvicorn."""

from __future__ import annotations

import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import ValidationError

from ...shared.errors import InputError
from .access import LOOPBACK, is_loopback
from .app import create_app
from .settings import ServiceSettings
from .slow_heads import HastyProtocol

BACKLOG = 2048
GOODBYE_S = 10
"""Seconds that answers under way are given when the server is stopped."""
TURN_S = 1e-4
"""How long a thread of Python may keep the others waiting. A model's thread comes back from a torch operation
many times in a forecast: with Python's usual 5 ms it would wait for the event loop each time."""
REFUSED = {"models": "--model", "allowed_hosts": "--allowed-host"}


def listen(*, without_token: bool = False, **settings: Any) -> int:
    """Serve until told to stop; says the URL once the port is open.

    Args:
        without_token: an address that others reach may go without a token file.
        settings: fields of `ServiceSettings`.

    Raises:
        InputError: a setting is wrong, a model is not there, or the port cannot be had.
    """
    checked = checked_settings(without_token, settings)
    require_folder(checked.folder)
    app = create_app(checked)
    opened = open_port(checked.host, checked.port)
    say(f"{url_of(checked.host, opened)} - the API is described at /openapi.json; Ctrl-C stops")
    say(f"serving {', '.join(app.state.service.models.states())}")
    sys.setswitchinterval(TURN_S)
    config = uvicorn.Config(
        app, http=HastyProtocol, log_level="info", timeout_graceful_shutdown=GOODBYE_S, server_header=False
    )
    server = uvicorn.Server(config)
    server.run(sockets=[opened])
    return 0 if server.started else 1


def checked_settings(without_token: bool, given: dict[str, Any]) -> ServiceSettings:
    """The settings, when they make sense and do not open the server by oversight.

    Raises:
        InputError: they do not.
    """
    try:
        settings = ServiceSettings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        flag = REFUSED.get(field, "--" + field.replace("_", "-"))
        raise InputError(flag, f"{first['input']!r}: {first['msg']}") from None
    if is_loopback(settings.host):
        # Without a token, a name that someone else bent to this address must not reach the server.
        if settings.token_file is None and not settings.allowed_hosts:
            settings = settings.model_copy(update={"allowed_hosts": (*LOOPBACK, settings.host)})
    elif settings.token_file is None and not without_token:
        raise InputError(
            "--host",
            f"{settings.host} lets others reach the server, and there is no token",
            remedy="Give --token-file FILE, or --without-token if everyone may use it",
        )
    return settings


def require_folder(folder: Path) -> None:
    """Make the folder that jobs are kept in.

    Raises:
        InputError: it cannot be made, or not be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError("--folder", f"{folder} cannot be written to ({error.strerror})") from error


def open_port(host: str, port: int) -> socket.socket:
    """A bound socket.

    Raises:
        InputError: the address is not of this machine, or the port is taken or not allowed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen(BACKLOG)  # from here on nobody is turned away, however long the start takes
    except OSError as error:
        opened.close()
        flag = "--host" if isinstance(error, socket.gaierror) else "--port"
        reason = error.strerror or str(error)
        raise InputError(flag, f"{host}:{port} cannot be had ({reason})", remedy="Choose another") from error
    opened.set_inheritable(True)
    return opened


def url_of(host: str, opened: socket.socket) -> str:
    """Where the server is."""
    port = opened.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def say(line: str) -> None:
    """A line about the server itself, apart from what it logs."""
    print(f"fourfold: {line}", file=sys.stderr, flush=True)
