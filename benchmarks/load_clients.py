"""Many HTTP clients in one lean process, for benchmarks of a server on the same machine.

Each keeps one connection, posts the same body again and again and waits for each answer. Nothing but the
status, the length and the time of an answer is looked at while the clock runs: what clients do besides is
taken from the server they measure. Run as a process of its own: `python -m benchmarks.load_clients JOB`,
where JOB is a JSON file with host, port, path, type, seconds, bodies and the file for the result.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Seen:
    """What all clients saw."""

    until: float
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    answers: list[Counter[str]] = field(default_factory=list)
    """By client: distinct bodies of status 200, and how often each came."""
    others: list[str] = field(default_factory=list)
    """Bodies of statuses besides 200 and 503."""


class LoadClient(asyncio.Protocol):
    """One connection that asks as soon as it is answered."""

    def __init__(self, number: int, request: bytes, seen: Seen) -> None:
        self.number, self.request, self.seen = number, request, seen
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answer = bytearray()
        self._whole = -1
        self._began = 0.0

    def connection_made(self, transport: Any) -> None:
        """Ask for the first time."""
        self._transport = transport
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, whoever made it."""
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        """Collect an answer; its length stands in its head."""
        self._answer += data
        if self._whole < 0 and (head := self._answer.find(b"\r\n\r\n")) >= 0:
            self._head = bytes(self._answer[:head]).lower()
            length = self._head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._body, self._whole = head + 4, head + 4 + int(length)
        if 0 <= self._whole <= len(self._answer):
            self._answered()

    def _ask(self) -> None:
        if time.perf_counter() >= self.seen.until:
            self.ended.set_result(None)
            self._transport.close()
            return
        self._answer.clear()
        self._whole, self._began = -1, time.perf_counter()
        self._transport.write(self.request)

    def _answered(self) -> None:
        status, text, wait = int(self._head[9:12]), self._answer[self._body :].decode(), 0.0
        self.seen.statuses[status] += 1
        if status == 200:
            self.seen.seconds.append(time.perf_counter() - self._began)
            self.seen.answers[self.number][text] += 1
        elif status == 503:
            wait = float(self._head.partition(b"retry-after:")[2].partition(b"\r\n")[0])
        else:
            self.seen.others.append(text[:500])
        asyncio.get_running_loop().call_later(wait, self._ask) if wait else self._ask()


async def ask(job: dict[str, Any]) -> dict[str, Any]:
    """Let all clients ask for so many seconds; what they saw."""
    loop, cpu = asyncio.get_running_loop(), time.process_time()
    began = time.perf_counter()
    seen = Seen(began + job["seconds"], answers=[Counter() for _ in job["bodies"]])
    clients = []
    for number, text in enumerate(job["bodies"]):
        body = text.encode()
        head = f"POST {job['path']} HTTP/1.1\r\nHost: {job['host']}:{job['port']}\r\n"
        head += f"Content-Type: {job['type']}\r\nContent-Length: {len(body)}\r\n\r\n"
        client = LoadClient(number, head.encode() + body, seen)
        await loop.create_connection(lambda client=client: client, job["host"], job["port"])
        clients.append(client)
    await asyncio.gather(*(client.ended for client in clients))
    return {
        "wall": time.perf_counter() - began,
        "clients_cpu": time.process_time() - cpu,
        "statuses": dict(seen.statuses),
        "seconds": seen.seconds,
        "answers": [list(texts) for texts in seen.answers],
        "others": seen.others,
    }


def do_job() -> None:
    """Read the job, do it, write what was seen."""
    job = json.loads(Path(sys.argv[1]).read_text())
    Path(job["result"]).write_text(json.dumps(asyncio.run(ask(job))))


if __name__ == "__main__":
    do_job()
