"""Measures: what Prometheus may know of a running server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Measures:
    """Counts and times of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        here = self.registry
        self.requests = Counter("fourfold_requests", "Answers.", ("route", "method", "status"), registry=here)
        self.seconds = Histogram(
            "fourfold_request_seconds", "Seconds to the end.", ("route",), buckets=SECONDS, registry=here
        )
        self.present = Gauge("fourfold_requests_present", "Requests that are being answered.", registry=here)
        self.batches = Histogram(
            "fourfold_batch_size", "Requests answered at once.", ("model",), buckets=SIZES, registry=here
        )
        self.work = Counter("fourfold_model_seconds", "Seconds a model worked.", ("model",), registry=here)

    def observe_work(self, model: str, size: int, seconds: float) -> None:
        """Note that a model answered `size` requests at once."""
        self.batches.labels(model).observe(size)
        self.work.labels(model).inc(seconds)

    def watch_queues(self, lengths: Callable[[], dict[str, int]]) -> None:
        """Tell, whenever asked, how much waits for each model."""
        self.registry.register(_Queues(lengths))

    def text(self) -> bytes:
        """Everything, in the Prometheus text format."""
        return generate_latest(self.registry)


class _Queues:
    def __init__(self, lengths: Callable[[], dict[str, int]]) -> None:
        self.lengths = lengths

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """One gauge with a sample a model."""
        family = GaugeMetricFamily("fourfold_queue", "Requests that wait for a model.", labels=("model",))
        for model, length in self.lengths().items():
            family.add_metric((model,), length)
        yield family


class Measuring:
    """ASGI middleware that counts and times every answer under the pattern of its route."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self.app, self.measures = app, measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, began = "500", time.perf_counter()

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        with self.measures.present.track_inprogress():
            try:
                await self.app(scope, receive, send_noting_status)
            finally:
                route = _route(scope)
                self.measures.requests.labels(route, _method(scope), status).inc()
                self.measures.seconds.labels(route).observe(time.perf_counter() - began)


def _route(scope: Scope) -> str:
    """Patterns, not paths: what clients make up must not become labels."""
    pattern = getattr(scope.get("route"), "path", None)
    return str(pattern) if pattern else "other"


def _method(scope: Scope) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return scope["method"] if scope["method"] in known else "other"
