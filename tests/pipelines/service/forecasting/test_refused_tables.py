"""What must not get through POST /v1/forecast: each is refused with a sentence, none by a fault."""

import io
import json
import struct

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from fourfold.pipelines.service.forecasting.arrow_guard import read_arrow, read_parquet
from fourfold.pipelines.service.forecasting.examples import COLUMNS, CSV
from fourfold.pipelines.service.forecasting.tables import _single
from fourfold.shared.errors import InputError
from pyarrow import parquet

URL = "/v1/forecast"
ARROW, PARQUET = "application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"
DAYS = [str(day.date()) for day in pd.date_range("2026-01-01", periods=40)]


def stream(table: pa.Table, **options) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return sink.getvalue()


def file(table: pa.Table, **options) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(table, sink, **options)
    return sink.getvalue()


def json_of(**changed) -> bytes:
    body = {**COLUMNS, **changed}
    return json.dumps({name: value for name, value in body.items() if value is not ...}).encode()


def data_of(values: str, column: str = "y") -> bytes:
    """A body whose values are written as they stand."""
    days = json.dumps(DAYS[:3])
    options = '"model": "drift", "horizon": 2, "levels": []'
    return f'{{{options}, "data": {{"ds": {days}, "{column}": {values}}}}}'.encode()


BODIES = {
    "no JSON": (b"{", 422, "is not JSON"),
    "no object": (b"[1]", 422, "is no object"),
    "not UTF-8": (b'{"model": "\xff"}', 422, "byte 11 is not UTF-8"),
    "UTF-16": ('{"model": "drift"}'.encode("utf-16"), 422, "is not UTF-8"),
    "deep": (b"[" * 100_000, 422, "nested too deeply"),
    "deep within": (data_of("[" * 5000 + "]" * 5000), 422, ""),
    "NaN": (data_of("[1, NaN, 3]"), 422, "holds NaN, which is no JSON"),
    "infinity": (data_of("[1, -Infinity, 3]"), 422, "holds -Infinity"),
    "beyond": (data_of("[1, 1e999, 3]"), 422, "beyond all numbers"),
    "beyond as a whole number": (data_of("[1, null, -" + "9" * 400 + "]"), 422, "y at row 2: holds a number"),
    "beyond in rows": (json_of(data=[{"ds": DAYS[0], "y": 10**310}]), 422, "data.y at row 0: holds a number"),
    "beyond ahead": (json_of(future={"ds": DAYS, "x": [10**310] * 40}), 422, "future.x at row 0: holds"),
    "beyond on a graph": (
        json_of(graph=[{"from": "a", "to": "b", "weight": 10**310}]), 422, "graph.weight at row 0: holds",
    ),
    "half a name": (
        json_of(data={"unique_id": ["a", "\ud800"], "ds": DAYS[:2], "y": [1, 2]}), 422,
        "data.unique_id at row 1: the text is no Unicode",
    ),
    "half a time": (json_of(data={"ds": [None, 1, "\udc00"], "y": [1, 2, 3]}), 422, "data.ds at row 2: the"),
    "half a column": (json_of(data={"y": [1], "\ud800": [2]}), 422, "data at column 1: the column's name"),
    "half an edge": (json_of(graph=[{"from": "\ud800", "to": "b"}]), 422, "graph.from at row 0: the text"),
    "beyond float32": (data_of("[1, 1e39, 3]"), 422, "y"),
    "digits": (data_of("[1, " + "9" * 5000 + ", 3]"), 422, "is not JSON"),
    "large whole": (data_of("[1, " + "9" * 300 + ", 3]"), 422, "y"),
    "twice": (b'{"model": "drift", "model": "theta", "horizon": 2}', 422, "stands twice"),
    "column twice": (data_of("[1,2,3]", 'y": [1,2,3], "y'), 422, "stands twice"),
    "texts": (data_of('["a", "b", "c"]'), 422, "y"),
    "truths": (data_of("[1, true, 3]"), 422, "expected a number"),
    "lists": (data_of("[1, [2], 3]"), 422, "holds a list or object"),
    "ragged": (data_of("[1, 2]"), 422, "has 2 values"),
    "nulls": (data_of("[null, null, null]"), 422, "y"),
    "null": (json_of(data=None), 422, "data: is null"),
    "empty": (json_of(data={}), 422, "is no table"),
    "no rows": (json_of(data=[]), 422, "is no table"),
    "rows of numbers": (json_of(data=[1, 2]), 422, "expected an object a row"),
    "a text": (json_of(data="ds,y"), 422, "is no table"),
    "no list": (json_of(data={"ds": 1}), 422, "is no list"),
    "no data": (json_of(data=...), 422, "data: is missing"),
    "no horizon": (json_of(horizon=...), 422, "horizon"),
    "horizon 0": (json_of(horizon=0), 422, "horizon: is 0; expected 1 or more"),
    "horizon true": (json_of(horizon=True), 422, "horizon"),
    "horizon large": (json_of(horizon=201), 422, "expected at most 200"),
    "horizon huge": (json_of(horizon=10**400), 422, "horizon"),
    "level": (json_of(levels=[100]), 422, "levels"),
    "levels": (json_of(levels=[80] * 101), 422, "levels"),
    "quantile": (json_of(quantiles=[1.5]), 422, "quantiles"),
    "unknown": (json_of(modle="drift"), 422, "modle"),
    "model": (json_of(model="nope"), 404, "those that are: "),
    "a path": (json_of(model="../../etc/passwd"), 404, "is not served"),
    "no text": (json_of(model=1), 422, "model"),
    "frequency": (json_of(freq="fortnightly"), 422, "freq"),
    "long steps": (json_of(freq="999999999999D"), 422, "freq: '999999999999D' is too long a step"),
    "long steps of numbers": (json_of(freq=10**30), 422, "freq: is too long a step"),
    "zone": (json_of(timezone="Mars/Olympus"), 422, "timezone"),
    "graph": (json_of(graph=[{"from": "a", "to": "b"}]), 422, "reads no graph"),
    "name of the forecast": (
        json_of(model="drift", levels=[], time_col="drift", data={"drift": DAYS, "y": [1, 2] * 20}), 422,
        "drift: two columns of the forecast would have this name",
    ),
    "name of an interval": (
        json_of(model="drift", time_col="drift-lo-80", data={"drift-lo-80": DAYS, "y": [1, 2] * 20}), 422,
        "drift-lo-80: two columns of the forecast would have this name",
    ),
    "levels of one name": (json_of(levels=[80, 80.0000000001]), 422, "columns of one name"),
    "stray time": (
        json_of(freq="s", data={"ds": ["1800-01-01", "2026-01-01"], "y": [1, 2]}),
        422,
        "stretch over",
    ),
    "stray number": (json_of(freq=1, levels=[], data={"ds": [0, 10**17], "y": [1, 2]}), 422, "stretch over"),
    "far time": (json_of(data={"ds": ["9999-12-31", "0001-01-01"], "y": [1, 2]}), 422, ""),
    "many series": (
        json_of(period=1, data={"unique_id": [*range(60)] * 2, "ds": [0] * 60 + [1] * 60, "y": [1.5] * 120}),
        413, "at most 50",
    ),
    "many cells": (json_of(data={"ds": [0] * 70_000, "y": [0] * 70_000}), 413, "at most 60,000 cells"),
    "many columns": (json_of(data={str(n): [] for n in range(20_001)}), 413, "20,001 columns"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "status", "words"), BODIES.values(), ids=BODIES)
def test_json(client, body, status, words):
    answer = client.post(URL, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]


def test_a_field_that_stands_twice_among_many_is_found_at_once():
    pairs = [(str(n), n) for n in range(100_000)]
    with pytest.raises(InputError, match="99999: stands twice"):
        _single([*pairs, pairs[-1]])


def long(**columns) -> pa.Table:
    return pa.table({"ds": DAYS, "y": np.arange(40.0), **columns})


TABLES = {
    "csv empty": ("text/csv", b"", 422, "empty"),
    "csv header": ("text/csv", b"ds,y\n", 422, "no rows"),
    "csv bytes": ("text/csv", bytes(range(256)) * 10, 422, ""),
    "csv not UTF-8": ("text/csv", b"ds,y\n2026-01-01,\xff\xfe\n", 422, ""),
    "csv zeros": ("text/csv", b"\0" * 10_000, 422, ""),
    "csv ragged": ("text/csv", CSV.encode() + b"1,2,3,4,5\n", 422, "line 44"),
    "csv quote": ("text/csv", b'ds,y\n"' + b"a" * 300_000, 422, ""),
    "csv nan": ("text/csv", b"ds,y\n" + b"".join(f"{day},nan\n".encode() for day in DAYS), 422, ""),
    "csv columns": ("text/csv", b"ds,y,y\n2026-01-01,1,2\n", 422, "y"),
    "parquet empty": (PARQUET, b"", 422, "is not Parquet"),
    "parquet cut": (PARQUET, file(long())[:-20], 422, "is not Parquet"),
    "parquet noise": (PARQUET, b"PAR1" + bytes(1000) + b"PAR1", 422, "is not Parquet"),
    "parquet lists": (PARQUET, file(long(x=[[1]] * 40)), 422, "expected numbers, texts or times"),
    "parquet rows": (PARQUET, file(pa.table({"y": np.zeros(10**6)})), 413, "at most 60,000 cells"),
    "parquet text": (PARQUET, file(long(unique_id=["x" * 100_000] * 40)), 422, "a text of 100,000 bytes"),
    "parquet bomb": (
        PARQUET, file(long(unique_id=["x" * 1_000_000] * 40), use_dictionary=False, compression="zstd"),
        413, "would expand to",
    ),
    "arrow empty": (ARROW, b"", 422, "is not an Arrow stream"),
    "arrow cut": (ARROW, stream(long())[:-100], 422, ""),
    "arrow noise": (ARROW, b"\xff\xff\xff\xff\x10\0\0\0" + bytes(100), 422, "is not an Arrow stream"),
    "arrow compressed": (ARROW, stream(long(), compression="zstd"), 422, "compressed"),
    "arrow dictionary": (
        ARROW, stream(long(unique_id=pa.array(["x" * 5000] * 40).dictionary_encode())), 422, "5,000 bytes",
    ),
    "arrow rows": (ARROW, stream(pa.table({"y": np.zeros(200_000, np.int8)})), 413, "at most 60,000 cells"),
    "arrow nulls": (ARROW, stream(pa.table({"y": pa.nulls(10**6)})), 413, "at most 60,000 cells"),
    "arrow objects": (ARROW, stream(long(x=[{"a": 1}] * 40)), 422, "expected numbers, texts or times"),
    "arrow nan": (ARROW, stream(pa.table({"ds": DAYS, "y": np.full(40, np.nan)})), 422, "y"),
    "arrow inf": (ARROW, stream(pa.table({"ds": DAYS, "y": np.full(40, np.inf)})), 422, "y"),
    "picture": ("image/png", b"x", 415, "no type that is read here"),
    "nothing said": ("", CSV.encode(), 415, "no type that is read here"),
    "a form without end": ("multipart/form-data", b"x", 400, "boundary"),
    "a form of another kind": ("application/x-www-form-urlencoded", b"horizon=2", 415, "no type"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "body", "status", "words"), TABLES.values(), ids=TABLES)
def test_tables(client, kind, body, status, words):
    query = {"model": "drift", "horizon": 2, "levels": ""}
    answer = client.post(URL, params=query, content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert words.lower() in answer.json()["detail"].lower()
    assert "/tmp" not in answer.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("model=drift", "horizon"),
        ("model=drift&horizon=2&horizon=3", "is given twice"),
        ("model=drift&horizon=two", "horizon"),
        ("model=drift&horizon=2&levels=80,x", "levels"),
        ("model=drift&horizon=2&path=/etc/passwd", "path"),
        ("model=drift&horizon=2&freq=%00", "freq"),
        ("model=drift&horizon=2&id_col=nope", "nope"),
    ],
)
def test_queries(client, query, words):
    answer = client.post(f"{URL}?{query}", content=CSV, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 422, answer.text
    assert words in answer.json()["detail"]


def test_forms(client):
    options = {"model": "drift", "horizon": "2"}
    cases = [
        ({"data": CSV}, {}, "expected a file"),
        ({}, {"file": ("a.csv", CSV)}, "is no file that is read"),
        ({}, [("data", ("a.csv", CSV)), ("data", ("b.csv", CSV))], "is sent twice"),
        ({}, {"future": ("a.csv", CSV)}, "data: is missing"),
        (
            {},
            {"data": ("a.csv", CSV), "future": ("f.csv", "ds\n2026-03-01\n")},
            "expected at least one covariate",
        ),
    ]
    for fields, files, words in cases:
        answer = client.post(URL, data={**options, **fields}, files=files or {"other": b""})
        assert answer.status_code == 422, (words, answer.text)
    twice = client.post(f"{URL}?horizon=2", data=options, files={"data": ("a.csv", CSV)})
    assert "is in the form and in the query" in twice.json()["detail"]
    many = client.post(URL, data=options, files=[("data", ("a", b""))] * 9)
    assert many.status_code == 400
    picture = client.post(URL, data=options, files={"data": ("a.png", b"x", "image/png")})
    assert picture.status_code == 415
    charset = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b; charset=idna"}
    assert client.post(URL, content=charset, headers=headers).status_code < 500


def test_large_bodies(client):
    answer = client.post(URL, content=b" " * 2_000_001, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.slow
@pytest.mark.parametrize(("read", "whole"), [(read_arrow, stream(long())), (read_parquet, file(long()))])
def test_any_damage_to_a_table_is_an_error_of_the_input(read, whole):
    """Bytes are changed, cut and doubled at random; nothing else than a refusal may come of it."""
    from fourfold.pipelines.service.errors import ServiceError

    rng = np.random.default_rng(0)
    for _ in range(400):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(damaged), rng.integers(1, 6)):
            damaged[place] = rng.integers(256)
        if rng.random() < 0.2:
            del damaged[int(rng.integers(len(damaged))) :]
        try:
            read(bytes(damaged), "data", 60_000)
        except (InputError, ServiceError):
            continue


def test_the_guard_reads_the_flatbuffers_of_every_message():
    plain = stream(long(unique_id=pa.array(["a"] * 40).dictionary_encode()))
    assert len(read_arrow(plain, "data", 1000)) == 40
    for codec in ("zstd", "lz4"):
        with pytest.raises(InputError, match="compressed"):
            read_arrow(stream(long(), compression=codec), "data", 1000)
    with pytest.raises(InputError):
        read_arrow(struct.pack("<II", 0xFFFFFFFF, 0x7FFFFFFF) + b"x" * 64, "data", 1000)
