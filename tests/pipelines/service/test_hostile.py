"""What nobody means well by, at every route that takes a body: refused with a reason, and nothing is left."""

from __future__ import annotations

import io
import json
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient
from tiny_media import BANDS, buzz, npz, sound_file

MOST_MB = 2
CSV, WAV, NPZ, JSON = "text/csv", "audio/wav", "application/x-npz", "application/json"
PARQUET, ARROW = "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"
QUERIES = {
    "/v1/forecast": {"model": "seasonal-naive", "horizon": "3"},
    "/v1/decompose": {},
    "/v1/synthesize": {"model": "voice"},
    "/v1/generate": {},
    "/v1/jobs": {},
}
ROUTES = list(QUERIES)
TABLES = ["/v1/forecast", "/v1/decompose"]
FINETUNE = json.dumps({"kind": "finetune", "model": "linear", "horizon": 3})
FORMS: dict[str, tuple[dict[str, str], str]] = {
    "/v1/forecast": ({"model": "seasonal-naive", "horizon": "3"}, "data"),
    "/v1/decompose": ({}, "data"),
    "/v1/synthesize": ({"model": "voice"}, "audio"),
    "/v1/jobs": ({"request": FINETUNE}, "data"),
}
"""Fields, and the name of the file."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that everything lies in: the server's, the runs, and where the process works."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def client(serving, voice: Path, crystals: Path, home: Path) -> TestClient:
    folders = {"folder": home / "service", "runs": home / "runs"}
    return serving(
        models=(str(voice), str(crystals)), max_body_mb=MOST_MB, max_points=20_000, max_jobs=1, **folders
    )


def ask(client: TestClient, route: str, content: bytes, kind: str, **headers: str):
    return client.post(
        route, params=QUERIES[route], content=content, headers={"Content-Type": kind, **headers}
    )


def refused(answer) -> str:
    """The reason."""
    assert 400 <= answer.status_code < 500, answer.text
    document = answer.json()
    assert document["detail"].strip()
    assert "Traceback" not in answer.text and ".py" not in answer.text
    if answer.status_code == 422:
        assert all(problem["field"] and problem["problem"] for problem in document["errors"])
    return document["detail"]


MALFORMED = {
    "nothing": b"",
    "no rows": b"unique_id,ds,y\n",
    "no header": b"1,2,3\n4,5,6\n",
    "other columns": b"a,b,c\n1,2,3\n",
    "ragged": b"unique_id,ds,y\na,2026-01-01,1,2,3,4\na,2026-01-02\n",
    "open quote": b'unique_id,ds,y\n"a,2026-01-01,1\n' * 20,
    "no times": b"unique_id,ds,y\na,yesterday,1\na,today,2\n",
    "no numbers": b"unique_id,ds,y\na,2026-01-01,one\na,2026-01-02,two\n",
    "far times": b"unique_id,ds,y\na,9999999-01-01,1\na,0000-00-00,2\n",
    "too large numbers": b"unique_id,ds,y\na,2026-01-01,1e400\na,2026-01-02,-1e400\n",
    "nul": b"unique_id,ds,y\na\0,2026-01-01,1\n\0",
    "no text": bytes(range(256)) * 40,
    "half a character": "unique_id,ds,y\nä,2026-01-01,1\n".encode("utf-16"),
    "one long line": b"x" * 1_000_000,
    "many columns": ("unique_id,ds,y," + ",".join(f"c{i}" for i in range(20_000)) + "\n").encode(),
    "double columns": b"unique_id,ds,y,y\na,2026-01-01,1,2\n",
    "formula": b"unique_id,ds,y\n=cmd|' /C calc'!A0,2026-01-01,1\n",
    "nested": b"[" * 100_000,
}


@pytest.mark.parametrize("name", MALFORMED)
@pytest.mark.parametrize("route", TABLES)
def test_malformed_tables(client, route, name):
    refused(ask(client, route, MALFORMED[name], CSV))


@pytest.mark.parametrize("name", ["nothing", "no rows", "no text", "nested"])
@pytest.mark.parametrize("kind", [CSV, PARQUET, ARROW, WAV, NPZ, JSON, "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("route", ROUTES)
def test_what_is_no_body_of_its_kind(client, route, kind, name):
    refused(ask(client, route, MALFORMED[name], kind))


@pytest.mark.parametrize(
    "kind",
    ["", "text/html", "application/xml", "image/png", "application/x-www-form-urlencoded", "/", "é", ";;;"],
)
@pytest.mark.parametrize("route", ROUTES)
def test_wrong_types(client, route, kind):
    headers = {"Content-Type": kind.encode()} if kind else {}
    content = MALFORMED["no numbers"]
    refused(client.post(route, params=QUERIES[route], content=content, headers=headers))


@pytest.mark.parametrize("route", ROUTES)
def test_bodies_that_say_a_gigabyte(client, route):
    for length, status in (("1000000000", 413), ("9" * 18, 413), ("9" * 40, 400), ("0x10", 400), ("-5", 400)):
        answer = ask(client, route, b"short", CSV, **{"Content-Length": length})
        assert answer.status_code == status, (length, answer.text)
        refused(answer)


@pytest.mark.parametrize("kind", [CSV, WAV, NPZ, JSON, "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("route", ROUTES)
def test_bodies_that_do_not_end(client, route, kind):
    sent = 0

    def pieces():
        nonlocal sent
        start = b'--x\r\nContent-Disposition: form-data; name="data"; filename="d"\r\n\r\n'
        yield start if kind.startswith("multipart") else b""
        for _ in range(100):
            sent += 100_000
            yield b"1" * 100_000

    answer = client.post(route, params=QUERIES[route], content=pieces(), headers={"Content-Type": kind})
    assert answer.status_code in (413, 415, 422), answer.text
    refused(answer)


def nan_table(rows: int = 6_000) -> pd.DataFrame:
    times = pd.date_range("2000-01-01", periods=rows, freq="h")
    return pd.DataFrame({"unique_id": "a", "ds": times, "y": np.nan})


@pytest.mark.parametrize("route", TABLES)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_floods_of_nan_in_tables(client, route, value):
    frame = nan_table().assign(y=value)
    parquet = io.BytesIO()
    frame.to_parquet(parquet)
    for content, kind in ((frame.to_csv(index=False).encode(), CSV), (parquet.getvalue(), PARQUET)):
        refused(ask(client, route, content, kind))


def test_floods_of_nan_elsewhere(client):
    refused(ask(client, "/v1/synthesize", sound_file(np.full(80_000, np.nan), subtype="FLOAT"), WAV))
    features = npz(mel=np.full((900, BANDS), np.nan), f0=np.full(900, np.nan))
    refused(ask(client, "/v1/synthesize", features, NPZ))
    rows = ",".join(f'{{"unique_id": "a", "ds": "2026-01-{day:02d}", "y": NaN}}' for day in range(1, 29))
    refused(ask(client, "/v1/forecast", f'{{"horizon": 2, "data": [{rows}]}}'.encode(), JSON))
    refused(ask(client, "/v1/generate", b'{"model": "crystals", "property": NaN}', JSON))


@cache
def bomb(name: str = "mel.npy", megabytes: int = 32) -> bytes:
    """Zeros, a thousandth of their size."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open(name, "w") as out,
    ):
        for _ in range(megabytes):
            out.write(bytes(1_000_000))
    return file.getvalue()


def test_archives_that_would_burst(client, home):
    before = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    content = bomb()
    assert len(content) < 100_000
    refused(ask(client, "/v1/synthesize", content, NPZ))
    for route in TABLES:
        for kind in (CSV, PARQUET, ARROW):
            refused(ask(client, route, content, kind))
    for name, model in (
        ("0.wav", "voice"),
        ("0.cif", "crystals"),
        ("data.npy", "linear"),
        ("data.npy", "dcrnn"),
    ):
        request = {"request": json.dumps({"kind": "finetune", "model": model, "horizon": 2, "steps": 1})}
        for files in ({"data": bomb(name)}, {"data": bomb(name), "graph": bomb("edge_index.npy")}):
            refused(client.post("/v1/jobs", data=request, files=files))
    assert sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) < before + 1_000_000


@pytest.mark.parametrize("route", TABLES)
def test_tables_that_would_burst(client, route):
    import pyarrow as pa
    from pyarrow import parquet

    rows = 5_000_000
    column = pa.array(np.zeros(rows))
    target = io.BytesIO()
    parquet.write_table(
        pa.table({"unique_id": column, "ds": column, "y": column}), target, compression="zstd"
    )
    assert len(target.getvalue()) < 100_000
    answer = ask(client, route, target.getvalue(), PARQUET)
    assert answer.status_code in (413, 422)
    refused(answer)


TRICKS = [
    "../../../escaped",
    "..\\..\\escaped",
    "C:\\escaped.wav",
    "/escaped",
    "escaped\0.wav",
    "~/escaped",
    "..",
    ".",
    "CON",
    "%2e%2e%2fescaped",
    "escaped" * 600,
    "esc\u202eaped",
    "",
]


@pytest.mark.parametrize("name", TRICKS, ids=range(len(TRICKS)))
@pytest.mark.parametrize("route", FORMS)
def test_names_of_files_that_point_elsewhere(client, home, monkeypatch, route, name):
    (home / "work").mkdir(exist_ok=True)
    monkeypatch.chdir(home / "work")
    fields, file = FORMS[route]
    parts = [("", f'name="{key}"', value.encode()) for key, value in fields.items()]
    for content in (sound_file(buzz(0.2)), MALFORMED["no numbers"], b"\0"):
        whole = [*parts, ("", f'name="{file}"; filename="{name}"', content)]
        body = b"".join(
            b"--line\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + value + b"\r\n"
            for _, head, value in whole
        )
        headers = {"Content-Type": "multipart/form-data; boundary=line"}
        answer = client.post(route, content=body + b"--line--\r\n", headers=headers)
        busy = answer.status_code == 503 and answer.headers["retry-after"]
        assert answer.status_code in (200, 202) or busy or refused(answer)
    assert_nothing_escaped(home)


@pytest.mark.parametrize(
    "model", ["../voice", "/etc/passwd", "voice/../voice", "C:\\voice", "voice\0", "\ud800", "x" * 199]
)
def test_models_are_names_and_never_paths(client, home, model):
    text = json.dumps({"model": model, "n": 1, "horizon": 1, "data": []})
    for route in ("/v1/forecast", "/v1/generate"):
        refused(ask(client, route, text.encode(), JSON))
    request = json.dumps({"kind": "generate", "model": model, "n": 1})
    refused(client.post("/v1/jobs", data={"request": request}))
    request = json.dumps({"kind": "generate", "model": "crystals", "n": 1, "output": f"{model}/x"})
    refused(client.post("/v1/jobs", data={"request": request}))
    if model.isascii():
        answer = client.post(
            "/v1/synthesize", params={"model": model}, content=b"x", headers={"Content-Type": WAV}
        )
        refused(answer)
    assert_nothing_escaped(home)


def assert_nothing_escaped(home: Path) -> None:
    """All that is new lies in the server's own folder, under names of its own."""
    outside = [path for path in home.rglob("*") if path.relative_to(home).parts[0] not in ("service", "work")]
    assert outside == []
    assert list((home / "work").rglob("*")) == []
    assert not [path for path in home.rglob("*") if "escaped" in path.name or path.name in ("CON", "~")]
