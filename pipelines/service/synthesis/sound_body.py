"""The body of `POST /v1/synthesize`: a recording or features, plain or as a part of a form."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import UploadFile

from ....shared.errors import InputError
from ..errors import ServiceError

FORM = "multipart/form-data"
FEATURES_TYPES = ("application/x-npz", "application/npz", "application/zip")
PLAIN_TYPES = ("application/octet-stream", "application/ogg")
RECORDING, FEATURES = "audio", "features"
_ZIP = b"PK"


@dataclass(frozen=True)
class SoundBody:
    """What was sent: `content` of a file, and the text fields beside it."""

    content: bytes
    recording: bool
    """Else an npz archive of features."""
    fields: tuple[tuple[str, str], ...] = ()


async def read_sound_body(request: Request) -> SoundBody:
    """The body in memory, its size counted by `BodyLimit`; names of files are not looked at.

    Raises:
        ServiceError: 415, the body is of another type.
        InputError: it is empty, or a form without exactly one file that is known.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        return await _of_form(request)
    if not kind.startswith("audio/") and kind not in FEATURES_TYPES + PLAIN_TYPES:
        told = f"a body of type {kind[:80]!r} is not read here" if kind else "the body has no Content-Type"
        raise ServiceError(
            415, f"{told}; send a recording as audio/wav or audio/flac, or features as {FEATURES_TYPES[0]}"
        )
    content = await request.body()
    recording = kind not in FEATURES_TYPES and not (kind in PLAIN_TYPES and content.startswith(_ZIP))
    if not content:
        raise InputError(RECORDING if recording else FEATURES, "has 0 bytes", expected="a file's content")
    return SoundBody(content, recording)


async def _of_form(request: Request) -> SoundBody:
    """One file `audio` or `features`, and text fields."""
    try:
        form = await request.form(max_files=4, max_fields=32, max_part_size=10_000)
    except (ValueError, LookupError) as error:  # a charset that cannot be: codecs have their own words for it
        raise ServiceError(400, "the form cannot be read; its charset is to be utf-8") from error
    try:
        parts = form.multi_items()
        files = [(name, part) for name, part in parts if isinstance(part, UploadFile)]
        fields = tuple((name, part) for name, part in parts if isinstance(part, str))
        if len(files) != 1 or files[0][0] not in (RECORDING, FEATURES):
            named = ", ".join(name[:80] for name, _ in files) or "none"
            raise InputError(
                "body", f"has these files: {named}", expected=f"one file, {RECORDING} or {FEATURES}"
            )
        name, file = files[0]
        content = await file.read()
    finally:
        await form.close()
    if not content:
        raise InputError(name, "has 0 bytes", expected="a file's content")
    return SoundBody(content, name == RECORDING, fields)
