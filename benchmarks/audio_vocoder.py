"""The shipped vocoder on speakers it never heard, beside Griffin-Lim and mel consistency without a network.

`python -m benchmarks.audio_vocoder [NAME-OR-FOLDER]` with FOURFOLD_DATA set (docs/data.md) and the
`audio-metrics` extra and librosa installed. LibriSpeech: the speakers kept for the test, 8 s of each;
LJ Speech: the last four files; two voices recorded at 44.1 kHz; all at the model's rate.
Pitch: share of frames, voiced in request and in result, that come within 2 % of the request, and beside it
the share of the request's voiced frames that are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import one_thread, write_result

one_thread()

import numpy as np  # noqa: E402
import torch  # noqa: E402
from fourfold.domains.audio.corpus import speaker_of, split_speakers  # noqa: E402
from fourfold.domains.audio.features.audio import Audio  # noqa: E402
from fourfold.domains.audio.features.audio_folder import audio_files  # noqa: E402
from fourfold.domains.audio.features.reading import read_audio  # noqa: E402
from fourfold.domains.audio.mel_consistency import mel_consistent  # noqa: E402
from fourfold.domains.audio.metrics.comparison import compare, means  # noqa: E402
from fourfold.domains.audio.metrics.griffin_lim import griffin_lim  # noqa: E402
from fourfold.domains.audio.vocoder import Vocoder  # noqa: E402
from fourfold.domains.audio.wavehax.harmonic_prior import prior  # noqa: E402
from fourfold.shared.artifact import list_shipped  # noqa: E402

from benchmarks.audio_griffin_lim import peer as librosa_griffin_lim  # noqa: E402

SECONDS, PITCHES = 8, (0.71, 1.41, 2.0)
RESULTS = {"wavehax-16k": "audio_vocoder", "wavehax-24k": "audio_vocoder_24k"}
Maker = Callable[[Audio, np.ndarray, np.ndarray], np.ndarray]


def makers(vocoder: Vocoder) -> dict[str, Maker]:
    """Ways from a sound's features back to samples; the first sees the samples, as librosa frames its own."""
    settings = vocoder.features.settings

    def consistent(samples: np.ndarray, mel: np.ndarray) -> np.ndarray:
        target = torch.from_numpy(mel).T[None]
        return mel_consistent(torch.from_numpy(samples)[None], target, settings)[0].numpy()

    def noise(frames: int) -> np.ndarray:
        draws = np.random.default_rng(0)
        return draws.standard_normal(frames * settings.hop, dtype=np.float32)

    def excitation(f0: np.ndarray) -> np.ndarray:
        hiss = torch.from_numpy(noise(len(f0)))[None]
        return prior(torch.from_numpy(f0)[None], settings.hop, settings.sample_rate, noise_BS=hiss)[0].numpy()

    return {
        "Griffin-Lim (librosa)": lambda x, mel, f0: librosa_griffin_lim(x.samples, settings),
        "Griffin-Lim (ours)": lambda x, mel, f0: griffin_lim(mel, settings),
        "noise + mel consistency": lambda x, mel, f0: consistent(noise(len(f0)), mel),
        "harmonic prior + mel consistency": lambda x, mel, f0: consistent(excitation(f0), mel),
        "network alone": lambda x, mel, f0: vocoder.synthesize(mel, f0, iterations=0),
        "vocoder": lambda x, mel, f0: vocoder.synthesize(mel, f0),
    }


def quality(vocoder: Vocoder, sounds: list[Audio]) -> dict[str, dict[str, float | None]]:
    """Means of every figure, by maker; None where one could be measured nowhere."""
    table = {}
    for name, make in makers(vocoder).items():
        rows = []
        for sound in sounds:
            mel, f0 = vocoder.features.of(sound)
            made = make(sound, mel, f0)[: len(sound)].astype(np.float32)
            rows.append(compare(sound, Audio(made, sound.sample_rate), vocoder.features))
        table[name] = {
            key: None if value.reason else round(value.value, 4) for key, value in means(rows).items()
        }
        print(f"{name:34}", table[name], flush=True)
    return table


def pitch_kept(vocoder: Vocoder, sounds: list[Audio]) -> tuple[dict[str, float], dict[str, float]]:
    """Share of frames within 2 % of the pitch asked for, and of requested frames heard as voiced.

    Requests above the tracker's range are left out.
    """
    shares, voiced = {}, {}
    for factor in PITCHES:
        near = count = asked = 0
        for sound in sounds:
            f0 = vocoder.features.f0(sound)
            wanted = f0 * np.float32(factor)
            heard = vocoder.features.f0(vocoder.resynthesize(sound, factor))
            request = (f0 > 0) & (wanted < vocoder.features.settings.f0_ceil)
            both = request & (heard > 0)
            near += int((np.abs(heard[both] / wanted[both] - 1) < 0.02).sum())
            count += int(both.sum())
            asked += int(request.sum())
        shares[f"x{factor}"], voiced[f"x{factor}"] = round(near / count, 4), round(count / asked, 4)
    print("pitch within 2 %", shares, "voiced", voiced, flush=True)
    return shares, voiced


def main() -> None:
    """Measure, print and keep."""
    if "FOURFOLD_DATA" not in os.environ:
        sys.exit("set FOURFOLD_DATA to the folder of benchmark sets (docs/data.md)")
    model = sys.argv[1] if len(sys.argv) > 1 else "wavehax-16k"
    vocoder = Vocoder.load(model)
    rate = vocoder.features.settings.sample_rate
    data = Path(os.environ["FOURFOLD_DATA"]) / "audio"
    libri = data / "librispeech_train100"
    paths = audio_files(libri)
    kept = split_speakers([speaker_of(path, libri) for path in paths], "test") or set()
    sets = {
        "LibriSpeech, test speakers": [path for path in paths if speaker_of(path, libri) in kept],
        "LJ Speech, last four": audio_files(data / "ljspeech32")[-4:],
        "speech at 44.1 kHz": sorted((data / "smstools_mono").glob("speech-*.wav")),
    }
    absent = [name for name, files in sets.items() if not files]
    if absent:
        sys.exit(f"no recordings of {', '.join(absent)} below {data} (docs/data.md)")
    payload = {}
    for name, files in sets.items():
        print(name, len(files), flush=True)
        sounds = [Audio(read_audio(path, rate).samples[: SECONDS * rate], rate) for path in files]
        means_by_maker, (near, voiced) = quality(vocoder, sounds), pitch_kept(vocoder, sounds)
        payload[name] = {"files": len(files), "means": means_by_maker, "pitch": near, "voiced": voiced}
    if model in list_shipped():
        told = {"command": f"python -m benchmarks.audio_vocoder {model}", **payload}
        write_result(
            RESULTS.get(model, f"audio_vocoder_{model}"), told, ("librosa", "pesq", "pystoi", "torch")
        )


if __name__ == "__main__":
    main()
