"""DistillMOS where it is installed, and the reason where it is not."""

import numpy as np
import pytest
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.features.audio_features import AudioFeatures
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.metrics import opinion
from fourfold.domains.audio.metrics.comparison import NAMES, OPINION, compare
from fourfold.domains.audio.metrics.scores import CopyScores
from fourfold.domains.audio.speech_sets.synthetic_voice import speech_contour, synthetic_voice

RATE = 16_000


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    contour = speech_contour(250, 120.0, 190.0, np.random.default_rng(0))
    return synthetic_voice(contour, sample_rate=RATE, hop=160).samples


def test_without_its_package_there_is_a_reason(voice, monkeypatch):
    monkeypatch.setattr(opinion, "installed", lambda: False)
    figure = opinion.distill_mos(voice, RATE)
    assert np.isnan(figure.value)
    assert "fourfold[mos]" in figure.reason


def test_silence_has_no_opinion():
    assert opinion.distill_mos(np.zeros(RATE), RATE).reason == "the copy is silence"
    assert opinion.distill_mos(np.zeros(0), RATE).reason == "the copy is silence"


def test_it_is_a_figure_like_the_others(voice, monkeypatch):
    monkeypatch.setattr(opinion, "installed", lambda: False)
    sound, features = Audio(voice, RATE), AudioFeatures(PRESETS[RATE])
    row = compare(sound, sound, features, opinion=True)
    assert tuple(row) == (*NAMES, OPINION)
    silent = compare(sound, Audio(0 * voice, RATE), features, opinion=True)
    assert tuple(silent) == (*NAMES, OPINION)
    frame = CopyScores(rows={"a": row}, seconds={"a": 2.5}).to_frame()
    assert frame.columns.tolist() == [*NAMES, OPINION, "seconds"]


@pytest.mark.slow
def test_noise_lowers_the_opinion_and_long_sounds_go_in_pieces(voice, capsys):
    pytest.importorskip("distillmos", reason="the extra mos is not installed")
    noise = np.random.default_rng(1).standard_normal(len(voice)).astype(np.float32)
    clean, noisy = (opinion.distill_mos(voice + level * noise, RATE).value for level in (0.0, 0.1))
    assert 1 <= noisy < clean <= 5
    long = np.tile(voice, 4)  # 10 s: two pieces, of which the second ends with the sound
    ends = [opinion.distill_mos(part, RATE).value for part in (long[: opinion.PIECE], long[-opinion.PIECE :])]
    assert opinion.distill_mos(long, RATE).value == pytest.approx(np.mean(ends), abs=1e-4)
    assert capsys.readouterr().out == ""
