"""The DDSP autoencoder: pitch, loudness and a latent steer harmonics, filtered noise and a room.

Engel et al. (2020), section 4 and appendix B: each input through its own layers, together through a recurrent
network, and through layers again to the controls.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .features import MFCC, RANGE
from .settings import DDSPSettings
from .synthesis import between_frames, exp_sigmoid, filtered_noise, harmonics, reverberate

NOISE_BIAS = -5.0
"""Added to the noise's controls, so that an untrained network is not hissing."""


class Layers(nn.Sequential):
    """Linear, layer norm, leaky ReLU, several times."""

    def __init__(self, inputs: int, width: int, layers: int) -> None:
        parts: list[nn.Module] = []
        for n in range(layers):
            parts += [nn.Linear(width if n else inputs, width), nn.LayerNorm(width), nn.LeakyReLU(0.2)]
        super().__init__(*parts)


class Encoder(nn.Module):
    """Latent [B, steps, Z] of the sound: cepstra, normalised over time, a recurrent network, a linear map.

    One step alone has no deviation to be normalised by, so a sound that short is heard with silence after it.
    """

    def __init__(self, settings: DDSPSettings) -> None:
        super().__init__()
        self.stride = settings.hop * settings.latent_every
        self.mfcc = MFCC(settings.sample_rate, self.stride, settings.mfcc)
        self.norm = nn.InstanceNorm1d(settings.mfcc, affine=True)
        self.recurrent = nn.GRU(settings.mfcc, settings.width, batch_first=True)
        self.latent = nn.Linear(settings.width, settings.latent)

    def forward(self, audio_BS: Tensor) -> Tensor:
        samples = audio_BS.shape[-1]
        heard = nn.functional.pad(audio_BS, (0, max(self.stride + 1 - samples, 0)))
        cepstra = self.norm(self.mfcc(heard).transpose(1, 2)).transpose(1, 2)
        return self.latent(self.recurrent(cepstra)[0])[:, : -(-samples // self.stride)]


@dataclass(frozen=True)
class Controls:
    """What the synthesiser is told for each frame: a [B, T], c [B, T, K], noise magnitudes [B, T, N]."""

    amplitude: Tensor
    distribution: Tensor
    magnitudes: Tensor


class Decoder(nn.Module):
    """Scaled pitch and loudness [B, T] and a latent [B, T, Z] to controls."""

    def __init__(self, settings: DDSPSettings) -> None:
        super().__init__()
        self.sizes = (1, settings.harmonics, settings.noise_bands)
        width, layers = settings.width, settings.layers
        inputs = [1, 1, settings.latent] if settings.latent else [1, 1]
        self.enter = nn.ModuleList(Layers(size, width, layers) for size in inputs)
        self.recurrent = nn.GRU(width * len(inputs), width, batch_first=True)
        self.leave = Layers(width * (len(inputs) + 1), width, layers)
        self.controls = nn.Linear(width, sum(self.sizes))

    def forward(self, inputs_BT_: list[Tensor]) -> Controls:
        entered = [layers(x) for layers, x in zip(self.enter, inputs_BT_, strict=True)]
        remembered = self.recurrent(torch.cat(entered, -1))[0]
        left = self.controls(self.leave(torch.cat([*entered, remembered], -1)))
        amplitude, distribution, magnitudes = left.split(self.sizes, -1)
        return Controls(
            exp_sigmoid(amplitude[..., 0]), exp_sigmoid(distribution), exp_sigmoid(magnitudes + NOISE_BIAS)
        )


class DDSPAutoencoder(nn.Module):
    """Pitch and loudness of every frame (and the sound, where there is an encoder) to a sound.

    Raises:
        ValueError: an encoder without sound.
    """

    def __init__(self, settings: DDSPSettings) -> None:
        super().__init__()
        self.settings = settings
        self.encoder = Encoder(settings) if settings.latent else None
        self.decoder = Decoder(settings)
        self.room: nn.Parameter | None = None
        if settings.reverb_samples:
            self.room = nn.Parameter(1e-6 * torch.randn(settings.reverb_samples))

    def forward(
        self, f0_BT: Tensor, loudness_BT: Tensor, noise_BS: Tensor, audio_BS: Tensor | None = None
    ) -> Tensor:
        """Samples [B, T * hop].

        Args:
            f0_BT: Hz, 0 where unvoiced; loudness_BT: dB, from `Loudness`.
            noise_BS: uniform between -1 and 1.
            audio_BS: what to encode.
        """
        return self.synthesize(self.steer(f0_BT, loudness_BT, audio_BS), f0_BT, noise_BS)

    def steer(self, f0_BT: Tensor, loudness_BT: Tensor, audio_BS: Tensor | None = None) -> Controls:
        """Controls of every frame."""
        inputs = [_midi(f0_BT)[..., None] / 127, (loudness_BT / RANGE + 1)[..., None]]
        if self.encoder is not None:
            if audio_BS is None:
                raise ValueError("an autoencoder with a latent needs the sound to encode")
            latent = between_frames(self.encoder(audio_BS), self.settings.latent_every)
            inputs.append(latent[:, : f0_BT.shape[1]])
        return self.decoder(inputs)

    def synthesize(self, controls: Controls, f0_BT: Tensor, noise_BS: Tensor) -> Tensor:
        """Harmonics and noise in the room."""
        hop, rate = self.settings.hop, self.settings.sample_rate
        dry = harmonics(controls.amplitude, controls.distribution, f0_BT, hop, rate)
        dry = dry + filtered_noise(controls.magnitudes, noise_BS)
        return dry if self.room is None else reverberate(dry, self.room)


def _midi(f0_BT: Tensor) -> Tensor:
    """Semitones, 69 at 440 Hz; 0 where unvoiced."""
    return torch.where(f0_BT > 0, 69 + 12 / math.log(2) * torch.log(f0_BT.clamp_min(1.0) / 440), 0.0)
