"""The application around the areas: models, health, metrics, token, limits, refusals."""

import asyncio
from pathlib import Path

import pytest
from fastapi import Request
from fourfold.pipelines.service.access import read_token
from fourfold.pipelines.service.app import create_app
from fourfold.pipelines.service.body_limit import AT_ONCE, BodyLimit
from fourfold.pipelines.service.served_models import ServedModels
from fourfold.pipelines.service.settings import ServiceSettings
from fourfold.shared.errors import InputError
from starlette.responses import Response
from starlette.testclient import TestClient

TOKEN = "0123456789abcdef0123"


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n# ours\n")
    return file


def test_models_are_listed_with_what_they_are_for(serve, tiny_forecaster):
    client = serve(models=(str(tiny_forecaster), "tempo-zero"))
    models = {model["name"]: model for model in client.get("/v1/models").json()["models"]}
    assert models["hours"]["task"] == "forecast"
    assert models["hours"]["kind"] == "forecaster"
    assert not models["hours"]["ready"]
    assert models["tempo-zero"]["summary"].startswith("TEMPO trained on a mixture")
    assert models["seasonal-naive"] | {"summary": ""} == {
        "name": "seasonal-naive", "kind": "forecaster", "task": "forecast", "summary": "", "ready": True,
        "trained": False, "loading": False,
    }  # fmt: skip
    assert models["dcrnn"]["kind"] == "graph-forecaster"
    assert "wavehax-16k" not in models


def test_ready_when_loaded(tiny_forecaster, serve):
    client = serve(models=(str(tiny_forecaster),), preload=True)
    assert client.get("/healthz").json() == {"status": "ok"}
    while client.get("/readyz").status_code == 503:
        pass
    assert client.get("/readyz").json() == {"status": "ready", "models": {"hours": "ready"}}
    hours = next(m for m in client.get("/v1/models").json()["models"] if m["name"] == "hours")
    assert hours["ready"]
    assert (hours["horizon"], hours["freq"], hours["period"]) == (6, "h", 24)


def test_metrics_count_by_route_never_by_path(serve, tiny_forecaster):
    client = serve(models=(str(tiny_forecaster),))
    client.get("/v1/models")
    client.get("/v1/no-such-thing")
    client.request("BREW", "/v1/models")
    text = client.get("/metrics").text
    assert 'fourfold_requests_total{method="GET",route="/v1/models",status="200"} 1.0' in text
    assert 'fourfold_requests_total{method="GET",route="other",status="404"} 1.0' in text
    assert 'method="other"' in text
    assert "no-such-thing" not in text
    assert 'fourfold_queue{model="hours"} 0.0' in text


def test_a_token_guards_all_but_the_health_checks(serve, tiny_forecaster, token_file):
    client = serve(models=(str(tiny_forecaster),), token_file=token_file)
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
    refused = client.get("/v1/models")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.json()["detail"].startswith("a token is needed")
    for wrong in (f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer", "Bearer é"):
        headers = {"Authorization": wrong.encode("latin-1")}
        assert client.get("/v1/models", headers=headers).status_code == 401, wrong
    assert client.post("/healthz").status_code == 401
    for path in ("/metrics", "/openapi.json", "/v1/no", "/healthz/"):
        assert client.get(path).status_code == 401, path
    assert client.get("/v1/models", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    "content", [b"", b"\n" + TOKEN.encode(), b"short", b"with a space in it ....", b"\xff" * 20]
)
def test_files_without_a_token_are_refused(tmp_path, content):
    (tmp_path / "t").write_bytes(content)
    with pytest.raises(InputError, match="--token-file"):
        read_token(tmp_path / "t")


def test_pages_of_other_sites_are_refused(serve, tiny_forecaster):
    client = serve(models=(str(tiny_forecaster),), allowed_hosts=("localhost", "::1"))
    local = {"Host": "localhost:8000"}
    assert client.get("/v1/models", headers=local).status_code == 200
    assert client.get("/v1/models", headers=local | {"Origin": "http://localhost:8000"}).status_code == 200
    assert client.get("/v1/models", headers={"Host": "[::1]:8000"}).status_code == 200
    for origin in ("http://evil.example", "null", "http://localhost:9000"):
        assert client.get("/v1/models", headers=local | {"Origin": origin}).status_code == 403, origin
    assert client.get("/v1/models", headers={"Host": "evil.example"}).status_code == 403


def test_refusals_are_sentences(serve, tiny_forecaster):
    client = serve(models=(str(tiny_forecaster),))
    sentence = "there is nothing at /v1/no; /openapi.json says what there is"
    assert client.get("/v1/no").json() == {"detail": sentence, "errors": []}
    deleted = client.delete("/v1/models")
    assert (deleted.status_code, deleted.headers["allow"]) == (405, "GET")
    assert deleted.json()["detail"] == "DELETE is not answered at /v1/models, only GET"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/"])
def test_watchdogs_may_ask_for_the_head(serve, tiny_forecaster, path):
    answer = serve(models=(str(tiny_forecaster),)).head(path)
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_client_that_leaves_is_no_fault(serve, tiny_forecaster):
    client = serve(models=(str(tiny_forecaster),))
    parts = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])
    scope = {
        "type": "http", "method": "POST", "path": "/v1/forecast", "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"100")],
    }  # fmt: skip
    sent = []

    async def receive():
        return next(parts)

    async def send(message):
        sent.append(message)

    asyncio.run(client.app(scope, receive, send))
    assert sent[0]["status"] == 499
    counted = 'fourfold_requests_total{method="POST",route="/v1/forecast",status="499"} 1.0'
    assert counted in client.get("/metrics").text


def test_too_little_memory_is_for_later(serve, tiny_forecaster):
    client = serve(models=(str(tiny_forecaster),))

    @client.app.get("/large")
    def large() -> None:
        raise MemoryError

    answer = client.get("/large")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "too little memory" in answer.json()["detail"]


def test_bodies_that_are_here_at_a_time_are_limited_together():
    async def main():
        reading, more = asyncio.Event(), asyncio.Event()

        async def app(scope, receive, send):
            await receive()
            reading.set()
            await more.wait()
            await Response()(scope, receive, send)

        limit, sent = BodyLimit(app, most=10, timeout_s=5), []

        async def receive():
            return {"type": "http.request", "body": b"0123456789", "more_body": False}

        async def send(message):
            sent.append(message)

        def ask():
            return asyncio.create_task(limit({"type": "http", "headers": []}, receive, send))

        waiting = [ask() for _ in range(AT_ONCE)]
        await reading.wait()
        await ask()
        assert sent[0]["status"] == 503
        assert (b"retry-after", b"1") in sent[0]["headers"]
        more.set()
        await asyncio.gather(*waiting)
        assert [part["status"] for part in sent[2::2]] == [200] * AT_ONCE
        assert limit.held == 0

    asyncio.run(main())


def test_faults_say_nothing_of_themselves(tiny_forecaster, serve):
    client = serve(models=(str(tiny_forecaster),))

    @client.app.get("/broken")
    def broken() -> None:
        raise RuntimeError("a secret path")

    answer = client.get("/broken")
    assert answer.status_code == 500
    assert answer.json() == {"detail": "internal error; the server's log says more", "errors": []}


def test_models_that_are_not_there_or_double_are_refused(tmp_path, tiny_forecaster):
    for models, words in (
        (("no-such-model",), "is no folder and no shipped model"),
        ((str(tmp_path),), "is no complete artefact"),
        ((str(tiny_forecaster), str(tiny_forecaster)), "names another model already"),
    ):
        with pytest.raises(InputError, match=words):
            ServedModels(ServiceSettings(models=models))


def test_models_of_jobs_are_added_and_replaced_but_never_in_place_of_others(tiny_forecaster):
    models = ServedModels(ServiceSettings(models=("tempo-zero",)))
    first = models.add("mine", tiny_forecaster)
    assert models.find("mine", ("forecaster",)) is first
    assert models.add("mine", tiny_forecaster) is not first
    for taken in ("tempo-zero", "theta"):
        with pytest.raises(InputError, match="names another model already"):
            models.add(taken, tiny_forecaster)
    models.stop()


@pytest.mark.parametrize("chunks", [["{}" * 600_000], [b"x" * 100_000] * 12])
def test_bodies_are_counted_as_they_come(serve, tiny_forecaster, chunks):
    client = serve(models=(str(tiny_forecaster),), max_body_mb=1)
    client.app.post("/eat")(_eat)
    answer = client.post("/eat", content=iter(c.encode() if isinstance(c, str) else c for c in chunks))
    assert (answer.status_code, answer.json()["detail"]) == (413, "the body is larger than 1,000,000 bytes")


@pytest.mark.parametrize(
    ("length", "status", "words"),
    [
        ("1000000000", 413, "at most 1,000,000"),
        ("9" * 30, 400, "is not a number of bytes"),
        ("-1", 400, "is not a number of bytes"),
        ("1e3", 400, "is not a number of bytes"),
        ("2", 400, "its Content-Length says 2"),
        ("20", 400, "its Content-Length says 20"),
    ],
)
def test_content_lengths_that_lie_are_told(serve, tiny_forecaster, length, status, words):
    client = serve(models=(str(tiny_forecaster),), max_body_mb=1)
    client.app.post("/eat")(_eat)
    answer = client.post("/eat", content=b"0123456789", headers={"Content-Length": length})
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_settings_of_the_flags_are_those_of_the_service():
    from dataclasses import asdict
    from inspect import signature

    from fourfold.pipelines.commands.serve import ServiceLimits, serve

    usual = ServiceSettings().model_dump()
    assert asdict(ServiceLimits()) == {name: usual[name] for name in asdict(ServiceLimits())}
    flags = {name: flag.default for name, flag in signature(serve).parameters.items()}
    for name in ("host", "port", "token_file", "folder", "runs", "threads"):
        assert flags[name] == usual[name]


def test_an_app_is_made_without_arguments():
    with TestClient(create_app()) as client:
        assert client.get("/healthz").status_code == 200


async def _eat(request: Request) -> int:
    return len(await request.body())
