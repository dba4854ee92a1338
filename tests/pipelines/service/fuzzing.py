"""Requests by the hundred out of the OpenAPI document, right and wrong ones, and which answers are faults."""

from __future__ import annotations

import io
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import numpy as np
import pandas as pd
import schemathesis
from fastapi import FastAPI
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.python import asgi
from tiny_media import BANDS, RATE, buzz, npz, sound_file

FUZZED = ("voice", "crystals", "hours", "seasonal-naive", "linear", "nowhere")
"""What models are called."""
LIMITS: dict[str, Any] = {"max_audio_s": 2, "max_crystals": 4, "max_jobs": 2, "max_horizon": 100}
"""Of the service, so that hundreds of requests take minutes."""
BUSY = 503
RIGHT_SHARE = 0.6
"""Of the cases; the others break the document's rules."""
MOST_TURNS = 10
QUIET_SHARE = 0.1
"""Of the cases go to GET, which can do little wrong."""
BINARY_TYPES = (
    "audio/wav",
    "audio/flac",
    "application/x-npz",
    "application/vnd.apache.parquet",
    "application/vnd.apache.arrow.stream",
    "text/csv",
)


@dataclass
class Report:
    """What came back."""

    seconds: float = 0.0
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    """By route."""
    faults: list[str] = field(default_factory=list)
    """Answers of 500 and above but for 503 with Retry-After, and refusals that give no reason."""

    @property
    def cases(self) -> int:
        """Requests that were answered."""
        return sum(count.total() for count in self.statuses.values())

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        routes = {
            route: {str(status): n for status, n in sorted(count.items())}
            for route, count in self.statuses.items()
        }
        return {"cases": self.cases, "seconds": self.seconds, "statuses": routes, "faults": self.faults}


def fuzz(app: FastAPI, models: Sequence[str], cases: int, seed: int = 0) -> Report:
    """So many requests at least, to every route in turn.

    Args:
        models: names that `model` shall take, so that most requests get further than "is not served".
    """
    for kind in BINARY_TYPES:
        schemathesis.openapi.media_type(kind, files())
    schemathesis.openapi.format("binary", files())
    document = json.loads(json.dumps(app.openapi()))
    _simplified(document, list(models))
    schema = schemathesis.openapi.from_dict(document)
    schema.app, schema.location = app, "/openapi.json"
    operations = [found.ok() for found in schema.get_all_operations()]
    report, began = Report(), time.perf_counter()
    try:
        _fill(operations, cases, seed, report)
    finally:
        asgi.shutdown_lifespans()
    report.seconds = time.perf_counter() - began
    return report


def _fill(operations: Sequence[Any], cases: int, seed: int, report: Report) -> None:
    """Ask until there are so many answers."""
    loud = [one for one in operations if one.method.upper() == "POST"]
    for turn in range(MOST_TURNS):  # routes without parameters give fewer than they were to
        missing = cases - report.cases
        if missing <= 0:
            break
        for operation in operations:
            some = missing * (1 - QUIET_SHARE) / len(loud)
            if operation not in loud:
                some = missing * QUIET_SHARE / (len(operations) - len(loud))
            right = max(round(some * RIGHT_SHARE), 1)
            _run(operation, GenerationMode.POSITIVE, right, seed + turn, report)
            _run(operation, GenerationMode.NEGATIVE, max(round(some) - right, 1), seed + turn, report)


def _run(operation: Any, mode: GenerationMode, cases: int, seed: int, report: Report) -> None:
    route = f"{operation.method.upper()} {operation.path}"
    count = report.statuses.setdefault(route, Counter())

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(_cases(operation, mode))
    def ask(case: Any) -> None:
        try:
            answer = case.call()
        except Exception as error:  # the application raises again what it answered 500 to
            count[500] += 1
            report.faults.append(f"{route}: {type(error).__name__}: {error!s:.300} {_told(case)}")
            return
        count[answer.status_code] += 1
        problem = fault_of(answer)
        if problem:
            report.faults.append(f"{route}: {answer.status_code} {problem} {_told(case)}")

    try:
        ask()
    except hypothesis.errors.Unsatisfiable:  # nothing can be wrong about a route without parameters
        return


@st.composite
def _cases(draw: st.DrawFn, operation: Any, mode: GenerationMode) -> Any:
    """What schemathesis draws; of the right ones most with few fields changed from an example that runs."""
    case = draw(operation.as_strategy(generation_mode=mode))
    if mode is GenerationMode.NEGATIVE:
        return case
    kept = draw(st.sampled_from((0, 0, 1, 2, 100)))
    random = draw(st.randoms(use_true_random=False))
    if operation.path in QUERIES:
        case.query = _blended(QUERIES[operation.path], case.query, kept, random)
    body = draw(st.sampled_from(BODIES.get((operation.path, case.media_type), (None,))))
    if isinstance(body, dict):
        given = case.body if isinstance(case.body, dict) else {}
        case.body = _blended(body, given, kept, random)
    elif body is not None and kept < 2:
        case.body = body
    return case


def _blended(example: dict[str, Any], given: Any, kept: int, random: Any) -> dict[str, Any]:
    """The example with so many of its fields, or others, as they are given."""
    given = dict(given or {})
    names = random.sample(sorted(given), min(kept, len(given)))
    return {**example, **{name: given[name] for name in names}}


def fault_of(answer: Any) -> str | None:
    """What is wrong with an answer itself; None: it is fit to be given."""
    status, busy = answer.status_code, "retry-after" in {name.lower() for name in answer.headers}
    if status >= 500 and not (status == BUSY and busy):
        return f"{answer.text:.300}"
    if status < 400:
        return None
    try:
        document = answer.json()
        told = isinstance(document["detail"], str) and isinstance(document["errors"], list)
    except (ValueError, KeyError, TypeError):
        return "gives no reason"
    if not told or not document["detail"] or "Traceback" in document["detail"]:
        return f"gives no good reason: {answer.text:.300}"
    return None


def _told(case: Any) -> str:
    return f"<- {case.as_curl_command()!s:.1500}"


def files() -> st.SearchStrategy[bytes]:
    """What may come as a file: whole, cut, spoilt, or anything."""
    whole = st.sampled_from(list(SAMPLES.values()))
    place = st.floats(0, 1, exclude_max=True)

    def spoilt(content: bytes, at: float, byte: int) -> bytes:
        start = int(at * len(content))
        return content[:start] + bytes([byte]) + content[start + 1 :]

    cut = st.builds(lambda content, at: content[: int(at * len(content))], whole, place)
    return st.one_of(
        whole, cut, st.builds(spoilt, whole, place, st.integers(0, 255)), st.binary(max_size=300)
    )


def _samples() -> dict[str, bytes]:
    voice = buzz(0.3)
    day = pd.date_range("2026-01-01", periods=60, freq="D")
    table = pd.DataFrame({"unique_id": "a", "ds": day, "y": 5 + np.sin(np.arange(60.0))})
    parquet, feather = io.BytesIO(), io.BytesIO()
    table.to_parquet(parquet)
    table.to_feather(feather)
    return {
        "wav": sound_file(voice),
        "flac": sound_file(voice, kind="FLAC"),
        "stereo": sound_file(np.stack([voice, -voice], 1), 44_100, subtype="FLOAT"),
        "nan sound": sound_file(np.full(800, np.nan), subtype="FLOAT"),
        "silence": sound_file(np.zeros(RATE // 4)),
        "features": npz(mel=np.full((20, BANDS), -4.0), f0=np.full(20, 120.0)),
        "nan features": npz(True, mel=np.full((20, BANDS), np.nan), f0=np.zeros(20)),
        "csv": table.to_csv(index=False).encode(),
        "other columns": table.rename(columns={"y": "value"}).to_csv(index=False).encode(),
        "nan csv": table.assign(y=np.nan).to_csv(index=False).encode(),
        "broken csv": b"unique_id,ds,y\na,2026-01-01,1e400\na,yesterday,2\n\xff,,\n",
        "graph": b"from,to,weight\na,b,1\n",
        "parquet": parquet.getvalue(),
        "feather": feather.getvalue(),
        "arrow": _arrow(table),
    }


def _arrow(table: pd.DataFrame) -> bytes:
    import pyarrow as pa

    data = pa.Table.from_pandas(table, preserve_index=False)
    target = pa.BufferOutputStream()
    with pa.ipc.new_stream(target, data.schema) as stream:
        stream.write_table(data)
    return target.getvalue().to_pybytes()


SAMPLES = _samples()
FORECAST = {"model": "seasonal-naive", "horizon": 3}
ROWS = [{"unique_id": "a", "ds": f"2026-01-{day:02d}", "y": float(day % 7)} for day in range(1, 31)]
TABLES: dict[str, tuple[Any, ...]] = {
    "text/csv": (SAMPLES["csv"].decode(), SAMPLES["broken csv"].decode("latin-1")),
    "application/vnd.apache.parquet": (SAMPLES["parquet"],),
    "application/vnd.apache.arrow.stream": (SAMPLES["arrow"],),
}
QUERIES: dict[str, dict[str, Any]] = {
    "/v1/forecast": FORECAST,
    "/v1/decompose": {},
    "/v1/synthesize": {"model": "voice"},
}
"""Which run, with the bodies below."""
JOB = {"kind": "generate", "model": "crystals", "n": 2, "steps": 2}
BODIES: dict[tuple[str, str], tuple[Any, ...]] = {
    ("/v1/forecast", "application/json"): (
        {**FORECAST, "data": ROWS},
        {"model": "hours", "horizon": 3, "data": ROWS},
    ),
    ("/v1/forecast", "multipart/form-data"): ({**FORECAST, "data": SAMPLES["csv"]},),
    ("/v1/decompose", "multipart/form-data"): ({"data": SAMPLES["csv"]},),
    **{("/v1/forecast", kind): bodies for kind, bodies in TABLES.items()},
    **{("/v1/decompose", kind): bodies for kind, bodies in TABLES.items()},
    ("/v1/synthesize", "audio/wav"): (SAMPLES["wav"], SAMPLES["stereo"], SAMPLES["nan sound"]),
    ("/v1/synthesize", "audio/flac"): (SAMPLES["flac"], SAMPLES["silence"]),
    ("/v1/synthesize", "application/x-npz"): (SAMPLES["features"], SAMPLES["nan features"]),
    ("/v1/synthesize", "multipart/form-data"): (
        {"audio": SAMPLES["wav"]},
        {"features": SAMPLES["features"]},
    ),
    ("/v1/generate", "application/json"): (
        {"model": "crystals", "n": 2, "steps": 2},
        {"model": "crystals", "n": 1, "steps": 2, "composition": "SrTiO3"},
        {"model": "crystals", "n": 1, "steps": 2, "elements": "Ti,O", "property": 12.0},
    ),
    ("/v1/finetune", "multipart/form-data"): (
        {"request": json.dumps({"model": "linear", "horizon": 3}), "data": [SAMPLES["csv"]]},
        {"request": json.dumps({"model": "crystals", "steps": 1}), "data": [SAMPLES["csv"]]},
    ),
    ("/v1/jobs", "multipart/form-data"): (
        {"request": json.dumps(JOB)},
        {
            "request": json.dumps({"kind": "finetune", "model": "linear", "horizon": 3}),
            "data": [SAMPLES["csv"]],
        },
        {"request": json.dumps({"kind": "finetune", "model": "voice", "steps": 1}), "data": [SAMPLES["wav"]]},
    ),
}


def _simplified(part: Any, names: list[str]) -> None:
    """Let every `model` be one of these names, and texts that hold JSON be texts: schemathesis draws none."""
    if isinstance(part, list):
        for one in part:
            _simplified(one, names)
    elif isinstance(part, dict):
        if part.get("name") == "model" and "in" in part:
            part["schema"] = {"type": "string", "enum": names}
        part.pop("contentSchema", None)
        properties = part.get("properties")
        if isinstance(properties, dict) and "model" in properties:
            properties["model"] = {"type": "string", "enum": names}
        for one in part.values():
            _simplified(one, names)
