"""All figures of a pair."""

import numpy as np
import pytest
from fourfold.domains.audio.features.audio import Audio
from fourfold.domains.audio.features.audio_features import AudioFeatures
from fourfold.domains.audio.features.settings import PRESETS
from fourfold.domains.audio.metrics.comparison import BETTER, NAMES, compare, means
from fourfold.domains.audio.metrics.measured import Measured, unmeasured
from fourfold.shared.errors import InputError

FEATURES = AudioFeatures(PRESETS[16_000])
PHASE = 2 * np.pi * np.cumsum(np.linspace(120, 180, 16_000)) / 16_000
VOICE = Audio((0.1 * sum(np.sin(k * PHASE) / k for k in range(1, 30))).astype(np.float32), 16_000)


def test_the_same_sound_has_the_best_figures():
    figures = compare(VOICE, Audio(np.pad(VOICE.samples, (0, 50)), 16_000), FEATURES)
    assert tuple(figures) == NAMES == tuple(BETTER)
    for name in ("MCD", "log-F0 RMSE", "V/UV error", "MR-STFT"):
        assert figures[name].value == 0


def test_noise_is_worse_everywhere():
    noise = 0.02 * np.random.default_rng(0).normal(size=16_000).astype(np.float32)
    figures = compare(VOICE, Audio(VOICE.samples + noise, 16_000), FEATURES)
    assert figures["MCD"].value > 1
    assert figures["MR-STFT"].value > 0.5


def test_silence_has_a_reason_for_every_figure():
    for pair in ((VOICE, Audio(0 * VOICE.samples, 16_000)), (Audio(0 * VOICE.samples, 16_000), VOICE)):
        figures = compare(*pair, FEATURES)
        assert tuple(figures) == NAMES
        assert all(np.isnan(figure.value) and "is silence" in figure.reason for figure in figures.values())


def test_another_rate_is_refused():
    with pytest.raises(InputError, match="copy: is at 24,000 Hz; expected 16,000 Hz"):
        compare(VOICE, Audio(VOICE.samples, 24_000), FEATURES)


def test_means_leave_out_what_was_not_measured():
    rows = [{"a": Measured(1.0), "b": unmeasured("why")}, {"a": Measured(3.0), "b": unmeasured("other")}]
    found = means([*rows, {"a": unmeasured("short"), "b": unmeasured("why")}])
    assert found["a"] == Measured(2.0)
    assert str(found["b"]) == "not measured: why"
    assert means([]) == {}
    assert float(found["a"]) == 2.0
