"""Jobs over HTTP, with small scripts for the work: queue, events, cancelling, ends, restarts."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fourfold.pipelines.service.app import create_app
from fourfold.pipelines.service.jobs import runner
from fourfold.pipelines.service.jobs.child_process import end_orphan, process_mark
from fourfold.pipelines.service.settings import ServiceSettings
from starlette.testclient import TestClient

Act = Callable[[str], None]
TABLE = b"unique_id,ds,y\na,2026-01-01,1\n"
WAITS = 'Path("began").touch()\nwhile not Path("go").exists(): time.sleep(0.02)\nfinish("done")'


def post(client: TestClient, data: bytes | None = TABLE, **request: Any) -> Any:
    asked = {"kind": "finetune", "model": "linear", **request}
    files = {} if data is None else {"data": ("../../x.csv", data)}
    # A part that has a file makes the body multipart; a field alone would not.
    return client.post("/v1/jobs", data={"request": json.dumps(asked)}, files=files)


def until(client: TestClient, id: str, *statuses: str) -> dict[str, Any]:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        job = client.get(f"/v1/jobs/{id}").json()
        if job["status"] in statuses:
            return job
        time.sleep(0.03)
    raise AssertionError(job)


def wait_for(path: Path) -> Path:
    end = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < end, f"no {path}"
        time.sleep(0.02)
    return path


def folder_of(tmp_path: Path, id: str) -> Path:
    return tmp_path / "service" / "jobs" / id


def test_finetuning_has_a_route_of_its_own(serve, acting: Act, tmp_path: Path) -> None:
    acting(WAITS)
    client = serve()
    document = client.get("/openapi.json").json()
    part = document["paths"]["/v1/finetune"]["post"]["requestBody"]["content"]["multipart/form-data"][
        "schema"
    ]
    name = part["$ref"].rpartition("/")[2]
    example = document["components"]["schemas"][name]["properties"]["request"]["examples"][0]
    answer = client.post("/v1/finetune", data={"request": example}, files={"data": ("x.csv", TABLE)})
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert (job["kind"], job["output"]) == ("finetune", "my-sales")
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
    assert client.get(answer.headers["location"]).json()["id"] == job["id"]
    assert post(client).headers["location"].startswith("/v1/jobs/")
    refused = client.post("/v1/finetune", data={"request": "{}"}, files={"data": ("x.csv", TABLE)})
    assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "model"
    (wait_for(folder_of(tmp_path, job["id"]) / "began").parent / "go").touch()
    assert until(client, job["id"], "done")["progress"] == 1.0


def test_a_job_waits_runs_and_is_fetched(serve, acting: Act, tmp_path: Path) -> None:
    acting(WAITS)
    client = serve()
    first = post(client, output="mine", horizon=6)
    assert first.status_code == 202
    id = first.json()["id"]
    second = post(client).json()
    assert second["output"].startswith("linear-")
    wait_for(folder_of(tmp_path, id) / "began")
    assert (folder_of(tmp_path, id) / "data.csv").read_bytes() == TABLE
    assert until(client, second["id"], "queued")["message"] == "waits for 1 other job"
    assert client.get(f"/v1/jobs/{id}/result").status_code == 409
    listed = client.get("/v1/jobs").json()["jobs"]
    assert [(job["id"], job["status"]) for job in listed] == [(second["id"], "queued"), (id, "running")]
    (folder_of(tmp_path, id) / "go").touch()
    done = until(client, id, "done")
    assert (done["progress"], done["notes"][0]) == (1.0, "a note")
    sent = client.get(f"/v1/jobs/{id}/result")
    assert sent.headers["content-type"] == "application/zip"
    assert 'filename="mine.zip"' in sent.headers["content-disposition"]
    assert zipfile.ZipFile(BytesIO(sent.content)).namelist() == ["mine/config.json"]
    wait_for(folder_of(tmp_path, second["id"]) / "began")
    assert not (folder_of(tmp_path, id) / "data.csv").exists(), "what was sent is not kept"


def test_events_tell_every_change_until_the_end(serve, acting: Act, tmp_path: Path) -> None:
    acting(
        'run = Path(".result.run"); run.mkdir()\n'
        '(run / "config.json").write_text(json.dumps({"training": {"steps": 4}}))\n'
        "for step in (1, 2):\n"
        '    (run / "metrics.jsonl").write_text(json.dumps({"step": step, "split": "train", "loss": 1}))\n'
        '    while not Path(f"saw-{step}").exists(): time.sleep(0.02)\n'
        'finish("done")'
    )
    client = serve()
    id = post(client).json()["id"]
    told = []
    with client.stream("GET", f"/v1/jobs/{id}", headers={"Accept": "text/event-stream"}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("event:"):
                assert line == "event: progress"
            if line.startswith("data:"):
                told.append(json.loads(line.removeprefix("data:")))
                if told[-1]["progress"] in (0.25, 0.5):
                    (folder_of(tmp_path, id) / f"saw-{4 * told[-1]['progress']:.0f}").touch()
    assert told[-1]["status"] == "done" and told[-1] == client.get(f"/v1/jobs/{id}").json()
    shares = [job["progress"] for job in told]
    assert {0.25, 0.5} <= set(shares) and shares == sorted(shares)
    assert "step 2 of 4, loss 1" in [job["message"] for job in told]
    assert len({json.dumps(job) for job in told}) == len(told), "nothing is told twice"


def test_a_running_job_is_cancelled_with_all_it_started(serve, acting: Act, tmp_path: Path) -> None:
    acting(
        "import subprocess\n"
        'other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])\n'
        'Path("other").write_text(str(other.pid))\n'
        'Path("began").touch()\n'
        "time.sleep(600)"
    )
    client = serve()
    id = post(client, output="mine").json()["id"]
    wait_for(folder_of(tmp_path, id) / "began")
    other = process_mark(int((folder_of(tmp_path, id) / "other").read_text()))
    assert other is not None
    answer = client.delete(f"/v1/jobs/{id}")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert not folder_of(tmp_path, id).exists()
    end = time.monotonic() + 10
    while process_mark(int(other.split()[0])) == other and time.monotonic() < end:
        time.sleep(0.02)
    assert process_mark(int(other.split()[0])) != other
    assert client.delete(f"/v1/jobs/{id}").json()["status"] == "cancelled", "twice is no trouble"
    acting('finish("done")')
    assert post(client, output="mine").status_code == 202, "the name is free again"


def test_one_that_does_not_listen_is_killed(
    serve, acting: Act, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "GRACE_S", 0.3)
    acting('signal.signal(signal.SIGTERM, signal.SIG_IGN)\nPath("began").touch()\ntime.sleep(600)')
    client = serve()
    id = post(client).json()["id"]
    wait_for(folder_of(tmp_path, id) / "began")
    assert client.delete(f"/v1/jobs/{id}").json()["status"] == "cancelled"


def test_a_waiting_job_is_cancelled_at_once(serve, acting: Act, tmp_path: Path) -> None:
    acting(WAITS)
    client = serve()
    first, second = post(client).json()["id"], post(client).json()["id"]
    assert client.delete(f"/v1/jobs/{second}").json()["status"] == "cancelled"
    assert not folder_of(tmp_path, second).exists()
    client.delete(f"/v1/jobs/{first}")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ('finish("failed", "y: is text.")', "y: is text."),
        ("os.kill(os.getpid(), signal.SIGKILL)", "was killed from outside"),
        ("raise ValueError", "ended suddenly (exit code 1)"),
    ],
)
def test_failures_are_sentences_and_leave_nothing(
    serve, acting: Act, tmp_path: Path, script: str, message: str
) -> None:
    acting(script)
    client = serve()
    id = post(client).json()["id"]
    job = until(client, id, "failed")
    assert message in job["message"] and "Traceback" not in job["message"]
    end = time.monotonic() + 5
    while folder_of(tmp_path, id).exists() and time.monotonic() < end:
        time.sleep(0.02)
    assert not folder_of(tmp_path, id).exists()
    assert client.get(f"/v1/jobs/{id}/result").status_code == 409


def test_the_queue_is_bounded(serve, acting: Act, tmp_path: Path) -> None:
    acting(WAITS)
    client = serve(max_jobs=1)
    running = post(client).json()["id"]
    wait_for(folder_of(tmp_path, running) / "began")
    assert post(client).status_code == 202
    refused = post(client)
    assert refused.status_code == 503 and int(refused.headers["retry-after"]) > 0
    assert "1 jobs wait already" in refused.json()["detail"]
    assert len(list((tmp_path / "service" / "jobs").glob("2*"))) == 2, "nothing of it is kept"
    for job in client.get("/v1/jobs").json()["jobs"]:
        client.delete(f"/v1/jobs/{job['id']}")


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        ({"model": "nothing"}, 404, "is not served"),
        ({"model": "../linear"}, 404, "is not served"),
        ({"output": "linear"}, 409, "names a model"),
        ({"steps": 5}, 422, "steps: linear is no vocoder"),
        ({"model": "tts-imp"}, 422, "graph: tts-imp passes messages along edges and was given none"),
        ({"property": "gap"}, 422, "property: linear is no crystal generator"),
        ({"horizon": 10**6}, 422, "horizon"),
        ({"kind": "generate", "model": "linear"}, 422, "linear is a forecaster"),
        ({"unheard": 1}, 422, "unheard"),
    ],
)
def test_what_cannot_be_is_refused_at_once(serve, tmp_path: Path, request_, status: int, words: str) -> None:
    client = serve()
    answer = post(client, **request_)
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.text
    assert "--" not in answer.json()["detail"] and str(tmp_path) not in answer.text
    assert client.get("/v1/jobs").json() == {"jobs": []}
    assert list((tmp_path / "service" / "jobs").glob("2*")) == []


def test_examples_of_the_document_run(serve, acting: Act) -> None:
    acting('finish("done")')
    client = serve()
    document = client.get("/openapi.json").json()
    body = document["paths"]["/v1/jobs"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    part = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]["properties"]["request"]
    assert part["contentMediaType"] == "application/json" and "$ref" not in json.dumps(part["contentSchema"])
    kinds = set()
    for example in part["examples"]:
        asked = json.loads(example)
        if asked["model"] in served(client):
            answer = post(client, TABLE if asked["kind"] == "finetune" else None, **asked)
            assert answer.status_code == 202, answer.text
            assert until(client, answer.json()["id"], "done")["kind"] == asked["kind"]
            kinds.add(asked["kind"])
    assert "finetune" in kinds


def test_files_must_fit_the_model(serve) -> None:
    client = serve()
    asked = {"request": json.dumps({"kind": "finetune", "model": "linear"})}
    nothing = client.post("/v1/jobs", data=asked)
    assert nothing.status_code == 422 and "data: is missing; expected a table" in nothing.json()["detail"]
    graph = client.post("/v1/jobs", data=asked, files={"data": TABLE, "graph": b"from,to\na,b\n"})
    assert graph.status_code == 422 and graph.json()["errors"][0]["field"] == "graph"
    several = client.post("/v1/jobs", data=asked, files=[("data", TABLE), ("data", TABLE)])
    assert several.status_code == 422 and "is 2 files" in several.json()["detail"]


@pytest.mark.parametrize("id", ["nothing", "20260101-4f1c09a7be2", "20260101-4f1c09a7be22", "%2e%2e"])
def test_unknown_jobs_are_not_found(serve, id: str) -> None:
    client = serve()
    for answer in (
        client.get(f"/v1/jobs/{id}"),
        client.delete(f"/v1/jobs/{id}"),
        client.get(f"/v1/jobs/{id}/result"),
    ):
        assert answer.status_code in (404, 405, 422)
        assert answer.json()["detail"]


def test_a_stopped_server_leaves_its_jobs_to_the_next(acting: Act, tmp_path: Path) -> None:
    acting(
        'def save(*_): Path("saved").touch(); sys.exit(130)\n'
        "signal.signal(signal.SIGTERM, save)\n"
        'Path("began").touch()\n'
        "time.sleep(600)"
    )
    settings = ServiceSettings(preload=False, folder=tmp_path / "service", runs=tmp_path / "runs")
    with TestClient(create_app(settings)) as client:
        id = post(client, output="mine").json()["id"]
        waiting = post(client).json()["id"]
        wait_for(folder_of(tmp_path, id) / "began")
    assert (folder_of(tmp_path, id) / "saved").exists(), "it was asked to save first"
    acting('assert Path("saved").exists() or not Path("began").exists()\nfinish("done")')
    with TestClient(create_app(settings)) as client:
        assert until(client, id, "done")["starts"] == 2
        assert until(client, waiting, "done")["starts"] == 1


def test_what_a_killed_server_left_is_ended_and_begun_anew(serve, acting: Act, tmp_path: Path) -> None:
    """The process of a job whose server vanished is ended before the job starts again."""
    settings = {"folder": tmp_path / "service"}
    acting(WAITS)
    client = serve(**settings)
    id = post(client).json()["id"]
    wait_for(folder_of(tmp_path, id) / "began")
    jobs = client.app.state.service.jobs
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    mark = process_mark(orphan.pid)
    assert mark is not None and process_mark(orphan.pid) == mark
    jobs.store.note_process(id, mark)
    jobs.runner._recover()
    assert orphan.wait(10) == -signal.SIGKILL
    found = jobs.store.find(id)
    assert found is not None and found.status in ("queued", "running")
    end_orphan(mark)
    end_orphan(f"{os.getpid()} 1 another boot")  # not this process: the number was given anew
    client.delete(f"/v1/jobs/{id}")


def test_two_servers_share_a_folder_and_one_works(acting: Act, serve, tmp_path: Path) -> None:
    acting('time.sleep(0.3)\nfinish("done")')
    first, second = serve(), serve()
    ids = [post(client).json()["id"] for client in (first, second, second)]
    for id in ids:
        assert until(second, id, "done")["starts"] == 1
    assert {job["id"] for job in first.get("/v1/jobs").json()["jobs"]} == set(ids)


def test_finished_models_are_served_also_after_a_restart(
    acting: Act, tmp_path: Path, tiny_forecaster: Path
) -> None:
    acting(f'import shutil\nshutil.copytree({str(tiny_forecaster)!r}, "result")\nfinish("done")')
    settings = ServiceSettings(preload=False, folder=tmp_path / "service", runs=tmp_path / "runs")
    with TestClient(create_app(settings)) as client:
        id = post(client, output="mine").json()["id"]
        until(client, id, "done")
        assert "mine" in served(client)
        assert post(client, output="mine").status_code == 409
    with TestClient(create_app(settings)) as client:
        assert served(client)["mine"] == "forecaster"
        assert client.delete(f"/v1/jobs/{id}", params={"forget": True}).status_code == 200
        assert "mine" not in served(client)
    with TestClient(create_app(settings)) as client:
        assert "mine" not in served(client)


def served(client: TestClient) -> dict[str, str]:
    return {model["name"]: model["kind"] for model in client.get("/v1/models").json()["models"]}


def test_forgetting_takes_everything_away(serve, acting: Act, tmp_path: Path) -> None:
    acting('finish("done")')
    client = serve()
    id = post(client).json()["id"]
    until(client, id, "done")
    assert client.delete(f"/v1/jobs/{id}").status_code == 409, "a result is not lost by mistake"
    assert client.delete(f"/v1/jobs/{id}", params={"forget": True}).status_code == 200
    assert client.get(f"/v1/jobs/{id}").status_code == 404
    assert not folder_of(tmp_path, id).exists()
