"""Griffin-Lim from 100 mel bands, 32 iterations: ours against librosa's, time and figures on read speech.

`python -m benchmarks.audio_griffin_lim` with FOURFOLD_DATA set (docs/data.md) and librosa, pesq and pystoi
installed. Each gets mel frames of its own framing; both see the same samples, 5 s of each recording.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import numpy as np  # noqa: E402
from fourfold.domains.audio.features.audio import Audio  # noqa: E402
from fourfold.domains.audio.features.audio_features import AudioFeatures  # noqa: E402
from fourfold.domains.audio.features.audio_folder import audio_files  # noqa: E402
from fourfold.domains.audio.features.reading import read_audio  # noqa: E402
from fourfold.domains.audio.features.settings import PRESETS, FeatureSettings  # noqa: E402
from fourfold.domains.audio.metrics.comparison import compare, means  # noqa: E402
from fourfold.domains.audio.metrics.griffin_lim import griffin_lim  # noqa: E402

RATE, SECONDS, FILES = 16_000, 5, 12
SETTINGS = PRESETS[RATE]


def peer(samples: np.ndarray, settings: FeatureSettings = SETTINGS) -> np.ndarray:
    """librosa's non-negative least squares and fast Griffin-Lim, from librosa's mel of the same settings."""
    import librosa

    sizes = {
        "sr": settings.sample_rate,
        "n_fft": settings.mel_fft,
        "power": 1.0,
        "fmin": 0.0,
        "fmax": settings.fmax,
    }
    mel = librosa.feature.melspectrogram(y=samples, hop_length=settings.hop, n_mels=settings.n_mels, **sizes)
    spectrum = librosa.feature.inverse.mel_to_stft(mel, **sizes)
    return librosa.griffinlim(
        spectrum,
        n_iter=32,
        hop_length=settings.hop,
        n_fft=settings.mel_fft,
        length=len(samples),
        random_state=0,
    )


def main() -> None:
    """Measure, print and keep."""
    if "FOURFOLD_DATA" not in os.environ:
        sys.exit("set FOURFOLD_DATA to the folder of benchmark sets (docs/data.md)")
    folder = Path(os.environ["FOURFOLD_DATA"]) / "audio" / "librispeech_train100"
    # Evenly through the folder, so through its speakers.
    found = audio_files(folder)
    paths = found[:: len(found) // FILES][:FILES]
    features = AudioFeatures(SETTINGS)
    sounds = [Audio(read_audio(path, RATE).samples[: SECONDS * RATE], RATE) for path in paths]
    first = sounds[0]
    times = interleave(
        {
            "ours": lambda: griffin_lim(features.mel(first.samples), SETTINGS),
            "peer": lambda: peer(first.samples),
        },
        repeats=5,
    )
    summary = ratio_summary(times)
    figures: dict[str, list] = {"ours": [], "librosa": []}
    for sound in sounds:
        ours = griffin_lim(features.mel(sound.samples), SETTINGS)[: len(sound)]
        figures["ours"].append(compare(sound, Audio(ours, RATE), features))
        theirs = peer(sound.samples).astype(np.float32)
        figures["librosa"].append(compare(sound, Audio(theirs, RATE), features))
    quality = {
        name: {key: round(value.value, 4) for key, value in means(rows).items()}
        for name, rows in figures.items()
    }
    pesq = {name: [round(row["PESQ-WB"].value, 3) for row in rows] for name, rows in figures.items()}
    print(report("griffin-lim", summary))
    print(quality)
    payload = {"time": summary, "files": len(paths), "means": quality, "pesq_by_file": pesq}
    write_result("audio_griffin_lim", payload, ("librosa", "pesq", "pystoi", "torchaudio"))


if __name__ == "__main__":
    main()
