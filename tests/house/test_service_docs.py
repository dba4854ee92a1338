"""docs/service.md is a promise: the server starts as it says, and every curl line is answered."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pandas as pd
import pytest
import soundfile
from written_pages import ROOT, Desk, blocks, commands

PAGE = (ROOT / "docs" / "service.md").read_text()
USUAL = "http://127.0.0.1:8000"
PROGRAM = "from fourfold.pipelines.cli import main; import sys; sys.exit(main())"


@pytest.fixture(scope="module")
def url(desk: Desk) -> Iterator[str]:
    """Of a server that was started by the page's first command, on a free port."""
    line = shlex.split(commands(PAGE)[0])
    command = [sys.executable, "-c", PROGRAM, *line[1:], "--port", "0"]
    with (desk.folder / "serve.log").open("w") as log:
        server = subprocess.Popen(command, cwd=desk.folder, stdout=log, stderr=log)
    try:
        while not (said := re.search(r"http://[\d.]+:\d+", (desk.folder / "serve.log").read_text())):
            assert server.poll() is None, (desk.folder / "serve.log").read_text()
            time.sleep(0.1)
        yield said[0]
    finally:
        server.terminate()
        assert server.wait(30) in (0, -15)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl(desk: Desk, url: str) -> None:
    lines = [line for block in blocks(PAGE, "console") for line in block.splitlines() if "curl" in line]
    assert len(lines) >= 10
    wait_until_ready(url)
    for line in lines:
        asked = ["bash", "-c", line.replace(USUAL, url)]
        done = subprocess.run(asked, cwd=desk.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    forecast = pd.read_csv(desk.folder / "forecast.csv")
    assert forecast.groupby("unique_id").size().to_dict() == {"north": 28, "south": 28}
    assert len(json.loads((desk.folder / "crystals.json").read_text())["crystals"]) == 2
    assert soundfile.info(desk.folder / "higher.wav").samplerate == 16_000


@pytest.mark.slow
def test_python(desk: Desk, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.folder)
    wait_until_ready(url)
    names: dict[str, object] = {}
    for block in blocks(PAGE, "python"):
        exec(compile(block.replace(USUAL, url), "service.md", "exec"), names)


def wait_until_ready(url: str) -> None:
    while True:
        try:
            with urllib.request.urlopen(f"{url}/readyz") as answer:
                assert answer.status == 200
                return
        except urllib.error.HTTPError as error:
            assert error.code == 503, error.read()
            time.sleep(0.3)


def test_flags_and_usual_values_are_those_of_the_command() -> None:
    from dataclasses import fields

    from fourfold.pipelines.commands.serve import ServiceLimits

    table = PAGE.split("## Limits")[1].split("##")[0]
    for field in fields(ServiceLimits):
        assert f"--{field.name.replace('_', '-')}" in table, field.name
        assert f"{field.default:,}" in table, field.name


def test_the_unit_and_the_image_start_the_command_with_flags_that_exist() -> None:
    from fourfold.pipelines.commands.serve import serve

    unit = (ROOT / "deploy" / "fourfold.service").read_text()
    image = (ROOT / "Dockerfile").read_text()
    from inspect import signature

    known = {f"--{name.replace('_', '-')}" for name in signature(serve).parameters}
    for text in (unit.split("ExecStart=")[1].split("WorkingDirectory")[0], image.split("ENTRYPOINT")[1]):
        assert set(re.findall(r"--[a-z-]+", text)) <= known
    assert "USER fourfold" in image
    assert "DynamicUser=yes" in unit
