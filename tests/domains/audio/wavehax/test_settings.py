"""Every preset of the features has a generator, and those of shipped models stay as they are."""

import numpy as np
import pytest
from fourfold.domains.audio.features.settings import PRESETS as FEATURES
from fourfold.domains.audio.mel_statistics import MelStatistics
from fourfold.domains.audio.vocoder import Vocoder
from fourfold.domains.audio.wavehax.settings import PRESETS

FITTING = {
    16_000: "wavehax-16k",
    22_050: "wavehax-22k",
    24_000: "wavehax-v1",
    48_000: "wavehax-48k",
}


@pytest.mark.parametrize("rate", sorted(FEATURES))
def test_a_generator_speaks_the_features(rate):
    features = FEATURES[rate]
    statistics = MelStatistics(np.zeros(features.n_mels, np.float32), np.ones(features.n_mels, np.float32))
    vocoder = Vocoder.untrained(features, PRESETS[FITTING[rate]], statistics)
    mel, f0 = np.full((5, features.n_mels), -5.0, np.float32), np.full(5, 150.0, np.float32)
    made = vocoder.synthesize(mel, f0, iterations=0)
    assert made.shape == (5 * features.hop,)
    assert np.isfinite(made).all()


def test_generators_of_other_rates_are_v1_at_their_frames():
    v1 = PRESETS["wavehax-v1"]
    for rate in (16_000, 22_050):
        hop = FEATURES[rate].hop
        assert PRESETS[FITTING[rate]] == v1.model_copy(update={"hop": hop, "n_fft": 2 * hop})


def test_the_features_of_shipped_models_stay():
    assert FEATURES[16_000].digest() == "20d91184d9ac224f"
