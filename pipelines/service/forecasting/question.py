"""A request for a forecast, read: options, history, covariates ahead, graph."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_origin

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from ....shared.errors import InputError, InputErrors
from ...settings_problems import input_error_of
from ..errors import ServiceError
from ..settings import ServiceSettings
from .options import ForecastOptions
from .tables import FORM, JSON, columns_of, media_type, read_json, read_table

TABLES = ("data", "future", "graph")
MOST_FIELDS = 200
MOST_TEXT = 100_000
"""Bytes of one text field of a form."""

GLANCE = 2000
"""Bytes at the beginning and end of a JSON body where the name of the model may stand."""
_MODEL = re.compile(rb'"model"\s*:\s*"([ -!#-\[\]-~]{1,200})"')


@dataclass(frozen=True)
class Raw:
    """A request's parts as they came, before anything of them is understood."""

    options: Mapping[str, Any]
    tables: Mapping[str, tuple[bytes, str | None] | Any]
    """By field: content and type; or, out of a JSON body, rows or columns."""


@dataclass(frozen=True)
class Question:
    """What is asked. Tables are frames, checked columns, or CSV text that is yet to be read."""

    options: ForecastOptions
    data: Any
    future: Any = None
    graph: Any = None


async def receive(request: Request) -> Raw:
    """Take in the body; nothing is understood yet.

    Raises:
        ServiceError: 415, a type of body that is not read here.
        InputError: a form that holds a table twice, or text where a file should be.
    """
    kind = media_type(request.headers.get("content-type"))
    if kind == FORM:
        return await _receive_form(request)
    query = _several(request.query_params.multi_items())
    if kind != JSON:
        if kind is None:
            read_table(b"", None, "the body", 0)  # says what is read here
        return Raw(query, {"data": (await request.body(), kind)})
    return Raw(query, {"body": (await request.body(), JSON)})


async def _receive_form(request: Request) -> Raw:
    try:
        form = await request.form(max_files=len(TABLES), max_fields=MOST_FIELDS, max_part_size=MOST_TEXT)
    except (ValueError, LookupError) as error:  # a charset that cannot be: codecs have words of their own
        raise ServiceError(400, "the form cannot be read; its charset is to be utf-8") from error
    try:
        options = _several([(k, v) for k, v in form.multi_items() if not isinstance(v, UploadFile)])
        query = _several(request.query_params.multi_items())
        return Raw(_merged(query, options, "form"), await _files(form))
    finally:
        await form.close()


async def _files(form: FormData) -> dict[str, tuple[bytes, str | None]]:
    files: dict[str, tuple[bytes, str | None]] = {}
    for name, part in form.multi_items():
        if not isinstance(part, UploadFile):
            if name in TABLES:
                raise InputError(name, "is a text", expected="a file")
            continue
        if name not in TABLES or name in files:
            problem = "is sent twice" if name in files else "is no file that is read"
            raise InputError(name[:80] or "file", problem, expected=f"one each of {', '.join(TABLES)}")
        files[name] = await part.read(), media_type(part.content_type, part.filename)
    return files


def _several(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Fields of text: those that take several may be repeated, or be a list with commas."""
    told: dict[str, Any] = {}
    for name, value in pairs:
        field = ForecastOptions.model_fields.get(name)
        if field is not None and _takes_several(field.annotation):
            told.setdefault(name, []).extend(part.strip() for part in str(value).split(",") if part.strip())
        elif name in told:
            raise InputError(name[:80], "is given twice", remedy="Give it once")
        else:
            told[name] = value
    return told


def _merged(query: Mapping[str, Any], others: Mapping[str, Any], place: str) -> dict[str, Any]:
    twice = next((name for name in others if name in query), None)
    if twice is not None:
        raise InputError(twice, f"is in the {place} and in the query", expected="one of the two")
    return {**query, **others}


def _takes_several(annotation: Any) -> bool:
    return get_origin(annotation) is tuple


def named_model(raw: Raw) -> str | None:
    """The model that a request seems to be for, before it is read; None: not to be seen at a glance."""
    if "body" not in raw.tables:
        return str(raw.options.get("model", ForecastOptions.model_fields["model"].default))
    body = raw.tables["body"][0]
    found = _MODEL.search(body[:GLANCE]) or _MODEL.search(body[-GLANCE:])
    return found[1].decode("ascii") if found else None


def understand(raw: Raw, limits: ServiceSettings) -> Question:
    """Options checked, tables read. Takes as long as the tables are large: call it in a thread.

    Raises:
        InputError: what is wrong, by field.
        ServiceError: 413 or 415, a table that is too large, or of no type that is read.
    """
    given, tables = dict(raw.options), dict(raw.tables)
    if "body" in tables:
        body = read_json(tables["body"][0], "body")
        if not isinstance(body, dict):
            raise InputError("body", "is no object", expected="an object with model, horizon and data")
        given = _merged(given, body, "body")
        tables = {name: given.pop(name) for name in TABLES if name in given}
        if "data" in tables and tables["data"] is None:
            raise InputError("data", "is null", expected="a table")
    options = checked_options(given)
    if "data" not in tables:
        raise InputError("data", "is missing", expected="a table: the body, or a file or field of this name")
    if options.horizon > limits.max_horizon:
        raise InputError("horizon", f"is {options.horizon:,}", expected=f"at most {limits.max_horizon:,}")
    cells = limits.max_points + 2 * limits.max_points  # names and times beside the values
    read = {name: _read(table, name, cells) for name, table in tables.items() if table is not None}
    return Question(options, **read)


def _read(table: Any, name: str, cells: int) -> Any:
    if isinstance(table, tuple):
        return read_table(table[0], table[1], name, cells)
    return columns_of(table, name, cells)


def checked_options(given: Mapping[str, Any]) -> ForecastOptions:
    """The options, when every one makes sense.

    Raises:
        InputErrors: those that do not.
    """
    try:
        return ForecastOptions.model_validate(given)
    except ValidationError as error:
        raise InputErrors([input_error_of(detail) for detail in error.errors()]) from None


def refuse_large(steps: int, series: int, horizon: int, limits: ServiceSettings) -> None:
    """Refuse more series or points than the server takes, in the history or in the answer.

    Raises:
        ServiceError: 413.
    """
    if series > limits.max_series:
        raise ServiceError(413, f"the data hold {series:,} series; at most {limits.max_series:,} are taken")
    for what, count in (("history", steps * series), ("answer", horizon * series)):
        if count > 4 * limits.max_points:
            most = 4 * limits.max_points
            raise ServiceError(413, f"the {what} has {count:,} values; at most {most:,} are taken")
