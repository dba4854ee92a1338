"""The harmonic prior in closed form against the sum over harmonics that the original code takes.

Run: python -m benchmarks.audio_prior. Target: at least 50x, at 50 Hz (240 harmonics below 12 kHz) as at
200 Hz (60), where the sum is short. Both in double precision, on one thread, in turns.
"""

from __future__ import annotations

import time

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import torch  # noqa: E402 - after one_thread, which thread pools read at import
from fourfold.domains.audio.wavehax.harmonic_prior import POWER, prior  # noqa: E402
from torch import Tensor  # noqa: E402

RATE, HOP, SECONDS = 24_000, 240, 3
PITCHES = (50.0, 100.0, 150.0, 200.0)


def summed(f0_BT: Tensor) -> Tensor:
    """Every harmonic of every sample at once, masked above Nyquist, as a plain tensor program has it."""
    held = f0_BT.double().repeat_interleave(HOP, dim=1)[:, None]
    phase = (held / RATE).cumsum(2)
    order = torch.arange(1, int(RATE / 2 / float(held.min())) + 1, dtype=torch.float64)[None, :, None]
    waves = torch.sin(2 * torch.pi * order * phase) * (order * held <= RATE / 2)
    return (2 * POWER * (held / RATE).sqrt() * waves.sum(1, keepdim=True))[:, 0].float()


def main() -> None:
    payload: dict = {"seconds_of_sound": SECONDS, "target": "speedup of at least 50"}
    for pitch in PITCHES:
        glide = torch.linspace(pitch, 1.2 * pitch, SECONDS * RATE // HOP)[None]
        difference = float((prior(glide, HOP, RATE) - summed(glide)).abs().max())
        calls = {"ours": lambda f=glide: prior(f, HOP, RATE), "peer": lambda f=glide: summed(f)}
        summary = ratio_summary(interleave(calls, repeats=7, clock=time.process_time))
        print(report(f"prior at {pitch:g} Hz", summary), f"largest difference {difference:.1e}", flush=True)
        payload[f"{pitch:g} Hz"] = {"largest_difference": difference, **summary}
    print("wrote", write_result("audio_prior", payload))


if __name__ == "__main__":
    main()
