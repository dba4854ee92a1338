"""A table that takes too long to read is given up, and its client told."""

import asyncio
import time

import pytest
from fourfold.pipelines.service.errors import ServiceError
from fourfold.pipelines.service.forecasting import answering
from fourfold.pipelines.service.forecasting.question import Raw
from fourfold.pipelines.service.served_models import ServedModels
from fourfold.pipelines.service.settings import ServiceSettings


def test_reading_ends_with_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = ServiceSettings(timeout_s=0.1)
    forecasting = answering.Forecasting(ServedModels(limits), limits)
    monkeypatch.setattr(answering, "understand", lambda raw, limits: time.sleep(0.5))
    with pytest.raises(ServiceError, match=r"not read within 0.1 s") as refused:
        asyncio.run(forecasting.panel(Raw({}, {})))
    assert refused.value.status == 504
