"""Folders of speech become arrays, split so that no speaker is in two parts."""

import shutil

import numpy as np
import pytest
import soundfile
from fourfold.domains.audio.corpus import read_corpus, split_speakers
from fourfold.shared.errors import InputError

PARTS = ("train", "validation", "test")


def test_arrays_are_whole_frames_and_voiced_where_the_voice_is(small_corpus, small_features):
    assert len(small_corpus.utterances) == 6
    for utterance in small_corpus.utterances:
        assert len(utterance.samples) == len(utterance.f0) * small_features.hop
        assert (utterance.f0[15:-3] > 0).all()
        assert (utterance.f0[:8] == 0).all()


def test_speakers_are_numbers_of_librispeech_names_or_folders(small_corpus):
    assert [u.speaker for u in small_corpus.utterances] == ["10", "11", "200", "9", "9", "ann"]
    split = {part: {u.speaker for u in small_corpus.split(part)} for part in PARTS}
    assert split == {"train": {"9", "10", "11"}, "validation": {"200"}, "test": {"ann"}}


def test_split_is_90_5_5_of_the_speakers():
    speakers = [str(n) for n in range(251)]
    parts = [split_speakers(speakers * 2, part) for part in PARTS]
    assert [len(part) for part in parts] == [225, 13, 13]
    assert set().union(*parts) == set(speakers)
    assert parts[0] == {str(n) for n in range(225)}


def test_few_speakers_are_split_by_utterance(small_corpus):
    alone = [u for u in small_corpus.utterances if u.speaker in ("9", "10")]
    corpus = type(small_corpus)(small_corpus.features, tuple(alone))
    assert [len(corpus.split(part)) for part in PARTS] == [1, 1, 1]
    with pytest.raises(InputError, match="three"):
        type(small_corpus)(small_corpus.features, tuple(alone[:2])).split("train")


def test_cache_gives_the_same_arrays_and_notices_other_features(
    speech_folder, small_corpus, small_features, tmp_path, monkeypatch
):
    cache = tmp_path / "run" / "corpus.npz"
    read_corpus(speech_folder, small_features, cache)
    with monkeypatch.context() as patch:
        patch.setattr("fourfold.domains.audio.corpus.read_files", None)
        kept = read_corpus(speech_folder, small_features, cache)
    for ours, wanted in zip(kept.utterances, small_corpus.utterances, strict=True):
        assert (ours.name, ours.speaker) == (wanted.name, wanted.speaker)
        np.testing.assert_array_equal(ours.samples, wanted.samples)
        np.testing.assert_array_equal(ours.f0, wanted.f0)
    other = small_features.model_copy(update={"f0_floor": 100.0})
    assert read_corpus(speech_folder, other, cache).features == other
    assert sorted(path.name for path in cache.parent.iterdir()) == ["corpus.npz"]


def test_a_broken_cache_is_made_anew(speech_folder, small_corpus, small_features, tmp_path):
    cache = tmp_path / "corpus.npz"
    read_corpus(speech_folder, small_features, cache)
    whole = cache.read_bytes()
    bent = bytearray(whole)
    bent[len(bent) // 2] ^= 1
    for broken in (whole[: len(whole) // 2], b"", b"no archive", bytes(bent)):
        cache.write_bytes(broken)
        corpus = read_corpus(speech_folder, small_features, cache)
        for ours, wanted in zip(corpus.utterances, small_corpus.utterances, strict=True):
            np.testing.assert_array_equal(ours.samples, wanted.samples)
        assert cache.read_bytes() == whole


def test_a_recording_rewritten_in_place_is_noticed(speech_folder, small_features, tmp_path):
    folder = shutil.copytree(speech_folder, tmp_path / "speech")
    before = read_corpus(folder, small_features, tmp_path / "corpus.npz")
    path = folder / "9-1-0.wav"
    samples, rate = soundfile.read(path)
    size = path.stat().st_size
    soundfile.write(path, samples / 2, rate)
    assert path.stat().st_size == size
    after = read_corpus(folder, small_features, tmp_path / "corpus.npz")
    (place,) = (n for n, said in enumerate(before.utterances) if said.name == "9-1-0")
    np.testing.assert_allclose(
        after.utterances[place].samples, before.utterances[place].samples / 2, atol=1e-4
    )


def test_a_folder_without_sound_is_refused(tmp_path, small_features):
    with pytest.raises(InputError, match="no sound"):
        read_corpus(tmp_path, small_features)
