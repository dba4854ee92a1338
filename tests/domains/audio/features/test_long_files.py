"""Ten minutes of stereo become features within a gigabyte."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile

SCRIPT = """
import resource, sys, warnings
import numpy as np
warnings.simplefilter("ignore")
from fourfold.domains.audio.features.audio_features import AudioFeatures
from fourfold.domains.audio.features.settings import PRESETS
features = AudioFeatures(PRESETS[16_000])
features.of(features.read(0.1 * np.sin(np.arange(44_100) / 50), sample_rate=44_100))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
mel, f0 = features.of(features.read(sys.argv[1]))
print(len(mel), len(f0), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in other units elsewhere")
def test_memory_is_bounded_on_ten_minutes(tmp_path):
    part = 0.1 * np.random.default_rng(0).normal(size=(44_100, 2))
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 44_100, 2, "PCM_16") as sound:
        for _ in range(600):
            sound.write(part)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, check=True
    )
    mels, pitches, kilobytes = map(int, done.stdout.split())
    assert mels == pitches == 60_000
    assert kilobytes < 1_000_000
