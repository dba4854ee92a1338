"""Run folders over HTTP: what is listed, what is read, and what is never reached."""

import json
import os
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from fourfold.pipelines.service.app import create_app
from fourfold.pipelines.service.run_browser import MOST_RECORDS, RunFolders
from fourfold.pipelines.service.settings import ServiceSettings

SECRET = "the key of the house"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Runs at two levels, things that are none, and ways out."""
    root = tmp_path / "runs"
    outside = tmp_path / "outside"
    for folder in (
        root / "demo" / "forecast",
        root / "tempo",
        root / "service" / "jobs",
        outside,
        root / "no-run",
    ):
        folder.mkdir(parents=True)
    lines = [{"step": step, "split": "train", "loss": 1 / step} for step in range(1, 11)]
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (root / "tempo" / "metrics.jsonl").write_text(
        text + '{"step": 11, "loss": NaN}\n[1, 2]\n{"step": 12, "lo'
    )
    (root / "tempo" / "config.json").write_text('{"training": {"steps": 12}}')
    (root / "demo" / "forecast" / "report.html").write_text("<h1>Forecasts</h1>")
    command = {"command": ["fourfold", "run", "traffic", "--preset", "quick"]}
    (root / "demo" / "forecast" / "environment.json").write_text(json.dumps(command))
    (root / "service" / "report.html").write_text(SECRET)
    (root / "no-run" / "notes.txt").write_text(SECRET)
    for name in ("report.html", "metrics.jsonl"):
        (outside / name).write_text(SECRET)
    (root / "linked").symlink_to(outside)
    (root / "half").mkdir()
    (root / "half" / "metrics.jsonl").write_text("")
    (root / "half" / "report.html").symlink_to(outside / "report.html")
    os.utime(root / "demo" / "forecast" / "report.html", (2e9, 2e9))
    return root


@pytest.fixture
def client(runs: Path) -> TestClient:
    settings = ServiceSettings(runs=runs, folder=runs / "service", preload=False)
    return TestClient(create_app(settings))


def test_runs_are_listed_with_what_made_them(client: TestClient) -> None:
    found = {run["name"]: run for run in client.get("/v1/runs").json()["runs"]}
    assert next(iter(found)) == "demo/forecast", "the latest is the first"
    assert set(found) == {"demo/forecast", "tempo", "half"}
    assert found["demo/forecast"]["pipeline"] == "traffic"
    assert (found["tempo"]["pipeline"], found["tempo"]["metrics"], found["tempo"]["report"]) == (
        "training",
        True,
        False,
    )


def test_metrics_are_finite_json_and_whole_lines(client: TestClient) -> None:
    records = client.get("/v1/runs/tempo/metrics").json()["records"]
    assert [record["step"] for record in records] == list(range(1, 12))
    assert records[-1] == {"step": 11, "loss": None}
    few = client.get("/v1/runs/tempo/metrics", params={"most": 3}).json()["records"]
    assert [record["step"] for record in few] == [1, 6, 11]
    assert client.get("/v1/runs/tempo/metrics", params={"most": MOST_RECORDS + 1}).status_code == 422


def test_a_report_is_kept_apart_from_the_page(client: TestClient) -> None:
    answer = client.get("/v1/runs/demo/forecast/report")
    assert answer.text == "<h1>Forecasts</h1>"
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox ") and "allow-same-origin" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    "name",
    [
        "linked",
        "half",
        "service",
        "no-run",
        "..",
        "../outside",
        "demo/../../outside",
        "%2e%2e/outside",
        "%2e%2e%2foutside",
        "demo/%2e%2e/%2e%2e/outside",
        "..%5coutside",
        "/etc",
        "%00",
        "tempo%00",
        "demo/forecast/stages",
        ".",
        "demo//forecast",
        "~",
        "x" * 400,
        "runs\u2024\u2024",
    ],
)
def test_nothing_outside_is_reached(client: TestClient, name: str) -> None:
    answer = client.get(f"/v1/runs/{name}/report")
    assert answer.status_code in (404, 422), answer.text
    assert SECRET not in answer.text
    assert SECRET not in client.get(f"/v1/runs/{name}/metrics").text


def test_names_are_checked_before_the_disk_is(runs: Path) -> None:
    folders = RunFolders(runs)
    for name in ("../outside", "..", "a/b/c", "", "/", "linked", "..\\outside", "tempo/.."):
        with pytest.raises(Exception, match="there is no run"):
            folders.file(name, "report.html")


def test_an_absent_folder_holds_no_runs(tmp_path: Path) -> None:
    assert RunFolders(tmp_path / "nowhere").list() == []


def test_a_link_opens_one_report_for_a_while_without_the_token(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tmp_path / "token"
    token.write_text("0123456789abcdef")
    settings = ServiceSettings(runs=runs, folder=runs / "service", preload=False, token_file=token)
    client, key = TestClient(create_app(settings)), {"Authorization": "Bearer 0123456789abcdef"}
    path = "/v1/runs/demo/forecast/report"
    assert client.get(path).status_code == 401
    assert client.post(f"{path}/link").status_code == 401
    url = client.post(f"{path}/link", headers=key).json()["url"]
    assert "0123456789abcdef" not in url
    opened = client.get(url)
    assert opened.text == "<h1>Forecasts</h1>" and "sandbox" in opened.headers["content-security-policy"]
    query = url.partition("?")[2]
    until = int(query.partition("until=")[2].partition("&")[0])
    for other in (
        url[:-1] + ("0" if url[-1] != "0" else "1"),
        url.replace(str(until), str(until + 60)),
        f"/v1/runs?{query}",
        f"/v1/runs/tempo/metrics?{query}",
        f"{path}?until={until}",
        f"{path}?ticket=x&until=-1",
    ):
        assert client.get(other).status_code == 401, other
    assert client.post(f"/v1/generate?{query}").status_code == 401
    monkeypatch.setattr("time.time", lambda: until + 1.0)
    assert client.get(url).status_code == 401
    assert client.post("/v1/runs/none/report/link", headers=key).status_code == 404


def test_without_a_token_the_link_is_the_report(client: TestClient) -> None:
    assert client.post("/v1/runs/demo/forecast/report/link").json() == {
        "url": "/v1/runs/demo/forecast/report"
    }
