"""Sizes of the Wavehax generators."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class WavehaxSettings(BaseModel):
    """One generator; the presets are those of the paper and its code, `small` ones are for the CPU."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n_mels: int = Field(default=100, ge=1)
    hop: int = Field(default=240, ge=1)
    """Samples of a frame, as in the features."""
    n_fft: int = Field(default=480, ge=2)
    """Window of the internal transform, in samples of one stream."""
    channels: int = Field(default=32, ge=1)
    expansion: int = Field(default=2, ge=1)
    """Width of a block's inner layer, in units of `channels`."""
    kernel: tuple[int, int] = (7, 7)
    """Depthwise kernel: frequency bins, frames; odd."""
    blocks: int = Field(default=8, ge=1)
    projection_kernel: int = Field(default=7, ge=1)
    """Frames of the two projections at the input; odd."""
    framewise_norm: bool = False
    """Normalise each frame by itself (streams exactly) rather than the whole utterance."""
    streams: int = Field(default=1, ge=1)
    """Sub-band streams (multi-stream Wavehax); 1: one full-band spectrum and a projected prior."""
    stream_taps: int = Field(default=63, ge=1)
    """Length of the learnt analysis and synthesis filters of several streams."""
    causal: bool = False
    """Convolutions look back only, so that audio can be made as features come in."""
    envelope: bool = False
    """Multiply the output spectrum by the envelope that the mel bands imply, so that the network works on
    flat spectra. Not in the paper; it adds no parameter."""
    noise_image: bool = False
    """Give the network noise of its own beside the prior, for breath and hiss. Not in the paper."""
    prior: Literal["harmonic", "harmonic-decay", "sine", "sawtooth", "noise", "ddsp"] = "harmonic"
    """`ddsp`: harmonics and noise through filters read off the mel spectrum (NaturalL2S), for one stream."""

    @model_validator(mode="after")
    def _fits(self) -> WavehaxSettings:
        if self.hop % self.streams:
            raise ValueError("streams must divide hop")
        hop = self.hop // self.streams
        if self.n_fft % hop or self.n_fft == hop:
            raise ValueError("n_fft must be a multiple of the hop of one stream, and exceed it")
        if not all(size % 2 for size in (*self.kernel, self.projection_kernel, self.stream_taps)):
            raise ValueError("kernels must have odd sizes")
        if self.streams > 1 and (self.envelope or self.noise_image):
            raise ValueError("envelope and noise_image are for one stream")
        if self.streams > 1 and self.prior == "ddsp":
            raise ValueError("prior must not be ddsp with several streams")
        if self.causal and not self.framewise_norm:
            raise ValueError("causal needs framewise_norm: other statistics know the future")
        return self


PRESETS = {
    "wavehax-v1": WavehaxSettings(),
    "wavehax-v2": WavehaxSettings(channels=16, expansion=3, kernel=(13, 7)),
    "wavehax-48k": WavehaxSettings(kernel=(15, 7), n_fft=960, hop=480),
    "wavehax-ms": WavehaxSettings(channels=64, n_fft=120, streams=4, framewise_norm=True),
    "wavehax-ms-causal": WavehaxSettings(channels=64, n_fft=120, streams=4, framewise_norm=True, causal=True),
    "wavehax-16k": WavehaxSettings(hop=160, n_fft=320),
    "wavehax-22k": WavehaxSettings(hop=220, n_fft=440),
    "wavehax-16k-causal": WavehaxSettings(
        hop=160, channels=64, n_fft=80, streams=4, framewise_norm=True, causal=True
    ),
    "wavehax-16k-light": WavehaxSettings(
        hop=160,
        n_fft=320,
        channels=16,
        expansion=3,
        kernel=(13, 7),
        framewise_norm=True,
        envelope=True,
        noise_image=True,
    ),
}
"""Generators by name; the first four are published, with 622,951, 600,759, 2,018,727, 332,324 parameters.
`wavehax-16k` and `wavehax-22k` are `wavehax-v1` with the frames of the features at 16 and 22.05 kHz.
The causal ones are for streams: their sound is two frames (20 ms) behind the features.
`wavehax-16k-light` is the one to train without an accelerator, and its norm lets long files go in pieces."""
