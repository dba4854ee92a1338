"""Bad and odd sound files, one by one; all files are made here."""

import sys
import warnings

import numpy as np
import pytest
import soundfile
import torch
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.features.reading import read_audio, read_quietly
from fourfold.domains.audio.features.sample_checks import clipped_share
from fourfold.shared.errors import InputError, InputWarning

RATE = 16_000


def tone(seconds: float = 0.5, hz: float = 220.0, rate: int = RATE, level: float = 0.5) -> np.ndarray:
    """A sine, float32."""
    return (level * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


@pytest.fixture
def wav(tmp_path):
    """Writes samples to a file of the given name and returns its path."""

    def write(samples, name="sound.wav", rate=RATE, **options):
        path = tmp_path / name
        soundfile.write(path, samples, rate, **options)
        return path

    return write


def kinds(audio: Audio) -> list[str]:
    return [remark.kind for remark in audio.remarks]


@pytest.mark.parametrize(
    ("name", "options", "tolerance"),
    [
        ("a.wav", {"subtype": "PCM_16"}, 2.0**-15),
        ("a.wav", {"subtype": "PCM_24"}, 2.0**-22),
        ("a.wav", {"subtype": "FLOAT"}, 0),
        ("a.wav", {"subtype": "PCM_U8"}, 2.0**-6),
        ("a.flac", {}, 2.0**-15),
        ("a.ogg", {}, 0.03),
    ],
)
def test_common_formats_give_the_same_sound(wav, name, options, tolerance):
    x = tone()
    audio = read_audio(wav(x, name, **options))
    assert audio.samples.dtype == np.float32
    assert audio.sample_rate == RATE
    assert audio.remarks == ()
    np.testing.assert_allclose(audio.samples, x, rtol=0, atol=tolerance)


def test_bytes_and_tensors_are_sound_too(wav):
    path = wav(tone(), subtype="FLOAT")
    np.testing.assert_array_equal(read_audio(path.read_bytes()).samples, tone())
    np.testing.assert_array_equal(read_audio(torch.from_numpy(tone()), sample_rate=RATE).samples, tone())
    np.testing.assert_array_equal(read_audio(read_audio(path)).samples, tone())
    assert read_audio(str(path)).seconds == 0.5


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.wav: does not exist"):
        read_audio(tmp_path / "nothing.wav")
    with pytest.raises(InputError, match="is a folder"):
        read_audio(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("empty.wav", b"", "has 0 bytes"),
        ("text.wav", b"this is a letter, not a sound\n" * 9, "no sound that can be read"),
        ("headless.raw", bytes(4_000), "no sound that can be read"),
        ("header.wav", b"RIFF\x24\x00\x00\x00WAVE", "no sound that can be read"),
    ],
)
def test_what_is_no_sound_is_refused(tmp_path, name, content, problem):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem) as caught:
        read_audio(path)
    assert caught.value.where == str(path)
    with pytest.raises(InputError, match=problem):
        read_audio(content)


def test_a_file_without_samples_is_refused(wav):
    with pytest.raises(InputError, match="is empty: 0 samples"):
        read_audio(wav(np.zeros(0, np.float32)))
    with pytest.raises(InputError, match="is empty: 0 samples"):
        read_audio(np.zeros(0, np.float32), sample_rate=RATE)


def test_a_file_cut_short_is_read_as_far_as_it_goes(wav):
    path = wav(tone())
    path.write_bytes(path.read_bytes()[:-8_000])
    with pytest.warns(InputWarning, match="the file ends early after 50% of what its header says"):
        audio = read_audio(path)
    np.testing.assert_allclose(audio.samples, tone()[: len(audio)], atol=2.0**-15)
    assert len(audio) == pytest.approx(4_000, abs=16)


def test_a_compressed_file_cut_short_is_refused(wav):
    path = wav(np.random.default_rng(0).normal(size=RATE).astype(np.float32) / 8, "a.flac")
    path.write_bytes(path.read_bytes()[:-12_000])
    with pytest.raises(InputError, match="no sound that can be read"):
        read_audio(path)


def test_a_size_left_open_by_a_pipe_is_no_damage(wav):
    path = wav(tone())
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = b"\xff" * 4
    assert len(read_audio(bytes(content))) == 8_000


def test_one_sample_is_a_sound():
    assert read_audio(np.array([0.5], np.float32) * [1], sample_rate=RATE).samples.shape == (1,)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_finite_are_counted(wav, value):
    x = tone()
    x[[70, 90, 4_000]] = value
    path = wav(x, subtype="FLOAT")
    with pytest.raises(InputError, match=r"3 of 8,000 samples are NaN or infinite, the first at index 70"):
        read_audio(path)
    with pytest.warns(InputWarning, match="they are set to 0"):
        audio = read_audio(path, nan="zero")
    assert (audio.samples[[70, 90, 4_000]] == 0).all()
    assert np.isfinite(audio.samples).all()


def test_stereo_is_averaged_with_one_warning(wav):
    path = wav(np.stack([tone(hz=200), tone(hz=300)], axis=1), subtype="FLOAT")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        audio = read_audio(path)
    assert [str(one.message).endswith("has 2 channels; their mean is used") for one in heard] == [True]
    np.testing.assert_allclose(audio.samples, (tone(hz=200) + tone(hz=300)) / 2, atol=1e-7)


def test_a_channel_can_be_chosen(wav):
    path = wav(np.stack([tone(hz=200), tone(hz=300)], axis=1), subtype="FLOAT")
    np.testing.assert_array_equal(read_audio(path, channel=1).samples, tone(hz=300))
    with pytest.raises(InputError, match=r"channel.* is 2, there are 2; expected 0 to 1"):
        read_audio(path, channel=2)


def test_channels_in_anti_phase_are_warned_of():
    x = np.stack([tone(), -0.99 * tone()])
    with pytest.warns(InputWarning) as heard:
        read_audio(x, sample_rate=RATE)
    assert any("anti-phase" in str(one.message) for one in heard)
    assert "anti-phase" not in kinds(read_quietly(np.stack([tone(), tone()]), sample_rate=RATE)[0])


def test_either_side_may_hold_the_channels():
    x = np.stack([tone(hz=200), tone(hz=300)])
    one, other = (read_quietly(form, sample_rate=RATE)[0] for form in (x, x.T))
    np.testing.assert_array_equal(one.samples, other.samples)


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.int8])
def test_integers_are_scaled_by_their_full_scale(dtype):
    x = tone()
    top = np.iinfo(dtype).max + 1
    given = np.rint(x * top).astype(dtype)
    np.testing.assert_allclose(read_audio(given, sample_rate=RATE).samples, x, atol=1 / top)


def test_unsigned_bytes_are_centred():
    given = np.rint(tone() * 128 + 128).astype(np.uint8)
    np.testing.assert_allclose(read_audio(given, sample_rate=RATE).samples, tone(), atol=1 / 128)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (np.zeros(9, np.int64), "whose full scale nobody knows"),
        (np.zeros(9, complex), "are of type complex128"),
        (np.array(["a"]), "are of type"),
        (np.zeros((3, 4, 5), np.float32), "have shape"),
        (np.zeros((99, 98), np.float32), "have shape"),
        (np.float32(1), "have shape"),
    ],
)
def test_arrays_of_no_sound_are_refused(given, problem):
    with pytest.raises(InputError, match=problem):
        read_audio(given, sample_rate=RATE)


@pytest.mark.parametrize("rate", [None, 0, -1, 44_100.5, "16000", True, np.nan])
def test_an_array_needs_a_rate(rate):
    with pytest.raises(InputError, match="sample_rate"):
        read_audio(tone(), sample_rate=rate)


def test_a_rate_that_contradicts_the_file_is_refused(wav):
    with pytest.raises(InputError, match="says 8,000 Hz, the file 16,000 Hz"):
        read_audio(wav(tone()), sample_rate=8_000)


def test_a_peak_above_full_scale_is_warned_of_and_can_be_limited(wav):
    path = wav(tone(level=1.7), subtype="FLOAT")
    with pytest.warns(InputWarning, match=r"the peak is 1\.7, above full scale"):
        assert np.abs(read_audio(path).samples).max() == pytest.approx(1.7, rel=1e-3)
    audio = read_audio(path, level="limit")
    assert np.abs(audio.samples).max() == pytest.approx(1.0)
    assert [remark.kind for remark in audio.remarks] == ["level"]


def test_sixteen_bit_numbers_in_floats_are_guessed_at():
    with pytest.warns(InputWarning, match="divided by 32,768"):
        read_audio(np.rint(tone() * 20_000), sample_rate=RATE)


@pytest.mark.parametrize("mixed", [False, True])
def test_sixteen_bit_numbers_are_guessed_at_off_centre_and_in_several_channels(mixed):
    x = np.rint(tone() * 20_000 + 300)
    with pytest.warns(InputWarning) as heard:
        read_audio(np.stack([x, x + 1], axis=1) if mixed else x, sample_rate=RATE)
    (peak,) = (str(one.message) for one in heard if "above full scale" in str(one.message))
    assert "divided by 32,768" in peak


@pytest.mark.parametrize("channel", [0.0, "left", True, -1, 1])
def test_a_channel_that_is_none_is_refused(channel):
    with pytest.raises(InputError, match=r"^channel at audio: is .*, there are 1; expected 0 to 0"):
        read_audio(tone(), sample_rate=RATE, channel=channel)


@pytest.mark.parametrize("rate", [0, -5, None, "a", 16_000.5])
def test_audio_needs_a_rate_too(rate):
    with pytest.raises(InputError, match=r"^sample_rate: is .*expected whole Hz"):
        read_audio(Audio(tone(), rate), 16_000)


@pytest.mark.parametrize("samples", [None, ["a"], [[1, 2], [1]], 5.0, [1, 2]])
def test_audio_without_samples_is_refused(samples):
    with pytest.raises(InputError, match=r"^samples: "):
        read_audio(Audio(samples, RATE))


def test_audio_of_a_list_is_heard():
    np.testing.assert_array_equal(read_audio(Audio(tone().tolist(), RATE)).samples, tone())


def test_clipping_is_warned_of_with_its_share(wav):
    x = np.clip(tone(level=1.5), -1, 1)
    share = (np.abs(x) >= 1).mean()
    with pytest.warns(InputWarning, match="are clipped at full scale") as heard:
        read_audio(wav(x, subtype="PCM_16"))
    assert len(heard) == 1
    told = float(str(heard[0].message).split(": ")[1].split("%")[0]) / 100
    assert told == pytest.approx(share, abs=2e-4)


def test_single_peaks_are_no_clipping():
    x = np.zeros(1_000, np.float32)
    x[::10] = 1
    x[1::10] = -1
    assert clipped_share(x[:, None]) == 0
    x[500:503] = 1
    assert clipped_share(x[:, None]) == pytest.approx(3 / 1_000)


def test_a_constant_part_is_removed():
    with pytest.warns(InputWarning, match=r"a constant part of \+0\.200 of full scale is removed"):
        audio = read_audio(tone() + 0.2, sample_rate=RATE)
    np.testing.assert_allclose(audio.samples, tone(), atol=1e-5)
    kept = read_audio(tone() + np.float32(0.005), sample_rate=RATE)
    assert kept.samples.mean() == pytest.approx(0.005, rel=1e-2)


@pytest.mark.parametrize("level", [0.0, 1e-3])
def test_silence_is_read_and_told(level):
    with pytest.warns(InputWarning, match="is silence"):
        audio = read_audio(tone(level=level), sample_rate=RATE)
    assert audio.silent
    assert not read_audio(tone(level=2e-3), sample_rate=RATE).silent


@pytest.mark.parametrize("choice", [{"nan": "ignore"}, {"level": "loud"}])
def test_a_policy_that_is_not_known_is_refused(choice):
    with pytest.raises(InputError, match=r"expected 'error' or 'zero'|expected 'keep' or 'limit'"):
        read_audio(tone(), sample_rate=RATE, **choice)


def test_a_higher_rate_is_flagged_and_a_lower_one_reported(wav):
    path = wav(tone(rate=22_050), rate=22_050, subtype="FLOAT")
    with pytest.warns(InputWarning, match=r"from 22,050 to 24,000 Hz; there is no content above 11\.025 kHz"):
        assert read_audio(path, 24_000).sample_rate == 24_000
    audio = read_audio(path, RATE)
    assert [remark.text for remark in audio.remarks] == ["resampled from 22,050 to 16,000 Hz"]
    assert len(audio) == 8_000


def test_reading_without_resampling_needs_no_torchaudio(wav, monkeypatch):
    monkeypatch.setitem(sys.modules, "torchaudio", None)
    path = wav(tone())
    assert read_audio(path, RATE).sample_rate == RATE
    with pytest.raises(InputError, match=r"torchaudio.*torch>=2\.11,<2\.15 with torchaudio>=2\.11,<2\.12"):
        read_audio(path, 8_000)
