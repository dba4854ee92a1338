"""What no sound is made of is refused in a sentence, and nothing is written anywhere."""

import io
import pickle
import struct
import zipfile

import numpy as np
import pytest
from tiny_media import BANDS, RATE, buzz, npz, sound_file

URL = "/v1/synthesize"
MEL, F0 = np.full((20, BANDS), -4.0), np.zeros(20)


@pytest.fixture(scope="module")
def client(serving, voice):
    return serving(models=(str(voice),), max_audio_s=4)


def refused(answer, status=422) -> str:
    assert answer.status_code == status, answer.text
    document = answer.json()
    assert document["detail"]
    if status == 422:
        assert document["errors"][0]["field"]
    assert "Traceback" not in answer.text
    return document["detail"]


def asked(client, content, kind="audio/wav", **query):
    headers = {"Content-Type": kind}
    return client.post(URL, params={"model": "voice", **query}, content=content, headers=headers)


def wav_that_says(place: str, offset: int, value: int, content: bytes | None = None) -> bytes:
    file = bytearray(content or sound_file(buzz()))
    struct.pack_into(place, file, offset, value)
    return bytes(file)


def flac_that_says(samples: int) -> bytes:
    file = bytearray(sound_file(buzz(), kind="FLAC"))
    file[21] = (file[21] & 0xF0) | samples >> 32
    file[22:26] = struct.pack(">I", samples & 0xFFFFFFFF)
    return bytes(file)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "has 0 bytes"),
        (b"RIFF", "no sound that can be read"),
        (b"\0" * 5_000, "no sound that can be read"),
        (b"unique_id,ds,y\n", "no sound that can be read"),
        (sound_file(buzz())[:30], "no sound that can be read"),
        (sound_file(buzz(), kind="FLAC")[:300], "no sound that can be read"),
        (sound_file(np.zeros(0)), "is empty: 0 samples"),
        (sound_file(buzz(4.1)), "is 4.1 s long; expected at most 4 s"),
        (sound_file(np.zeros((3 * RATE, 20))), "480,000 samples in 20 channels; expected at most 384,000"),
        (sound_file(buzz(0.1, rate=200_000), 200_000), "is at 200,000 Hz"),
        (flac_that_says(3_600 * RATE), "3,600.0 s long"),
        (flac_that_says(2**36 - 1), "expected at most 4 s"),
        (flac_that_says(0), "without end"),
        (flac_that_says(30_000), "no sound that can be read"),
        (wav_that_says("<I", 24, 2**31 - 1), "expected whole Hz between 1,000 and 768,000"),
        (wav_that_says("<I", 24, 1), "expected whole Hz between 1,000 and 768,000"),
        (wav_that_says("<H", 22, 0), "no sound that can be read"),
        (sound_file(np.full(RATE, np.nan), subtype="FLOAT"), "8,000 of 8,000 samples are NaN or infinite"),
        (sound_file(np.full(RATE, np.inf), subtype="DOUBLE"), "NaN or infinite"),
        (sound_file(np.full(RATE, 1e300), subtype="DOUBLE"), "NaN or infinite"),
    ],
    ids=range(20),
)  # fmt: skip
def test_malformed_and_too_long_recordings(client, content, told):
    assert told in refused(asked(client, content))


def test_a_wav_that_says_an_hour_is_as_long_as_it_is(client):
    answer = asked(client, wav_that_says("<I", 40, 2 * 3_600 * RATE))
    assert answer.status_code == 200
    assert len(answer.content) == len(sound_file(buzz()))
    assert "ends early" in answer.headers["x-notes"]


def test_nan_can_be_silence(client):
    samples = buzz()
    samples[100:110] = np.nan
    answer = asked(client, sound_file(samples, subtype="FLOAT"), nan="zero")
    assert answer.status_code == 200
    assert "10 of 4,800 samples are NaN" in answer.headers["x-notes"]


def archive(method: int = zipfile.ZIP_STORED, **entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, content in entries.items():
            made.writestr(f"{name}.npy", content)
    return file.getvalue()


def array(values: object) -> bytes:
    file = io.BytesIO()
    np.save(file, values)  # type: ignore[arg-type]
    return file.getvalue()


def head(text: str, version: bytes = b"\x01\x00") -> bytes:
    """An array with this head and 64 bytes of numbers."""
    return b"\x93NUMPY" + version + struct.pack("<H", len(text) + 1) + text.encode() + b"\n" + bytes(64)


SHAPED = "{'descr': '<f8', 'fortran_order': False, 'shape': %s}"


class Evil:
    """Unpickling it would show."""

    def __reduce__(self):
        return (print, ("unpickled",))


def bomb() -> bytes:
    """10 kB that say they are a little and are 10 MB, by the archive's directory."""
    content = archive(zipfile.ZIP_DEFLATED, mel=array(np.zeros(1_250_000)), f0=array(F0))
    small = struct.pack("<I", 1_000)
    return content.replace(struct.pack("<I", len(array(np.zeros(1_250_000)))), small)


def doubled() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as made:
            made.writestr("mel.npy", array(MEL))
            made.writestr("mel.npy", array(MEL))
        return file.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x05\x06" + bytes(18), "mel: is missing; the archive holds nothing"),
        (b"PK", "no npz archive"),
        (npz(mel=MEL, f0=F0)[:-30], "no npz archive"),
        (npz(mel=MEL), "f0: is missing; the archive holds mel"),
        (npz(f0=F0, speaker=F0), "mel: is missing; the archive holds f0, speaker"),
        (npz(mel=np.full((300, BANDS), -4.0), f0=F0), "f0: has 20 frames, the mel spectrum 300"),
        (npz(mel=np.full((2_000, BANDS), -4.0), f0=F0), "expands to 320,128 bytes; expected at most 401"),
        (npz(True, mel=np.zeros((2_000_000, BANDS)), f0=F0), "expands to 320,000,128 bytes"),
        (bomb(), "no npz archive"),
        (npz(mel=MEL, f0=F0, **{f"x{i}": F0 for i in range(20)}), "hold 22 arrays"),
        (archive(zipfile.ZIP_LZMA, mel=array(MEL), f0=array(F0)), "compressed in a way"),
        (archive(zipfile.ZIP_BZIP2, mel=array(MEL), f0=array(F0)), "compressed in a way"),
        (archive(mel=b"\x93NUMPY" + b"\x01\x00" + pickle.dumps(Evil()), f0=array(F0)), "is no array"),
        (npz(mel=np.array([[Evil()]], object), f0=F0), "holds pickled objects, which are never read"),
        (npz(mel=np.array([["a"] * BANDS]), f0=F0), "is of type str"),
        (npz(mel=MEL.astype(complex), f0=F0), "is of type complex128"),
        (npz(mel=MEL.astype(np.longdouble), f0=F0), "is of type"),
        (npz(mel=MEL > 0, f0=F0), "is of type bool"),
        (npz(mel=np.zeros(3, [("a", "f4")]), f0=F0), "is of type void32"),
        (npz(mel=MEL[:9].T, f0=F0), "got 9; expected [frames, 20]. Transpose it"),
        (npz(mel=MEL[:, 1:], f0=F0), "the model expects 20 mel bins, got 19"),
        (npz(mel=MEL[0], f0=F0), "got shape (20,)"),
        (npz(mel=np.float64(3), f0=F0), "got shape ()"),
        (npz(mel=MEL[:0], f0=F0[:0]), "mel: is empty: 0 frames"),
        (npz(mel=np.where(MEL < 0, np.nan, 0), f0=F0), "20 of 20 frames are NaN or infinite"),
        (npz(mel=MEL, f0=F0 - np.inf), "20 of 20 frames are NaN or infinite"),
        (npz(mel=MEL, f0=F0 - 5), "negative"),
        (npz(mel=MEL, f0=F0 + 5), "voiced but below 20 Hz"),
        (npz(mel=np.full((20, BANDS), 1e300), f0=F0), "mel"),
        (npz(mel=np.full((20, BANDS), 1e4), f0=F0), "mel"),
        (archive(mel=head(SHAPED % "(9, 20)"), f0=array(F0)), "64 bytes"),
        (archive(mel=head(SHAPED % "(-2, -4)"), f0=array(F0)), "64 bytes"),
        (archive(mel=head(SHAPED % "(10**9,)*9"), f0=array(F0)), "no array"),
        (archive(mel=head(SHAPED % "(999999999999999999999, 20)"), f0=array(F0)), "64 bytes"),
        (archive(mel=head("__import__('os').abort()"), f0=array(F0)), "no array"),
        (archive(mel=head("(" * 9_000), f0=array(F0)), "no array"),
        (archive(mel=head("-" * 9_000 + "1"), f0=array(F0)), "no array"),
        (archive(mel=head(SHAPED % "(8L,)"), f0=array(F0)), ""),
        (archive(mel=array(MEL).replace(b"\x01\x00", b"\x09\x00", 1), f0=array(F0)), "no array"),
        (archive(mel=b"", f0=b""), "no array"),
        (doubled(), "two arrays of one name"),
    ],
    ids=range(41),
)  # fmt: skip
def test_archives_of_no_features(client, capfd, content, told):
    assert told in refused(asked(client, content, "application/x-npz"))
    assert "unpickled" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"model": ""}, "model"),
        ({"pitch": "0"}, "pitch: is '0'; expected 0.01 or more"),
        ({"pitch": "nan"}, "pitch"),
        ({"pitch": "1e400"}, "pitch"),
        ({"pitch": "high"}, "pitch: input should be a valid number"),
        ({"formant": "-1"}, "formant"),
        ({"formant": "1000"}, "formant: is '1000'; expected at most 100"),
        ({"pitch": "0.01"}, "pitch: is 0.01, which brings"),
        ({"seed": "-1"}, "seed: is '-1'; expected 0 or more"),
        ({"seed": str(2**64)}, "seed"),
        ({"seed": "9" * 5_000}, "seed"),
        ({"channel": "3"}, "is 3, there are 1; expected 0 to 0"),
        ({"level": "loud"}, "level"),
        ({"nan": "ignore"}, "nan"),
        ({"iterations": "3"}, "iterations: says nothing to a recording"),
        ({"pich": "2"}, "pich: extra inputs are not permitted"),
        ({"pitch": ["1", "2"]}, "pitch: is given twice"),
        ({"pitch": ""}, "pitch"),
    ],
)
def test_settings_that_do_not_fit(client, query, told):
    assert told in refused(asked(client, sound_file(buzz()), **query))


@pytest.mark.parametrize(
    "query", [{"pitch": 1.2}, {"formant": 0.8}, {"channel": 0}, {"level": "peak"}, {"iterations": 999}]
)
def test_settings_of_recordings_say_nothing_to_features(client, query):
    (name,) = query
    assert name in refused(asked(client, npz(mel=MEL, f0=F0), "application/x-npz", **query))


@pytest.mark.parametrize(
    "kind", ["", "text/csv", "application/json", "image/png", "video/mp4", "audio", "x" * 5_000]
)
def test_other_types_are_refused(client, kind):
    headers = {"Content-Type": kind} if kind else {}
    answer = client.post(URL, params={"model": "voice"}, content=sound_file(buzz()), headers=headers)
    assert "audio/wav" in refused(answer, 415)


def test_models_that_do_not_speak(client):
    assert "is not served; those that are: voice" in refused(asked(client, b"x", model="../voice"), 404)
    assert "linear is a forecaster; expected one of voice" in refused(asked(client, b"x", model="linear"))


def form(*parts: tuple[str, bytes]) -> tuple[bytes, dict[str, str]]:
    """A form whose parts have exactly these heads."""
    body = b"".join(
        b"--line\r\n" + disposition.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + content + b"\r\n"
        for disposition, content in parts
    )
    return body + b"--line--\r\n", {"Content-Type": "multipart/form-data; boundary=line"}


PART = "Content-Disposition: form-data"
NAMES = [
    "../../x",
    "C:\\x.wav",
    "/etc/passwd",
    "a\0b.wav",
    "~/x",
    "\udcff\udcfe",
    "..",
    "x" * 3_000,
    "CON",
    "%2e%2e%2fx",
    "",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_of_files_are_not_looked_at(client, tmp_path, monkeypatch, name):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    before = sorted(tmp_path.rglob("*"))
    disposition = f'Content-Disposition: form-data; name="audio"; filename="{name}"'
    model = ('Content-Disposition: form-data; name="model"', b"voice")
    body, headers = form(model, (disposition, sound_file(buzz())))
    answer = client.post(URL, content=body, headers=headers)
    assert answer.status_code == 200 or (answer.status_code in (400, 422) and answer.json()["detail"])
    broken, headers = form(model, (disposition, b"RIFF"))
    assert client.post(URL, content=broken, headers=headers).status_code in (400, 422)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("parts", "status", "told"),
    [
        ([], 422, "has these files: none"),
        ([('Content-Disposition: form-data; name="audio"', b"text")], 422, "has these files: none"),
        ([('Content-Disposition: form-data; name="sound"; filename="a"', b"x")], 422, "these files: sound"),
        ([('Content-Disposition: form-data; name="audio"; filename="a"', b"")], 422, "audio: has 0 bytes"),
        ([('Content-Disposition: form-data; name="audio"; filename="a"', b"x")] * 2, 422, "audio, audio"),
        ([('Content-Disposition: form-data; name="audio"; filename="a"', b"x")] * 5, 400, "Too many files"),
        ([('Content-Disposition: form-data; name="seed"', b"1")] * 33, 400, "Too many fields"),
        ([('Content-Disposition: form-data; name="model"', b"x" * 20_000)], 400, "exceeded maximum size"),
        ([("Content-Disposition: form-data", b"x")], 400, '"name" must be provided'),
        ([("X: y", b"x")], 400, '"name" must be provided'),
    ],
    ids=range(10),
)  # fmt: skip
def test_forms_that_are_none(client, parts, status, told):
    body, headers = form(*parts)
    assert told in refused(client.post(URL, params={"model": "voice"}, content=body, headers=headers), status)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=", b"--x--"),
        ("multipart/form-data; boundary=line", b"no line"),
        ("multipart/form-data; boundary=line; charset=idna", form((f"{PART}; name=\"\udcff\"", b"x"))[0]),
        ("multipart/form-data; boundary=line; charset=zlib", form((f"{PART}; name=a", b"x"))[0]),
        ("multipart/form-data; boundary=line; charset=undefined", form((f"{PART}; name=a", b"x"))[0]),
    ],
    ids=range(6),
)  # fmt: skip
def test_forms_with_broken_heads(client, kind, body):
    answer = client.post(URL, params={"model": "voice"}, content=body, headers={"Content-Type": kind})
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["detail"]
