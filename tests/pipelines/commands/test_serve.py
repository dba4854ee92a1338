"""fourfold serve: what it refuses before it begins, and what it says when it does."""

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from fourfold.pipelines.cli import main
from fourfold.pipelines.service.listening import checked_settings

FAST = ("--model", "tempo-zero", "--lazy")


@pytest.fixture(autouse=True)
def at_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--host", "0.0.0.0"), "--host: 0.0.0.0 lets others reach the server"),
        (("--host", "192.0.2.1"), "there is no token"),
        (("--host", "192.0.2.1", "--without-token"), "192.0.2.1:8000 cannot be had"),
        (("--port", "99999"), "--port"),
        (("--max-queue", "0"), "--max-queue"),
        (("--timeout-s", "-1"), "--timeout-s"),
        (("--model", "no-such"), "is no folder and no shipped model"),
        (("--token-file", "missing"), "--token-file: missing cannot be read"),
        (("--folder", "file/service"), "--folder: file/service cannot be written to"),
    ],
)
def test_what_is_refused_is_told_on_one_line(flags, words, capsys):
    Path("file").write_text("")
    assert main(["serve", *FAST, *flags]) == 2
    said = capsys.readouterr().err
    assert said.startswith("fourfold: ")
    assert said.count("\n") == 1
    assert words in said


def test_a_port_in_use_is_told(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", *FAST, "--port", str(taken.getsockname()[1])]) == 2
    assert "cannot be had" in capsys.readouterr().err


def test_names_under_which_it_answers():
    local = checked_settings(False, {"host": "127.0.0.1"})
    assert {"localhost", "127.0.0.1"} <= set(local.allowed_hosts)
    assert checked_settings(False, {"allowed_hosts": ("example.org",)}).allowed_hosts == ("example.org",)
    assert checked_settings(True, {"host": "0.0.0.0"}).allowed_hosts == ()


@pytest.mark.slow
def test_it_says_where_it_is_answers_and_stops(tmp_path):
    program = "from fourfold.pipelines.cli import main; import sys; sys.exit(main())"
    with (tmp_path / "log").open("w") as log:
        command = [sys.executable, "-c", program, "serve", *FAST, "--port", "0"]
        server = subprocess.Popen(command, cwd=tmp_path, stderr=log)
    while "http://127.0.0.1:" not in (said := (tmp_path / "log").read_text()):
        assert server.poll() is None, said
        time.sleep(0.1)
    url = said.split("fourfold: ")[1].split()[0]
    with urllib.request.urlopen(f"{url}/healthz") as answer:
        assert answer.read() == b'{"status":"ok"}'
    server.terminate()
    assert server.wait(30) in (0, -15)
