"""Some requests of every kind that the OpenAPI document allows or forbids: no fault, reasons for refusals.

`python -m benchmarks.service_fuzz` makes 2,000.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fourfold.pipelines.service.app import create_app
from fourfold.pipelines.service.settings import ServiceSettings
from fuzzing import FUZZED, LIMITS, fault_of, fuzz


@pytest.mark.slow
def test_no_request_is_answered_with_a_fault(
    tmp_path: Path, voice: Path, crystals: Path, tiny_forecaster: Path
) -> None:
    models = (str(voice), str(crystals), str(tiny_forecaster))
    folders = {"folder": tmp_path / "service", "runs": tmp_path / "runs"}
    report = fuzz(create_app(ServiceSettings(models=models, preload=False, **folders, **LIMITS)), FUZZED, 100)
    assert report.faults == []
    assert report.cases >= 100
    asked = {route for route, count in report.statuses.items() if 200 in count}
    assert {"POST /v1/synthesize", "POST /v1/generate", "GET /v1/models"} <= asked


def test_faults_are_noticed() -> None:
    from httpx import Response

    reason = {"detail": "no such model", "errors": []}
    assert fault_of(Response(404, json=reason)) is None
    assert fault_of(Response(503, json=reason, headers={"Retry-After": "1"})) is None
    assert fault_of(Response(503, json=reason)) is not None
    assert fault_of(Response(500, json=reason)) is not None
    assert fault_of(Response(422, text="no")) == "gives no reason"
    assert fault_of(Response(422, json={"detail": "", "errors": []})) is not None
