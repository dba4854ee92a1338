"""POST /v1/synthesize."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from ....domains.audio.features.decoding import check_header
from ....domains.audio.features.sound_limit import SoundLimit
from ..errors import refusals
from ..model_worker import begun
from ..notes import noted, notes_header
from ..service import Service, service_of
from ..settings import ServiceSettings
from .features_archive import read_features
from .query import SynthesisQuery, query_parameters, read_query
from .sound_body import FEATURES, FEATURES_TYPES, FORM, RECORDING, SoundBody, read_sound_body
from .wave import wave_bytes, wave_pieces

KIND = "vocoder"
WAV = "audio/wav"
SAMPLES_PER_SECOND = 96_000
"""Of all channels, that a recording of the longest duration may have: stereo at 48 kHz."""
HIGHEST_RATE = 192_000
"""Hz; speech is recorded at no higher one."""

router = APIRouter(tags=["synthesis"])

_BINARY = {"type": "string", "format": "binary"}
_FORM = {
    "type": "object",
    "properties": {
        RECORDING: {**_BINARY, "description": "A wav, flac or ogg file"},
        FEATURES: {**_BINARY, "description": "An npz archive of mel and f0, instead of audio"},
    },
}
_ANSWER: dict[str, Any] = {
    "description": "The sound, 16 bits, one channel; the header goes out with the first samples",
    "content": {WAV: {"schema": _BINARY}},
    "headers": {
        "X-Sample-Rate": {"description": "Hz", "schema": {"type": "integer"}},
        "X-Notes": {"description": "What was changed or noticed, a JSON array", "schema": {"type": "string"}},
    },
}
_DOCUMENT: dict[str, Any] = {
    "parameters": query_parameters(),
    "requestBody": {
        "required": True,
        "content": {
            WAV: {"schema": _BINARY},
            "audio/flac": {"schema": _BINARY},
            FEATURES_TYPES[0]: {"schema": _BINARY},
            FORM: {"schema": _FORM},
        },
    },
}


@router.post(
    "/v1/synthesize",
    response_class=StreamingResponse,
    summary="A recording made anew, or speech from features",
    responses={200: _ANSWER, **refusals(404, 415, 503, 504)},
    openapi_extra=_DOCUMENT,
)
async def synthesize(request: Request, service: Annotated[Service, Depends(service_of)]) -> StreamingResponse:
    """Speech made anew by a vocoder, pitch and formants changed at will.

    The body is a recording (wav, flac or ogg), or features as an npz archive: `mel`, natural log-mel
    [frames, bands], and `f0`, Hz [frames], 0 where unvoiced, both with the model's hop. In a form, the file
    is the part `audio` or `features`, and the query's parameters may be fields of the form instead.

        curl --data-binary @hello.wav -H 'Content-Type: audio/wav' -o higher.wav \\
            'http://127.0.0.1:8000/v1/synthesize?model=wavehax-16k&pitch=1.2'
    """
    body = await read_sound_body(request)
    wanted = read_query((*request.query_params.multi_items(), *body.fields))
    wanted.require_fit(body.recording)
    served = service.models.find(wanted.model, (KIND,))
    limit = sound_limit(service.settings)
    if body.recording:
        # What is too long is turned away without waiting for the model.
        await to_thread.run_sync(check_header, body.content, limit)
    facts: dict[str, int] = {}

    def work(vocoder: Any) -> Iterator[bytes]:
        sound = _sound(vocoder, wanted, body, limit)
        facts["samples"], facts["rate"] = sound.samples, sound.sample_rate
        yield from wave_pieces(sound)

    with noted() as notes:
        pieces = await begun(served.worker.stream(work))
    headers = {"X-Sample-Rate": str(facts["rate"]), "Content-Length": str(wave_bytes(facts["samples"]))}
    return StreamingResponse(pieces, media_type=WAV, headers=headers | notes_header(notes))


def sound_limit(settings: ServiceSettings) -> SoundLimit:
    """How long a recording may be here."""
    return SoundLimit(settings.max_audio_s, int(settings.max_audio_s * SAMPLES_PER_SECOND), HIGHEST_RATE)


def _sound(vocoder: Any, wanted: SynthesisQuery, body: SoundBody, limit: SoundLimit) -> Any:
    if body.recording:
        return wanted.resynthesize_in_pieces(vocoder, body.content, limit=limit)
    mel, f0 = read_features(body.content, vocoder.features.settings, limit.seconds)
    return vocoder.synthesize_in_pieces(mel, f0, iterations=wanted.iterations, seed=wanted.seed)
