"""The generators in pieces: each layer carries the frames it looks back on, and waits for those ahead.

Causal generators wait for the halves of the transforms and filters only (two frames); others for the sum of
what their layers look ahead. Either way the pieces are those of the whole, so the norm must be framewise.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .block import ConvNeXtBlock
from .carried import Alignment, Context, OverlapAdd
from .generator import Backbone, Projection, Wavehax
from .harmonic_prior import POWER
from .multi_stream import MultiStreamWavehax


def streamed(generator: Wavehax | MultiStreamWavehax) -> StreamedWavehax | StreamedMultiStream:
    """A fresh stream through `generator`.

    Raises:
        ValueError: its norm knows the whole utterance.
    """
    if not generator.settings.framewise_norm:
        raise ValueError("only generators with framewise_norm go in pieces")
    if isinstance(generator, Wavehax):
        return StreamedWavehax(generator)
    return StreamedMultiStream(generator)


class StreamedWavehax:
    """`Wavehax` in pieces."""

    def __init__(self, generator: Wavehax) -> None:
        self.generator = generator
        self.prior = _Spectrum(generator)
        self.noise = _Spectrum(generator) if generator.settings.noise_image else None
        learnt = generator.learnt_prior is not None
        self.shaped = (_Spectrum(generator), Alignment(3)) if learnt else None
        self.projected = [_Projection(generator.prior_projection) for _ in range(2)]
        self.condition = _Projection(generator.condition_projection)
        self.images = Alignment(7 if self.noise else 5)
        self.backbone = _Backbone(generator.backbone)
        self.envelope = Alignment(2)
        self.inverse = OverlapAdd(generator.stft)

    def push(
        self,
        condition_BMT: Tensor | None,
        prior_BS: Tensor | None,
        noise_BS: Tensor | None,
        last: bool = False,
    ) -> Tensor | None:
        """Samples [B, S] that are ready, of standardised log-mel, excitation and noise as in `Wavehax`."""
        spectrum = self.prior.push(prior_BS, last)
        if self.shaped is not None and self.generator.learnt_prior is not None:
            transform, alignment = self.shaped
            together = alignment.push(condition_BMT, spectrum, transform.push(noise_BS, last))
            spectrum = None if together is None else self.generator.learnt_prior(*together)
        parts = [None, None] if spectrum is None else [spectrum.real, spectrum.imag]
        projected = [layer.push(part, last) for layer, part in zip(self.projected, parts, strict=True)]
        pieces = [*parts, *projected, self.condition.push(condition_BMT, last)]
        if self.noise is not None:
            noise = self.noise.push(None if noise_BS is None else POWER * noise_BS, last)
            pieces += [None, None] if noise is None else [noise.real, noise.imag]
        images = self.images.push(*pieces)
        output = self.backbone.push(None if images is None else torch.stack(images, 1), last)
        aligned = self.envelope.push(output, condition_BMT)
        return self.inverse.push(None if aligned is None else self.generator.spectrum(*aligned), last)


class StreamedMultiStream:
    """`MultiStreamWavehax` in pieces."""

    def __init__(self, generator: MultiStreamWavehax) -> None:
        self.generator = generator
        half, stft = generator.filter_reach, generator.stft
        self.analysis = Context(half, half, 2, reflect=True, step=generator.settings.streams)
        self.split = Context(stft.edge, stft.edge, 2, reflect=False, step=stft.hop)
        self.condition = _Projection(generator.condition_projection)
        self.images = Alignment(2)
        self.backbone = _Backbone(generator.backbone)
        self.inverse = OverlapAdd(stft)
        self.synthesis = Context(half, half, 2, reflect=True)

    def push(
        self,
        condition_BMT: Tensor | None,
        prior_BS: Tensor | None,
        noise_BS: Tensor | None,
        last: bool = False,
    ) -> Tensor | None:
        """Samples [B, S] that are ready; `noise_BS` is not used."""
        network, streams = self.generator, self.generator.settings.streams
        wide = self.analysis.push(None if prior_BS is None else prior_BS[:, None], last)
        wide = self.split.push(None if wide is None else network.analysis(wide), last)
        spectrum = None
        if wide is not None:
            spectrum = network.stft.of_padded(wide.flatten(0, 1)).unflatten(0, wide.shape[:2])
        aligned = self.images.push(self.condition.push(condition_BMT, last), spectrum)
        output = self.backbone.push(None if aligned is None else network.images(*aligned), last)
        samples = self.inverse.push(None if output is None else network.pieces(output), last)
        if samples is not None:
            samples = network.spread(samples.unflatten(0, (-1, streams)))
        wide = self.synthesis.push(samples, last)
        return None if wide is None else network.synthesis(wide)[:, 0]


class _Spectrum:
    """A transform in pieces."""

    def __init__(self, generator: Wavehax) -> None:
        self.stft = generator.stft
        self.context = Context(self.stft.edge, self.stft.edge, 1, reflect=False, step=self.stft.hop)

    def push(self, x_BS: Tensor | None, last: bool) -> Tensor | None:
        wide = self.context.push(x_BS, last)
        return None if wide is None else self.stft.of_padded(wide)


class _Projection:
    """A projection in pieces."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self.context = Context(*projection.reach, 2, reflect=not projection.causal)

    def push(self, x_BCT: Tensor | None, last: bool) -> Tensor | None:
        wide = self.context.push(x_BCT, last)
        return None if wide is None else self.projection.convolution(wide)


class _Backbone:
    """All blocks in pieces."""

    def __init__(self, backbone: Backbone) -> None:
        self.backbone = backbone
        self.blocks = [block for block in backbone.blocks if isinstance(block, ConvNeXtBlock)]
        self.contexts = [Context(*block.reach, 1, reflect=not block.causal) for block in self.blocks]

    def push(self, x_BIFT: Tensor | None, last: bool) -> Tensor | None:
        x = None if x_BIFT is None else self.backbone.entered(x_BIFT)
        for block, context in zip(self.blocks, self.contexts, strict=True):
            wide = context.push(x, last)
            x = None if wide is None else block.of_wide(wide)
        return None if x is None else self.backbone.left(x)
