"""Voices higher than any in training: energy beside the harmonics of a small Wavehax and a small HiFi-GAN.

Run: python -m benchmarks.audio_high_f0 [--steps 10000]. Both learn from the same crops of synthetic voices of
80-300 Hz, by the same losses, optimiser and number of steps, then say held vowels of 120-300 and 400-1,000 Hz
without breath. Energy more than 20 Hz from every harmonic, in dB of all (`off_grid_energy`): aliases,
whistles and noise. Sounds that come out silent are counted apart. 500 steps are too few for either
network to be judged by (both above -5 dB on pitches they learnt). HiFi-GAN is
benchmarks/peers/hifi_gan.py in a size of about as many parameters.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from benchmarks.measure import one_thread, write_result

one_thread()

import numpy as np  # noqa: E402 - after one_thread, which thread pools read at import
import torch  # noqa: E402
from fourfold.domains.audio.features.audio_features import AudioFeatures  # noqa: E402
from fourfold.domains.audio.features.settings import PRESETS  # noqa: E402
from fourfold.domains.audio.metrics.harmonic import off_grid_energy  # noqa: E402
from fourfold.domains.audio.spectral_losses import MelDistance, MultiResolutionDistance  # noqa: E402
from fourfold.domains.audio.speech_sets.synthetic_voice import speech_contour, synthetic_voice  # noqa: E402
from fourfold.domains.audio.wavehax.generator import Wavehax  # noqa: E402
from fourfold.domains.audio.wavehax.harmonic_prior import prior  # noqa: E402
from fourfold.domains.audio.wavehax.settings import WavehaxSettings  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from benchmarks.peers.hifi_gan import HiFiGAN, HiFiGANSizes  # noqa: E402

RATE, HOP, CROP, BATCH = 16_000, 160, 32, 4
"""A crop is 32 frames (0.32 s)."""
UTTERANCES, SECONDS = 48, 2.0
LEARNT, UNHEARD = (120.0, 160.0, 200.0, 250.0, 300.0), (400.0, 500.0, 600.0, 700.0, 800.0, 900.0, 1_000.0)
VOWELS = ("i", "ɛ", "ɑ", "u")
FEATURES = AudioFeatures(PRESETS[RATE])
Voice = tuple[Tensor, Tensor, Tensor]
"""Samples [T * hop], log-mel [M, T], f0 [T]."""


def voice(f0: np.ndarray, **sounds: Any) -> Voice:
    """A synthetic voice with its features; its pitch is known, not measured."""
    said = synthetic_voice(f0, sample_rate=RATE, hop=HOP, **sounds)
    mel = torch.from_numpy(FEATURES.mel(said.samples).T.copy())
    return torch.from_numpy(said.samples), mel, torch.from_numpy(said.f0)


def training_voices() -> list[Voice]:
    draws = np.random.default_rng(0)
    frames = round(SECONDS * RATE / HOP)
    voices = []
    for number in range(UTTERANCES):
        low = float(80 * (200 / 80) ** draws.random())
        contour = speech_contour(frames, low, min(1.6 * low, 300.0), draws)
        voices.append(voice(contour, tract=float(draws.uniform(0.9, 1.15)), seed=number))
    return voices


class Contestants:
    """Both networks behind one call: standardised log-mel [B, M, T], f0 [B, T] and noise to samples."""

    def __init__(self) -> None:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.wavehax = Wavehax(WavehaxSettings(hop=HOP, n_fft=320, channels=16, blocks=4))
            self.hifi_gan = HiFiGAN(
                HiFiGANSizes(n_mels=100, width=72, rates=(5, 4, 4, 2), kernels=(10, 8, 8, 4))
            )
        self.networks: dict[str, nn.Module] = {"wavehax": self.wavehax, "hifi-gan": self.hifi_gan}

    def calls(self) -> dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]]:
        return {
            "wavehax": lambda mel, f0, noise: self.wavehax(mel, prior(f0, HOP, RATE, noise_BS=noise)),
            "hifi-gan": lambda mel, f0, noise: self.hifi_gan(mel),
        }


def train(
    contestants: Contestants, voices: list[Voice], scale: Callable[[Tensor], Tensor], steps: int
) -> dict:
    """Both in turns on the same crops; distances at the end and processor seconds of each."""
    draws, noises = np.random.default_rng(1), torch.Generator().manual_seed(1)
    mel_distance, resolutions = MelDistance(RATE), MultiResolutionDistance()
    optimizers = {
        name: torch.optim.AdamW(network.parameters(), lr=5e-4, betas=(0.8, 0.9), weight_decay=0.0)
        for name, network in contestants.networks.items()
    }
    spent, last = dict.fromkeys(optimizers, 0.0), {name: [] for name in optimizers}
    for step in range(steps):
        crops = []
        for number in draws.integers(len(voices), size=BATCH):
            samples, mel, f0 = voices[number]
            first = int(draws.integers(len(f0) - CROP))
            part = slice(first, first + CROP)
            crops.append((samples[first * HOP : (first + CROP) * HOP], mel[:, part], f0[part]))
        samples, mel, f0 = (torch.stack(parts) for parts in zip(*crops, strict=True))
        noise = torch.randn(samples.shape, generator=noises)
        for name, call in contestants.calls().items():
            began = time.process_time()
            made = call(scale(mel), f0, noise)
            distance = mel_distance(made, samples)
            loss = 45 * distance + 15 * resolutions(made, samples)
            optimizers[name].zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(contestants.networks[name].parameters(), 10.0)
            optimizers[name].step()
            spent[name] += time.process_time() - began
            last[name] = [*last[name][-49:], float(distance.detach())]
        if step % 50 == 49:
            print(
                step + 1,
                {name: round(float(np.mean(values)), 3) for name, values in last.items()},
                flush=True,
            )
    return {
        name: {
            "parameters": sum(p.numel() for p in network.parameters()),
            "log_mel_distance": round(float(np.mean(last[name])), 4),
            "training_seconds": round(spent[name], 1),
        }
        for name, network in contestants.networks.items()
    }


@torch.no_grad()
def beside(
    contestants: Contestants, scale: Callable[[Tensor], Tensor], pitches: tuple[float, ...]
) -> dict[str, Any]:
    """Off-grid energy in dB by pitch, mean over the vowels that sound, of the voices themselves too."""
    table: dict[str, dict[str, float | None]] = {"voice": {}, **{name: {} for name in contestants.networks}}
    silent = dict.fromkeys(table, 0)
    for pitch in pitches:
        found: dict[str, list[float]] = {name: [] for name in table}
        for vowel in VOWELS:
            f0 = np.full(100, pitch, np.float32)
            samples, mel, track = voice(f0, consonants=False, vowel=vowel, breath=0.0)
            noise = torch.randn((1, len(samples)), generator=torch.Generator().manual_seed(2))
            found["voice"].append(off_grid_energy(samples.numpy(), RATE, pitch).value)
            for name, call in contestants.calls().items():
                made = call(scale(mel[None]), track[None], noise)[0].numpy()
                found[name].append(off_grid_energy(made, RATE, pitch).value)
        for name, values in found.items():
            heard = [value for value in values if np.isfinite(value)]
            table[name][f"{pitch:g}"] = round(float(np.mean(heard)), 2) if heard else None
            silent[name] += len(values) - len(heard)
    means = {name: [value for value in row.values() if value is not None] for name, row in table.items()}
    return {
        "off_grid_energy_dB": {name: round(float(np.mean(m)), 2) if m else None for name, m in means.items()},
        "silent": silent,
        "by_pitch": table,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    steps = parser.parse_args().steps
    voices, contestants = training_voices(), Contestants()
    mels = torch.cat([mel for _, mel, _ in voices], dim=1)
    mean, deviation = mels.mean(1, keepdim=True), mels.std(1, keepdim=True).clamp_min(1e-3)

    def scale(mel: Tensor) -> Tensor:
        return (mel - mean) / deviation

    payload: dict[str, Any] = {"steps": steps, "networks": train(contestants, voices, scale, steps)}
    for network in contestants.networks.values():
        network.eval()
    for group, pitches in (("learnt, 120-300 Hz", LEARNT), ("unheard, 400-1,000 Hz", UNHEARD)):
        payload[group] = beside(contestants, scale, pitches)
        print(group, payload[group], flush=True)
    print(write_result("audio_high_f0", payload))


if __name__ == "__main__":
    main()
