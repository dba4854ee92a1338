"""Forecasts over HTTP: 64 clients at once, with requests answered in batches and one by one.

Two servers run as child processes of their own: one batches up to 64 requests, one answers each by itself
(`--max-batch 1`). Both are asked in turns, in rounds of equal length, so that a busy machine hits them alike;
each is asked for a minute in all. 64 clients (`benchmarks.load_clients`, a lean process) send one
series each, a week of hours, and ask tempo-zero for the next day with an 80 % interval, as fast as they are
answered. The throughput of each round is kept, too: a round is as long as the machine's load may change in.

Every answer is compared with `Forecaster.predict` on the same series. An answer with another status than 200
or 503 ends the benchmark. What batching does for the model itself is measured apart, at its worker, without
HTTP and tables: 64 tasks, the same series. Run: `python -m benchmarks.service_load [--seconds 60]`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measure import interleave, one_thread, ratio_summary, write_result

one_thread()

import httpx  # noqa: E402 - after one_thread, which thread pools read at import
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

MODEL, HISTORY, HORIZON, LEVEL = "tempo-zero", 168, 24, 80
ROUNDS = 3
TARGET = "no status but 200 and 503; answers equal to the local class to 1e-6; batching at least 3x"


@dataclass
class Server:
    """A server in a process of its own."""

    process: subprocess.Popen
    url: str

    @classmethod
    def start(cls, *flags: str) -> Server:
        """Begin one on a free port and wait until its model is loaded."""
        program = "from fourfold.pipelines.cli import main; import sys; sys.exit(main())"
        folder = tempfile.mkdtemp(prefix="service-load-")
        usual = ["--model", MODEL, "--port", "0", "--folder", folder, "--runs", folder]
        command = [sys.executable, "-c", program, "serve", *usual, *flags]
        log = (Path(folder) / "log").open("w+")
        process = subprocess.Popen(command, stdout=log, stderr=log)
        while not (found := re.search(r"http://\S+:\d+", (Path(folder) / "log").read_text())):
            if process.poll() is not None:
                raise SystemExit((Path(folder) / "log").read_text())
            time.sleep(0.1)
        server = cls(process, found[0])
        while httpx.get(f"{server.url}/readyz", timeout=120).status_code != 200:
            time.sleep(0.2)
        return server

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)

    def metric(self, name: str) -> float:
        """One number out of /metrics."""
        text = httpx.get(f"{self.url}/metrics", timeout=60).text
        return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)[1])  # type: ignore[index]


@dataclass
class Tally:
    """What one server answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    """Number of the client, and every answer to it that differs from the others."""
    rates: list[float] = field(default_factory=list)
    """Answers a second of each round."""
    wall: float = 0.0
    processor: float = 0.0
    clients_processor: float = 0.0

    def summary(self) -> dict[str, Any]:
        """Figures of all rounds together."""
        p50, p95, p99 = np.percentile(self.seconds, [50, 95, 99])
        answered = self.statuses[200]
        return {
            "requests": sum(self.statuses.values()),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "seconds": round(self.wall, 1),
            "requests_per_second": round(answered / self.wall, 1),
            "requests_per_second_by_round": self.rates,
            "latency_ms": {"p50": round(1e3 * p50), "p95": round(1e3 * p95), "p99": round(1e3 * p99)},
            "server_cpu_ms_per_request": round(1e3 * self.processor / max(answered, 1), 2),
            "clients_cpu_ms_per_request": round(1e3 * self.clients_processor / max(answered, 1), 2),
        }


def series(client: int) -> pd.DataFrame:
    """A week of hours with a day in it; every client has its own."""
    rng, hours = np.random.default_rng(client), np.arange(HISTORY)
    values = 50 + 10 * np.sin(2 * np.pi * (hours - client) / 24) + rng.normal(0, 1, HISTORY)
    times = pd.date_range("2026-03-01", periods=HISTORY, freq="h")
    return pd.DataFrame({"unique_id": f"client-{client}", "ds": times, "y": values.round(3)})


def body(client: int) -> bytes:
    """The request of one client."""
    frame = series(client)
    data = frame.assign(ds=frame["ds"].astype(str)).to_dict("list")
    return json.dumps({"model": MODEL, "horizon": HORIZON, "levels": [LEVEL], "data": data}).encode()


def one_round(server: Server, clients: int, seconds: float, tally: Tally) -> None:
    """All clients at once for so long."""
    cpu = server.metric("process_cpu_seconds_total")
    with tempfile.TemporaryDirectory(prefix="service-load-") as folder:
        job, result = Path(folder) / "job.json", Path(folder) / "result.json"
        bodies = [body(number).decode() for number in range(clients)]
        host, port = server.url.removeprefix("http://").split(":")
        where = {"host": host, "port": int(port), "path": "/v1/forecast", "type": "application/json"}
        job.write_text(json.dumps({**where, "seconds": seconds, "bodies": bodies, "result": str(result)}))
        subprocess.run([sys.executable, "-m", "benchmarks.load_clients", str(job)], check=True)
        seen = json.loads(result.read_text())
    if seen["others"]:
        raise SystemExit(f"an answer besides 200 and 503: {seen['others'][0]}")
    answered = len(seen["seconds"])
    tally.statuses.update({int(status): count for status, count in seen["statuses"].items()})
    tally.seconds += seen["seconds"]
    tally.answers += [(n, text) for n, texts in enumerate(seen["answers"]) for text in texts]
    tally.wall += seen["wall"]
    tally.clients_processor += seen["clients_cpu"]
    tally.rates.append(round(answered / seen["wall"], 1))
    tally.processor += server.metric("process_cpu_seconds_total") - cpu


def batches(server: Server) -> tuple[float, float]:
    """Requests answered, and calls of the model that answered them."""
    name = 'fourfold_batch_size_{}{{model="' + MODEL + '"}}'
    return server.metric(name.format("sum")), server.metric(name.format("count"))


def mean_batch(server: Server, before: tuple[float, float]) -> float:
    """Requests in a batch since then."""
    requests, calls = batches(server)
    return (requests - before[0]) / max(calls - before[1], 1)


def largest_difference(answers: list[tuple[int, str]], clients: int) -> float:
    """Relative to the local class's value, over all answers."""
    from fourfold.domains.timeseries.forecaster import Forecaster

    forecaster = Forecaster.load(MODEL)
    wanted = {
        number: forecaster.predict(series(number), HORIZON, levels=(LEVEL,)).to_long().iloc[:, 2:].to_numpy()
        for number in range(clients)
    }
    largest = 0.0
    for number, content in answers:
        told = json.loads(content)
        values = np.array([told["data"][name] for name in told["columns"][2:]]).T
        largest = max(largest, float(np.max(np.abs(values - wanted[number]) / np.abs(wanted[number]))))
    return largest


def at_the_worker(clients: int, repeats: int = 5) -> dict[str, Any]:
    """Forecasts a second of one worker with the tables read already, in batches and one by one, in turns."""
    from fourfold.domains.timeseries.forecaster import Forecaster
    from fourfold.pipelines.service.forecasting.answering import together
    from fourfold.pipelines.service.model_worker import ModelWorker

    forecaster = Forecaster.load(MODEL)
    plans = [forecaster.plan(series(number), HORIZON, levels=(LEVEL,)) for number in range(clients)]

    async def all_of(worker: ModelWorker) -> None:
        await asyncio.gather(*(worker.run_together(plan.alike, plan, together) for plan in plans))

    workers = {
        "ours": ModelWorker(MODEL, lambda: forecaster, window_s=0.005, max_batch=64),
        "peer": ModelWorker(MODEL, lambda: forecaster, max_batch=1),
    }
    calls = {name: lambda worker=worker: asyncio.run(all_of(worker)) for name, worker in workers.items()}
    summary = ratio_summary(interleave(calls, repeats))
    for worker in workers.values():
        worker.stop()
    return {
        "speedup": summary["speedup"],
        "forecasts_per_second": {
            "batches": round(clients / summary["ours_seconds"]["median"], 1),
            "one_by_one": round(clients / summary["peer_seconds"]["median"], 1),
        },
        "rounds": summary["rounds"],
    }


def main() -> None:
    """Measure, print, write the result."""
    flags = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    flags.add_argument("--seconds", type=float, default=60.0)
    flags.add_argument("--clients", type=int, default=64)
    given = flags.parse_args()
    servers = {"batches": Server.start(), "one_by_one": Server.start("--max-batch", "1")}
    tallies = {name: Tally() for name in servers}
    load = os.getloadavg()[0]
    try:
        for server in servers.values():  # libraries and kernels are warm when the clock starts
            one_round(server, given.clients, 3, Tally())
        before = batches(servers["batches"])
        for number in range(ROUNDS):
            names = list(servers) if number % 2 == 0 else list(servers)[::-1]
            for name in names:
                one_round(servers[name], given.clients, given.seconds / ROUNDS, tallies[name])
        size = mean_batch(servers["batches"], before)
    finally:
        for server in servers.values():
            server.stop()
    summaries = {name: tally.summary() for name, tally in tallies.items()}
    rates = {name: summary["requests_per_second"] for name, summary in summaries.items()}
    result = {
        "target": TARGET,
        "clients": given.clients,
        "request": f"{MODEL}, one series of {HISTORY} hours, {HORIZON} steps, one interval",
        "load_before": round(load, 1),
        "speedup_over_http": round(rates["batches"] / rates["one_by_one"], 2),
        "mean_batch": round(size, 1),
        "largest_relative_difference": max(
            largest_difference(tally.answers, given.clients) for tally in tallies.values()
        ),
        **summaries,
        "at_the_worker": at_the_worker(given.clients),
    }
    write_result("service_load", result, ("fastapi", "uvicorn", "httpx"))
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
