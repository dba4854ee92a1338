"""Multi-scale spectral loss, and the autoencoder's phase of the training core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ....shared.errors import InputError
from ....shared.training.objective import Phase
from ....shared.training.settings import ScheduleSettings
from .autoencoder import DDSPAutoencoder
from .features import Loudness
from .settings import DDSPSettings

WINDOWS = (2_048, 1_024, 512, 256, 128, 64)
LEARNING_RATE = 3e-4
CLIP_NORM = 3.0
"""Longest gradient."""
SCHEDULE = ScheduleSettings(kind="exponential", gamma=0.98 ** (1 / 10_000))
"""The rate falls by 2 % in 10,000 steps, as in the original's `Trainer`."""


class MultiScaleSpectralLoss(nn.Module):
    """Sum over window lengths of mean |X - Y| and mean |log X - log Y| of magnitudes, 75 % overlap.

    Engel et al. (2020), equation 4.
    """

    def __init__(self, windows: Sequence[int] = WINDOWS) -> None:
        super().__init__()
        self.windows = tuple(windows)
        for size in self.windows:
            self.register_buffer(f"window_{size}", torch.hann_window(size), persistent=False)

    def forward(self, made_BS: Tensor, wanted_BS: Tensor) -> Tensor:
        total = made_BS.new_zeros(())
        for size in self.windows:
            window = self.get_buffer(f"window_{size}").to(made_BS.dtype)
            both = torch.stft(
                torch.cat([made_BS, wanted_BS]), size, size // 4, window=window, return_complex=True
            )
            power = both.real.square() + both.imag.square()
            made, wanted = power.clamp_min(1e-10).sqrt().chunk(2)
            total = total + (made - wanted).abs().mean() + (made.log() - wanted.log()).abs().mean()
        return total


class DDSPClips:
    """Sounds with their pitch as a batch source: clips of one length; noise is a function of seed and clip.

    Args:
        audio: float32 [clips, T * hop]; f0: Hz [clips, T].

    Raises:
        InputError: shapes that do not go together, or numbers that are not finite.
    """

    def __init__(self, audio: np.ndarray, f0: np.ndarray, settings: DDSPSettings, seed: int = 0) -> None:
        if audio.ndim != 2 or audio.shape != (f0.shape[0], f0.shape[1] * settings.hop):
            raise InputError(
                "audio", f"has shape {audio.shape}", expected=f"[clips, {settings.hop} * frames]"
            )
        if not (np.isfinite(audio).all() and np.isfinite(f0).all() and (f0 >= 0).all()):
            raise InputError("audio", "or its pitch is not finite, or a pitch is negative")
        self.audio, self.f0, self.seed = torch.from_numpy(audio), torch.from_numpy(f0), seed
        self.loudness = Loudness(settings.sample_rate, settings.hop)(self.audio)

    def __len__(self) -> int:
        return len(self.audio)

    def batch(self, indices: np.ndarray) -> dict[str, Tensor]:
        chosen = torch.from_numpy(np.asarray(indices))
        noise = [
            np.random.default_rng([self.seed, int(i)]).uniform(-1, 1, self.audio.shape[1]) for i in indices
        ]
        return {
            "audio": self.audio[chosen],
            "f0": self.f0[chosen],
            "loudness": self.loudness[chosen],
            "noise": torch.from_numpy(np.stack(noise).astype(np.float32)),
        }


class DDSPObjective:
    """One phase: the spectral loss of what the autoencoder makes of a clip."""

    def __init__(self, network: DDSPAutoencoder, learning_rate: float = LEARNING_RATE) -> None:
        self.network, self.learning_rate = network, learning_rate
        self.modules: dict[str, nn.Module] = {"network": network}
        self.spectra = MultiScaleSpectralLoss()
        self.phases = [Phase("network", ("network",), self.loss, self._optimizer)]

    def _optimizer(self, parameters: Any) -> torch.optim.Optimizer:
        return torch.optim.Adam(parameters, lr=self.learning_rate)

    def loss(self, batch: dict[str, Tensor]) -> tuple[Tensor, Mapping[str, Tensor]]:
        made = self.network(batch["f0"], batch["loudness"], batch["noise"], batch["audio"])
        loss = self.spectra.to(made.device)(made, batch["audio"])
        return loss, {"spectra": loss.detach()}

    @torch.no_grad()
    def validate(self, batch: dict[str, Tensor]) -> Mapping[str, tuple[Tensor, int]]:
        loss, _ = self.loss(batch)
        return {"spectra": (loss * len(batch["audio"]), len(batch["audio"]))}
