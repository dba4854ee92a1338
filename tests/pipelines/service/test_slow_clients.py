"""Clients that leave, or begin and do not go on, over real connections."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fourfold.pipelines.service import slow_heads
from fourfold.pipelines.service.app import create_app
from fourfold.pipelines.service.served_models import FITTED_ON_REQUEST
from fourfold.pipelines.service.settings import ServiceSettings
from fourfold.pipelines.service.slow_heads import HastyProtocol

HEAD = b"POST /v1/forecast HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple]:
    """Service and port of a server that waits half a second for heads and one for bodies."""
    monkeypatch.setattr(slow_heads, "HEAD_S", 0.5)
    settings = ServiceSettings(
        preload=False, folder=tmp_path / "service", runs=tmp_path / "runs", timeout_s=1.5
    )
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, http=HastyProtocol, log_level="error", port=0))
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        opened.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
        thread.start()
        try:
            yield app.state.service, opened.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(20)


def closed_after(connection: socket.socket, drip: bytes = b"") -> tuple[float, bytes]:
    """Seconds until the server closed it, and what it said, while bytes drip in."""
    began, said = time.monotonic(), b""
    connection.settimeout(0.1)
    while time.monotonic() - began < 20:
        with contextlib.suppress(TimeoutError):
            part = connection.recv(4096)
            if not part:
                return time.monotonic() - began, said
            said += part
        with contextlib.suppress(OSError):
            connection.sendall(drip)
    raise AssertionError("the connection is still open")


@pytest.mark.parametrize(("start", "drip"), [(b"", b""), (b"GET /heal", b""), (HEAD, b"X")])
def test_heads_that_never_end_are_cut(running, start, drip):
    with socket.create_connection(("127.0.0.1", running[1])) as connection:
        connection.sendall(start)
        seconds, said = closed_after(connection, drip)
    assert said == b"" and seconds > 0.3


def test_a_second_head_is_cut_and_whole_ones_are_not(running):
    with socket.create_connection(("127.0.0.1", running[1])) as connection:
        for _ in range(3):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert _answer(connection).startswith(b"HTTP/1.1 200")
            time.sleep(0.3)  # less than a head may take, and all together more
        connection.sendall(b"GET /healthz HT")
        assert closed_after(connection)[1] == b""


def _answer(connection: socket.socket) -> bytes:
    """Head and body, which may come one after the other."""
    said = connection.recv(4096)
    while not said.endswith(b'{"status":"ok"}'):
        more = connection.recv(4096)
        assert more, f"closed after {said!r}"
        said += more
    return said


def test_bodies_that_never_come_are_refused_and_cut(running):
    with socket.create_connection(("127.0.0.1", running[1])) as connection:
        connection.sendall(HEAD + b'Content-Length: 1000\r\n\r\n{"model"')
        _, said = closed_after(connection)  # a byte that meets a closed door could take the answer with it
    assert said.startswith(b"HTTP/1.1 408") and b"did not arrive within 1.5 s" in said


def test_work_of_a_client_that_left_is_dropped_before_it_begins(running):
    service, port = running
    worker = service.models["seasonal-naive"].worker
    assert worker.name == FITTED_ON_REQUEST
    busy, go, begun = threading.Event(), threading.Event(), []
    worker._put(_task(lambda model: (busy.set(), go.wait(20))))
    assert busy.wait(20)
    data = {"ds": [f"2026-01-{day:02d}" for day in range(1, 29)], "y": [1.0 * day for day in range(28)]}
    body = json.dumps({"model": "seasonal-naive", "horizon": 2, "data": data}).encode()
    worker._observe = lambda size, seconds: begun.append(size)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        _until(lambda: worker.waiting == 1)
        waiting = worker._tasks[0]
    _until(waiting.answer.cancelled)
    go.set()
    _until(lambda: worker.waiting == 0 and len(begun) == 1)
    time.sleep(0.1)
    assert begun == [1], "only the work that kept the model busy"


def _task(work):
    from fourfold.pipelines.service.model_worker import Task

    return Task(work)


def _until(true) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
