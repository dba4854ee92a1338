"""kill -9 of a real server in the middle of a fine-tuning: the next one ends it with the same weights."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import httpx
import numpy as np
import pandas as pd
import pytest
from fourfold.pipelines.service.jobs.child_process import process_mark
from safetensors.numpy import load, load_file

HORIZON = 4
ALONE = {**os.environ, "OMP_NUM_THREADS": "1"}
pytestmark = pytest.mark.slow


def table() -> pd.DataFrame:
    """Five noisy daily seasons: some ten steps of training, with a checkpoint every one or two."""
    rng, hours = np.random.default_rng(0), np.arange(500)
    season = np.sin(2 * np.pi * hours / 24)
    times = pd.date_range("2026-01-01", periods=len(hours), freq="h")
    series = [
        pd.DataFrame({"unique_id": str(k), "ds": times, "y": season + rng.normal(0, 0.1, len(hours))})
        for k in range(5)
    ]
    return pd.concat(series)


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`fourfold serve` as a process of its own, and its address."""
    command = ["serve", "--port", "0", "--folder", str(folder), "--lazy"]
    with (folder.parent / "server.log").open("ab") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "fourfold.pipelines.cli", *command],
            stdout=log,
            stderr=subprocess.PIPE,
            cwd=folder.parent,
            env=ALONE,
        )
    assert server.stderr is not None
    try:
        yield server, address(server)
    finally:
        server.kill()
        server.wait()
        server.stderr.close()


def address(server: subprocess.Popen[bytes], patience: float = 120) -> str:
    """What the server says of itself once its port is open."""
    assert server.stderr is not None
    said, until = b"", time.monotonic() + patience
    while (found := re.search(rb"http://[\d.]+:\d+", said)) is None:
        ready, _, _ = select.select([server.stderr], [], [], 1.0)
        if ready:
            said += (line := os.read(server.stderr.fileno(), 65_536))
            assert line, said.decode()
        assert time.monotonic() < until, said.decode()
    return found[0].decode()


def job_of(client: httpx.Client, id: str) -> dict:
    answer = client.get(f"/v1/jobs/{id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_next_server_ends_the_job_with_the_same_weights(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    table().to_csv(data, index=False)
    folder = tmp_path / "service"
    asked = {"kind": "finetune", "model": "tempo-nano", "output": "mine", "horizon": HORIZON}
    with served(folder) as (server, url), httpx.Client(base_url=url, timeout=60) as client:
        with data.open("rb") as file:
            id = client.post(
                "/v1/jobs", data={"request": json.dumps(asked)}, files={"data": file}
            ).raise_for_status().json()["id"]  # fmt: skip
        checkpoints = folder / "jobs" / id / ".result.run" / "checkpoints"
        until = time.monotonic() + 240
        rounds = 0
        while not list(checkpoints.glob("step-*.safetensors")):
            rounds += 1  # the job is seldom asked for: the kill must not come late
            if rounds % 100 == 0:
                assert job_of(client, id)["status"] in ("queued", "running")
                assert time.monotonic() < until, "no checkpoint"
            time.sleep(0.02)
        marks = [mark for pid in children(server.pid) if (mark := process_mark(pid)) is not None]
        assert marks, "the job has a process of its own"
        server.send_signal(signal.SIGKILL)
        server.wait()
        until = time.monotonic() + 20
        while any(process_mark(int(mark.split()[0])) == mark for mark in marks):
            assert time.monotonic() < until, "the job's process lives on without its server"
            time.sleep(0.05)
    assert not (folder / "jobs" / id / "result").exists(), "killed in the middle"
    saved = max(int(path.stem.removeprefix("step-")) for path in checkpoints.glob("step-*.safetensors"))

    reference = tmp_path / "reference"
    # In a process of its own, as the job: what else a long test process did can move the last bit.
    flags = ["tempo-nano", str(data), "--horizon", str(HORIZON), "-o", str(reference)]
    command = [sys.executable, "-m", "fourfold.pipelines.cli", "finetune", *flags]
    subprocess.run(command, check=True, cwd=tmp_path, env=ALONE)

    with served(folder) as (_, url), httpx.Client(base_url=url, timeout=60) as client:
        until = time.monotonic() + 240
        while (job := job_of(client, id))["status"] in ("queued", "running"):
            assert time.monotonic() < until, job
            time.sleep(0.1)
        assert (job["status"], job["starts"]) == ("done", 2), job
        assert saved > 0
        archive = ZipFile(BytesIO(client.get(f"/v1/jobs/{id}/result").content))
        resumed, whole = (
            load(archive.read("mine/model.safetensors")),
            load_file(reference / "model.safetensors"),
        )
        assert resumed.keys() == whole.keys() and len(whole) > 10
        for name, values in whole.items():
            np.testing.assert_array_equal(resumed[name], values, err_msg=name)
        names = [model["name"] for model in client.get("/v1/models").json()["models"]]
        assert "mine" in names


def children(pid: int) -> list[int]:
    """Processes that this one started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(word) for task in tasks for word in task.read_text().split()]
