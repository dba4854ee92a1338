"""Reading sound as a model wants it: mono, float, finite, at one rate; every change is told."""

from __future__ import annotations

import warnings
from os import PathLike
from typing import TYPE_CHECKING, get_args

import numpy as np

from ....shared.errors import InputError, InputWarning
from .audio import Audio, Remark
from .decoding import decode, require_rate
from .level import LevelPolicy, set_level
from .resampling import resample
from .sample_checks import NanPolicy, centred, clipping, finite, loud, one_channel, whole_numbers
from .sound_limit import SoundLimit

if TYPE_CHECKING:
    import torch


def read_audio(
    source: str | PathLike[str] | bytes | np.ndarray | torch.Tensor | Audio,
    rate: int | None = None,
    *,
    sample_rate: int | None = None,
    channel: int | None = None,
    nan: NanPolicy = "error",
    level: LevelPolicy = "keep",
    limit: SoundLimit | None = None,
) -> Audio:
    """Mono float samples of a file or array, with one `InputWarning` for each thing worth knowing.

    Warned of: several channels (their mean is used; channels in anti-phase), clipping (at least 0.1 % of the
    samples), a constant part above 1 % of full scale (removed), a peak above full scale, silence, a file cut
    short, and a rate below `rate` (there is nothing to hear above half of it).

    Args:
        source: path or bytes of a wav, flac or ogg file; array or tensor [S], [S, C] or [C, S], floats with
            full scale 1 or integers of 8 to 32 bits; or an `Audio`.
        rate: Hz to resample to; None keeps the source's.
        sample_rate: Hz of an array.
        channel: which channel to hear, from 0; None: the mean of all.
        nan: "error" refuses NaN and infinite samples, "zero" sets them to 0.
        level: "keep", "limit" (a peak above full scale is scaled down), "peak" (to -1 dBFS) or "loudness"
            (to -24 LUFS).
        limit: how long a file may be; a longer one is refused before it is decoded.

    Raises:
        InputError: missing, empty, unreadable or too long file; no samples; samples that are not finite; no
            such channel; an array without a rate; torchaudio missing when the rate changes.
    """
    audio, name = read_quietly(
        source, rate, sample_rate=sample_rate, channel=channel, nan=nan, level=level, limit=limit
    )
    for remark in audio.remarks:
        if remark.warns:
            warnings.warn(f"{name}: {remark.text}", InputWarning, stacklevel=2)
    return audio


def read_quietly(
    source: str | PathLike[str] | bytes | np.ndarray | torch.Tensor | Audio,
    rate: int | None = None,
    *,
    sample_rate: int | None = None,
    channel: int | None = None,
    nan: NanPolicy = "error",
    level: LevelPolicy = "keep",
    limit: SoundLimit | None = None,
) -> tuple[Audio, str]:
    """As `read_audio`, with the warnings only among the remarks, and the source's name."""
    _require_policies(nan, level)
    target = None if rate is None else require_rate(rate, "rate")
    channels, own, remarks, name = decode(source, sample_rate, limit)
    if not len(channels):
        raise InputError("audio", "is empty: 0 samples", where=name, expected="at least one sample")
    channels, repaired = finite(channels, nan, name)
    # Asked of what was given: a mean of channels and a constant part taken off leave no whole numbers.
    clipped, whole = clipping(channels), whole_numbers(channels)
    samples, mixed = one_channel(channels, channel, name)
    del channels
    samples, moved = centred(samples, own)
    remarks += repaired + clipped + mixed + moved + loud(samples, whole)
    if target is not None and target != own:
        samples = resample(samples, own, target)
        remarks.append(_rate_remark(own, target))
        own = target
    samples, scaled = set_level(samples, own, level)
    if level != "keep":
        remarks = [remark for remark in remarks if remark.kind != "peak"]
    audio = Audio(samples, own, (*remarks, *scaled))
    if audio.silent:
        audio = Audio(samples, own, (*audio.remarks, Remark("silent", "is silence (RMS below -60 dBFS)")))
    return audio, name


def _rate_remark(own: int, target: int) -> Remark:
    text = f"resampled from {own:,} to {target:,} Hz"
    if target > own:
        return Remark("upsampled", f"{text}; there is no content above {own / 2_000:g} kHz")
    return Remark("rate", text, warns=False)


def _require_policies(nan: str, level: str) -> None:
    for field, value, known in (("nan", nan, get_args(NanPolicy)), ("level", level, get_args(LevelPolicy))):
        if value not in known:
            raise InputError(field, f"is {value!r}", expected=" or ".join(map(repr, known)))
