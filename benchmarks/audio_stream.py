"""A stream's first samples, its compute against its sound, and its memory over ten minutes. One thread.

Run: python -m benchmarks.audio_stream [--minutes 10]. Targets: the first samples after at most 80 ms of
audio, compute below real time, memory that does not grow. Random weights of the causal presets, and the
shipped model, whose layers look ahead some 0.3 s; figures are processor time.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from typing import Any

from benchmarks.measure import one_thread, spread, write_result

one_thread()

import numpy as np  # noqa: E402 - after one_thread, which thread pools read at import
from fourfold import Vocoder  # noqa: E402
from fourfold.domains.audio.features.settings import PRESETS as FEATURES  # noqa: E402
from fourfold.domains.audio.mel_statistics import MelStatistics  # noqa: E402
from fourfold.domains.audio.wavehax.settings import PRESETS  # noqa: E402

CAUSAL = {"wavehax-16k-causal": 16_000, "wavehax-ms-causal": 24_000}
PUSHES = (1, 4, 8)
"""Frames of 10 ms."""
SECONDS = 5


def vocoders() -> dict[str, Vocoder]:
    """By name."""
    made = {}
    for name, rate in CAUSAL.items():
        bands = FEATURES[rate].n_mels
        units = MelStatistics(np.full(bands, -5, np.float32), np.full(bands, 2, np.float32))
        made[name] = Vocoder.untrained(FEATURES[rate], PRESETS[name], units)
    return {**made, "wavehax-16k": Vocoder.load("wavehax-16k")}


def sound(vocoder: Vocoder, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Features that no model is surprised by."""
    draws = np.random.default_rng(0)
    mel = draws.normal(-5, 1, (frames, vocoder.features.settings.n_mels)).astype(np.float32)
    return mel, np.full(frames, 150.0, np.float32)


def one_pass(vocoder: Vocoder, pushed: int) -> tuple[float, float, float]:
    """Compute over sound, seconds of audio before the first samples, compute of the push that gave them."""
    hop, rate = vocoder.features.settings.hop, vocoder.features.settings.sample_rate
    mel, f0 = sound(vocoder, SECONDS * rate // hop)
    stream, first, cost = vocoder.stream(), 0.0, 0.0
    began = time.process_time()
    for at in range(0, len(f0), pushed):
        start = time.process_time()
        given = stream.push(mel[at : at + pushed], f0[at : at + pushed])
        if len(given) and not first:
            first, cost = (at + pushed) * hop / rate, time.process_time() - start
    stream.flush()
    return (time.process_time() - began) / SECONDS, first, cost


def memory(vocoder: Vocoder, minutes: int) -> dict[str, float]:
    """MB by which the process grew between the first minute and the last."""
    hop, rate = vocoder.features.settings.hop, vocoder.features.settings.sample_rate
    mel, f0 = sound(vocoder, 100)
    stream, peak = vocoder.stream(), []
    for second in range(minutes * 60):
        for at in range(0, rate // hop, 100):
            count = min(100, rate // hop - at)
            stream.push(mel[:count], f0[:count])
        if second in (59, minutes * 60 - 1):
            peak.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return {"peak_after_a_minute_mb": peak[0], "growth_mb": peak[-1] - peak[0]}


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=10, help="of the stream whose memory is measured")
    minutes = parser.parse_args().minutes
    payload: dict[str, Any] = {"seconds_of_sound": SECONDS}
    made = vocoders()
    for name, vocoder in made.items():
        for pushed in PUSHES:
            one_pass(vocoder, pushed)
            rounds = [one_pass(vocoder, pushed) for _ in range(5)]
            share = spread([of_sound for of_sound, _, _ in rounds])
            cost = statistics.median(compute for _, _, compute in rounds)
            payload[f"{name}, {pushed} frames at once"] = {
                "compute_over_sound": share,
                "audio_before_first_samples_s": rounds[0][1],
                "compute_of_that_push_s": cost,
            }
            told = f"first samples after {1e3 * rounds[0][1]:.0f} ms of audio and {1e3 * cost:.0f} of compute"
            print(f"{name}, {pushed} at once: {share['median']:.2f} of real time, {told}", flush=True)
    payload["memory"] = {"minutes": minutes, **memory(made["wavehax-16k-causal"], minutes)}
    print(payload["memory"])
    print("wrote", write_result("audio_stream", payload))


if __name__ == "__main__":
    main()
