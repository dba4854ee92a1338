"""All figures of one pair of sounds."""

from __future__ import annotations

import numpy as np

from ....shared.errors import InputError
from ..features.audio import Audio
from ..features.audio_features import AudioFeatures
from .cepstral import COEFFICIENTS, mel_cepstral_distortion
from .measured import Measured, silence, unmeasured
from .opinion import distill_mos
from .perceptual import pesq_wide, stoi
from .pitch_errors import log_f0_rmse, voicing_error
from .spectral import stft_distance

NAMES = ("PESQ-WB", "STOI", "MCD", "log-F0 RMSE", "V/UV error", "MR-STFT")
BETTER = {"PESQ-WB": "higher", "STOI": "higher"} | dict.fromkeys(NAMES[2:], "lower")
OPINION = "DistillMOS"
"""Of the copy alone; beside the others where it is asked for."""


def compare(
    reference: Audio, copy: Audio, features: AudioFeatures, *, opinion: bool = False
) -> dict[str, Measured]:
    """Every figure of `NAMES`: PESQ-WB, STOI, MCD (dB), log-F0 RMSE, V/UV error (per cent), MR-STFT.

    Mel frames and pitch of both come from the same `features`; the longer sound is cut to the shorter one.
    Silence on either side gives NaN with the reason for all of them. With `opinion`, DistillMOS of the copy
    comes after them.

    Raises:
        InputError: another sample rate than that of `features`, or samples that are not finite.
    """
    for field, audio in (("reference", reference), ("copy", copy)):
        if audio.sample_rate != features.settings.sample_rate:
            expected = f"{features.settings.sample_rate:,} Hz"
            raise InputError(field, f"is at {audio.sample_rate:,} Hz", expected=expected)
    length = min(len(reference), len(copy))
    one, other = (Audio(audio.samples[:length], audio.sample_rate) for audio in (reference, copy))
    why = silence(one.samples, other.samples)
    if why:
        return dict.fromkeys((*NAMES, OPINION) if opinion else NAMES, unmeasured(why))
    (mel, f0), (mel_copy, f0_copy) = features.of(one), features.of(other)
    rate = one.sample_rate
    figures = (
        pesq_wide(one.samples, other.samples, rate),
        stoi(one.samples, other.samples, rate),
        mel_cepstral_distortion(mel, mel_copy, min(COEFFICIENTS, mel.shape[1] - 1)),
        log_f0_rmse(f0, f0_copy),
        voicing_error(f0, f0_copy),
        stft_distance(one.samples, other.samples),
    )
    found: dict[str, Measured] = dict(zip(NAMES, figures, strict=True))
    return {**found, OPINION: distill_mos(other.samples, rate)} if opinion else found


def means(rows: list[dict[str, Measured]]) -> dict[str, Measured]:
    """Mean of each figure over the sounds where it is a number; NaN with a reason where it is none."""
    result = {}
    for name in rows[0] if rows else ():
        values = [row[name].value for row in rows if not row[name].reason]
        result[name] = Measured(float(np.mean(values))) if values else rows[0][name]
    return result
