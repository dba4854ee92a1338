"""A real `fourfold serve` in a process of its own, and Debian's chromium in front of it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SHOTS = ROOT / "runs" / "page-shots"
"""Screenshots of the last run; git ignores it."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--enable-unsafe-swiftshader",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]
PATIENCE = 120_000
"""Milliseconds that a busy machine may take for one step."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser."""
    pytest.importorskip("playwright", reason="playwright is not installed: pip install --group dev")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator:
    """A headless browser. Open, it puts its thread inside an event loop, so no module may leave it open."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def shots() -> Path:
    """Folder of the screenshots."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    return SHOTS


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server with all shipped models and one run folder."""
    folder = tmp_path_factory.mktemp("page")
    _write_run(folder / "runs" / "first")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "fourfold.pipelines.cli", "serve", "--port", str(port)]
    command += ["--folder", str(folder / "service"), "--runs", str(folder / "runs")]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {"OMP_NUM_THREADS": "1"})
        try:
            _wait(f"http://127.0.0.1:{port}/readyz", server, folder / "log")
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(address: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the server does not answer:\n{log.read_text()[-3000:]}")


def _write_run(folder: Path) -> None:
    folder.mkdir(parents=True)
    lines = [
        f'{{"step": {step}, "train/loss": {3 / step}, "validation/loss": {3.2 / step}}}'
        for step in range(1, 60)
    ]
    (folder / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "config.json").write_text('{"pipeline": "forecast"}')
    (folder / "environment.json").write_text("{}")
    (folder / "report.html").write_text(
        "<!doctype html><title>Report</title><h1>Report of the first run</h1>"
    )


@pytest.fixture
def desk(browser, address, shots):
    """A page at desk width; whatever the browser complains of fails the test."""
    yield from _page(browser, address, viewport={"width": 1280, "height": 860}, color_scheme="light")


@pytest.fixture
def phone(browser, address):
    """The same on a phone in the dark."""
    screen = {"width": 360, "height": 740}
    yield from _page(browser, address, viewport=screen, color_scheme="dark", has_touch=True, is_mobile=True)


def _page(browser, address: str, **context) -> Iterator:
    running = browser.new_context(base_url=address, accept_downloads=True, **context)
    running.set_default_timeout(PATIENCE)
    page = running.new_page()
    complaints: list[str] = []
    page.complaints = complaints
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    # Chromium calls a stream of events aborted when it has ended.
    page.on(
        "requestfailed",
        lambda request: (
            complaints.append(f"{request.url}: {request.failure}") if "/v1/jobs/" not in request.url else None
        ),
    )
    yield page
    running.close()
    assert complaints == []


def pytest_terminal_summary(terminalreporter) -> None:
    """Say where the screenshots are."""
    if SHOTS.is_dir() and any(SHOTS.iterdir()):
        terminalreporter.write_line(f"screenshots of the page: {SHOTS}")
