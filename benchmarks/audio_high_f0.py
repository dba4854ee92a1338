"""Voices higher than any in training: energy beside the harmonics of a small Wavehax and a small HiFi-GAN.

Run: python -m benchmarks.audio_high_f0 [--steps 5000]; started again, it goes on where it was.

Both learn from the same crops of synthetic voices of 80-300 Hz, by the same losses, optimiser and number of
steps, then say held vowels of 120-300 and 400-1,000 Hz without breath. Energy more than 20 Hz from every
harmonic, in dB of all (`off_grid_energy`): aliases, whistles and noise, of the weights averaged over steps.
Sounds that come out silent are counted apart. HiFi-GAN is benchmarks/peers/hifi_gan.py in a size of about as
many parameters.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
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
AVERAGED = 0.998
"""Share of the averaged weights that a step keeps."""
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


@dataclass
class Training:
    """Both networks in turns on the same crops; everything that going on after an interruption needs."""

    contestants: Contestants
    voices: list[Voice]
    scale: Callable[[Tensor], Tensor]

    def __post_init__(self) -> None:
        self.step = 0
        self.draws, self.noises = np.random.default_rng(1), torch.Generator().manual_seed(1)
        networks = self.contestants.networks
        self.optimizers = {
            name: torch.optim.AdamW(network.parameters(), lr=5e-4, betas=(0.8, 0.9), weight_decay=0.0)
            for name, network in networks.items()
        }
        self.averages = {name: copy.deepcopy(network.state_dict()) for name, network in networks.items()}
        self.spent = dict.fromkeys(networks, 0.0)
        self.last: dict[str, list[float]] = {name: [] for name in networks}
        self.curve: list[dict[str, Any]] = []
        self.mel_distance, self.resolutions = MelDistance(RATE), MultiResolutionDistance()

    def _crops(self) -> tuple[Tensor, Tensor, Tensor]:
        crops = []
        for number in self.draws.integers(len(self.voices), size=BATCH):
            samples, mel, f0 = self.voices[number]
            first = int(self.draws.integers(len(f0) - CROP))
            part = slice(first, first + CROP)
            crops.append((samples[first * HOP : (first + CROP) * HOP], mel[:, part], f0[part]))
        samples, mel, f0 = (torch.stack(parts) for parts in zip(*crops, strict=True))
        return samples, mel, f0

    def advance(self) -> None:
        """One step of each network."""
        samples, mel, f0 = self._crops()
        noise = torch.randn(samples.shape, generator=self.noises)
        kept = min(AVERAGED, (1 + self.step) / (10 + self.step))
        for name, call in self.contestants.calls().items():
            network, began = self.contestants.networks[name], time.process_time()
            made = call(self.scale(mel), f0, noise)
            distance = self.mel_distance(made, samples)
            loss = 45 * distance + 15 * self.resolutions(made, samples)
            self.optimizers[name].zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 10.0)
            self.optimizers[name].step()
            self.spent[name] += time.process_time() - began
            self.last[name] = [*self.last[name][-199:], float(distance.detach())]
            for key, value in network.state_dict().items():
                if value.is_floating_point():
                    self.averages[name][key].lerp_(value, 1 - kept)
        self.step += 1

    def averaged(self) -> Contestants:
        """Networks with the averaged weights, to be listened to."""
        heard = Contestants()
        for name, network in heard.networks.items():
            network.load_state_dict(self.averages[name])
            network.eval()
        return heard

    def distances(self) -> dict[str, float]:
        return {name: round(float(np.mean(values)), 4) for name, values in self.last.items()}

    def save(self, file: Path) -> None:
        networks = self.contestants.networks
        state = {
            "step": self.step,
            "draws": json.dumps(self.draws.bit_generator.state),
            "noises": self.noises.get_state(),
            "networks": {name: network.state_dict() for name, network in networks.items()},
            "optimizers": {name: optimizer.state_dict() for name, optimizer in self.optimizers.items()},
            **{name: getattr(self, name) for name in ("averages", "spent", "last", "curve")},
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".part")
        torch.save(state, partial)
        partial.replace(file)

    def resume(self, file: Path) -> None:
        state = torch.load(file, weights_only=True)
        self.draws.bit_generator.state = json.loads(state["draws"])
        self.noises.set_state(state["noises"])
        for name, network in self.contestants.networks.items():
            network.load_state_dict(state["networks"][name])
            self.optimizers[name].load_state_dict(state["optimizers"][name])
        for name in ("step", "averages", "spent", "last", "curve"):
            setattr(self, name, state[name])


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


def listen(training: Training) -> dict[str, Any]:
    """Both groups of pitches, of the averaged weights."""
    heard = training.averaged()
    groups = (("learnt, 120-300 Hz", LEARNT), ("unheard, 400-1,000 Hz", UNHEARD))
    return {group: beside(heard, training.scale, pitches) for group, pitches in groups}


def point(training: Training) -> dict[str, Any]:
    """What the curve keeps of a step."""
    found = listen(training)
    kept = {group: {"dB": row["off_grid_energy_dB"], "silent": row["silent"]} for group, row in found.items()}
    return {"step": training.step, "log_mel_distance": training.distances(), **kept}


def result(training: Training) -> dict[str, Any]:
    networks = {
        name: {
            "parameters": sum(p.numel() for p in network.parameters()),
            "log_mel_distance": training.distances()[name],
            "training_seconds": round(training.spent[name], 1),
        }
        for name, network in training.contestants.networks.items()
    }
    return {"steps": training.step, "networks": networks, **listen(training), "curve": training.curve}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=5_000)
    parser.add_argument("--every", type=int, default=250, help="steps between the points of the curve")
    parser.add_argument("--run", type=Path, default=Path("runs/high_f0"), help="folder of its checkpoint")
    asked = parser.parse_args()
    voices = training_voices()
    mels = torch.cat([mel for _, mel, _ in voices], dim=1)
    mean, deviation = mels.mean(1, keepdim=True), mels.std(1, keepdim=True).clamp_min(1e-3)
    training = Training(Contestants(), voices, lambda mel: (mel - mean) / deviation)
    checkpoint = asked.run / "state.pt"
    if checkpoint.is_file():
        training.resume(checkpoint)
        print(f"goes on at step {training.step}", flush=True)
    while training.step < asked.steps:
        training.advance()
        if training.step % asked.every == 0:
            training.curve.append(point(training))
            print(training.curve[-1], flush=True)
        if training.step % 50 == 0:
            training.save(checkpoint)
    print(write_result("audio_high_f0", result(training)))


if __name__ == "__main__":
    main()
