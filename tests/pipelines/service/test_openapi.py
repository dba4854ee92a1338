"""The OpenAPI document: what it shows works, and it says what can come back."""

import json

import pytest
from fourfold.pipelines.service.app import create_app
from fourfold.pipelines.service.settings import ServiceSettings
from starlette.testclient import TestClient


@pytest.fixture(scope="module")
def document() -> dict:
    return create_app(ServiceSettings(models=("tempo-zero",), preload=False)).openapi()


def operations(document: dict):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def bodies(operation: dict):
    """Media type and value of every example of a body."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        for example in content.get("examples", {}).values():
            yield kind, example["value"]


def test_the_document_is_of_version_3_1_and_every_operation_says_what_it_is(document):
    assert document["openapi"].startswith("3.1")
    for method, path, operation in operations(document):
        assert operation.get("summary"), (method, path)
        if path.startswith("/v1/"):
            answers = operation["responses"]
            assert {"401", "422", "500"} <= answers.keys(), (method, path)
            refusal = answers["422"]["content"]["application/json"]["schema"]
            assert refusal == {"$ref": "#/components/schemas/Refusal"}, (method, path)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_examples_of_forecasts_are_answered(document, serve, tiny_forecaster):
    client = serve(models=(str(tiny_forecaster),))
    operation = document["paths"]["/v1/forecast"]["post"]
    query = {p["name"]: p["example"] for p in operation["parameters"] if "example" in p}
    sent = 0
    for kind, value in bodies(operation):
        content = value if isinstance(value, str) else json.dumps(value)
        asked = {} if kind == "application/json" else query
        answer = client.post("/v1/forecast", params=asked, content=content, headers={"Content-Type": kind})
        assert answer.status_code == 200, answer.text
        assert answer.json().keys() == {"model", "horizon", "freq", "levels", "columns", "data", "notes"}
        sent += 1
    assert sent == 3


@pytest.mark.slow
def test_all_other_examples_in_json_are_answered(document, tmp_path):
    settings = ServiceSettings(preload=False, folder=tmp_path / "service", runs=tmp_path / "runs")
    with TestClient(create_app(settings)) as client:
        sent = 0
        for method, path, operation in operations(document):
            for kind, value in bodies(operation):
                if path == "/v1/forecast" or kind != "application/json":
                    continue
                answer = client.request(method, path, json=value)
                assert answer.status_code in (200, 202), (path, answer.text)
                sent += 1
        assert sent >= 1
