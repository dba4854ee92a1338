"""POST /v1/synthesize gives what the vocoder gives, for recordings and features."""

import io
import json

import numpy as np
import pytest
import soundfile
from fourfold import Vocoder
from fourfold.shared.errors import InputWarning
from starlette.testclient import TestClient
from tiny_media import BANDS, HOP, RATE, buzz, npz, sound_file

URL = "/v1/synthesize"
WAV = {"Content-Type": "audio/wav"}
ROUNDING = 1.5 / 32_768


@pytest.fixture(scope="module")
def client(serving, voice):
    return serving(models=(str(voice),))


def asked(client: TestClient, content: bytes, headers=WAV, **query):
    return client.post(URL, params={"model": "voice", **query}, content=content, headers=headers)


def heard(answer) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "audio/wav"
    assert int(answer.headers["content-length"]) == len(answer.content)
    samples, rate = soundfile.read(io.BytesIO(answer.content))
    assert rate == int(answer.headers["x-sample-rate"]) == RATE
    return samples


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("WAV", {}),
        ("WAV", {"pitch": 1.2, "formant": 0.9, "seed": 3}),
        ("FLAC", {"pitch": 0.8}),
        ("OGG", {"level": "peak"}),
    ],
)
def test_recordings_are_made_anew_as_they_are_here(client, voice, kind, query):
    sound = sound_file(buzz(3.0), kind=kind)
    wanted = Vocoder.load(voice).resynthesize(sound, **query)
    made = heard(asked(client, sound, {"Content-Type": f"audio/{kind.lower()}"}, **query))
    np.testing.assert_allclose(made, np.clip(wanted.samples, -1, 1 - 1 / 32_768), atol=ROUNDING)


def test_features_are_spoken(client, voice):
    vocoder = Vocoder.load(voice)
    mel, f0 = vocoder.features.of(vocoder.features.read(sound_file(buzz(0.7))))
    for compressed in (False, True):
        for query in ({}, {"iterations": 0, "seed": 5}):
            body = npz(
                compressed, mel=np.asfortranarray(mel), f0=f0.astype(np.float16 if compressed else ">f8")
            )
            answer = asked(client, body, {"Content-Type": "application/x-npz"}, **query)
            wanted = vocoder.synthesize(mel, f0.astype(np.float16) if compressed else f0, **query)
            np.testing.assert_allclose(heard(answer), np.clip(wanted, -1, 1 - 1 / 32_768), atol=ROUNDING)


def test_forms_bring_file_and_settings(client, voice):
    sound = sound_file(buzz())
    plain = heard(asked(client, sound, pitch=1.1))
    fields = {"model": "voice", "pitch": "1.1"}
    np.testing.assert_array_equal(heard(client.post(URL, data=fields, files={"audio": sound})), plain)
    answer = client.post(URL, params={"pitch": 1.1}, data={"model": "voice"}, files={"audio": ("a", sound)})
    np.testing.assert_array_equal(heard(answer), plain)
    features = npz(mel=np.full((20, BANDS), -4.0), f0=np.zeros(20))
    answer = client.post(URL, data={"model": "voice"}, files={"features": ("x.npz", features)})
    assert len(heard(answer)) == 20 * HOP


def test_bytes_are_recognised(client):
    plain = {"Content-Type": "application/octet-stream"}
    assert len(heard(asked(client, sound_file(buzz(0.5)), plain))) == RATE // 2
    assert len(heard(asked(client, npz(mel=np.full((9, BANDS), -4.0), f0=np.zeros(9)), plain))) == 9 * HOP


def test_what_was_noticed_comes_as_notes(client, voice):
    stereo = np.stack([buzz(), buzz(pitch=180)], axis=1)
    answer = asked(client, sound_file(stereo, 2 * RATE))
    (note,) = json.loads(answer.headers["x-notes"])
    assert note == "audio: has 2 channels; their mean is used"
    left = heard(asked(client, sound_file(stereo), channel=0))
    with pytest.warns(InputWarning, match="2 channels"):
        mixed = Vocoder.load(voice).resynthesize(sound_file(stereo), 1.0)
    assert len(left) == len(mixed)
    assert np.abs(left - mixed.samples).max() > 0.01


def test_silence_stays_a_sound(client):
    answer = asked(client, sound_file(np.zeros(RATE)))
    assert len(heard(answer)) == RATE
    assert "silence" in json.loads(answer.headers["x-notes"])[0]


def test_one_sample_and_another_rate(client):
    assert len(heard(asked(client, sound_file(np.array([0.1]))))) == 1
    assert len(heard(asked(client, sound_file(buzz(0.5, rate=44_100), 44_100)))) == RATE // 2


def test_long_sounds_leave_in_pieces_behind_one_header(client):
    with client.stream(
        "POST", URL, params={"model": "voice", "pitch": 1.3}, content=sound_file(buzz(9.0)), headers=WAV
    ) as answer:
        pieces = list(answer.iter_raw())
    assert len(pieces) >= 3
    assert pieces[0].startswith(b"RIFF")
    assert not any(piece.startswith(b"RIFF") for piece in pieces[1:])
    assert len(b"".join(pieces)) == 44 + 2 * 9 * RATE


def test_a_sound_that_is_made_at_once_is_cut_as_well():
    from fourfold.domains.audio.sound_pieces import SoundPieces
    from fourfold.pipelines.service.synthesis.wave import wave_pieces

    samples = np.linspace(-1.2, 1.2, 1_000, dtype=np.float32)
    pieces = list(wave_pieces(SoundPieces(1_000, RATE, iter([samples])), most=300))
    assert [len(piece) for piece in pieces] == [644, 600, 600, 200]
    read, _ = soundfile.read(io.BytesIO(b"".join(pieces)), dtype="float32")
    np.testing.assert_allclose(read, samples.clip(-1, 1), atol=1 / 32_768)


def test_the_document_names_every_parameter_and_body(client):
    from fourfold.pipelines.service.synthesis.query import SynthesisQuery

    document = client.get("/openapi.json").json()["paths"][URL]["post"]
    parameters = {parameter["name"]: parameter for parameter in document["parameters"]}
    assert set(parameters) == set(SynthesisQuery.model_fields)
    assert all(parameter["description"] for parameter in parameters.values())
    bodies = {"audio/wav", "audio/flac", "application/x-npz", "multipart/form-data"}
    assert set(document["requestBody"]["content"]) == bodies


def test_the_documents_example_runs(serve):
    client = serve(models=("wavehax-16k",))
    document = client.get("/openapi.json").json()["paths"][URL]["post"]
    query = {one["name"]: one["example"] for one in document["parameters"] if "example" in one}
    answer = client.post(URL, params=query, content=sound_file(buzz(0.3)), headers=WAV)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-sample-rate"] == "16000"
    assert len(answer.content) == 44 + 2 * 4_800
