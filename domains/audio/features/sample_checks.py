"""What can be wrong with samples: not finite, clipped, off centre, too loud, cancelling channels."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ....shared.errors import InputError
from ....shared.number_check import is_whole
from ..argument_checks import shown
from .audio import Remark, rms_dbfs

CLIPPED_SHARE = 1e-3
CLIPPED_RUN = 3
FULL_SCALE = 1 - 2.0**-14
"""Between the largest 16-bit sample (1 - 2^-15) and the next but one."""
DC_SHARE = 0.01
"""Of full scale."""
DC_SECONDS = 0.1
ANTI_PHASE_DB = -40.0

NanPolicy = Literal["error", "zero"]


def finite(channels_SC: np.ndarray, policy: NanPolicy, where: str) -> tuple[np.ndarray, list[Remark]]:
    """The samples, or with `policy` "zero" a copy whose NaN and infinite samples are 0.

    Raises:
        InputError: there are such samples and the policy is "error"; how many, and the first.
    """
    good = np.isfinite(channels_SC)
    if good.all():
        return channels_SC, []
    bad = np.atleast_1d(~good.all(axis=1))
    count = int(bad.sum())
    first = int(bad.argmax())
    what = f"{count:,} of {len(bad):,} samples are NaN or infinite, the first at index {first:,}"
    if policy != "zero":
        raise InputError(
            "samples", what, where=where, remedy='Repair them, or pass nan="zero" to hear silence there'
        )
    return np.nan_to_num(channels_SC, nan=0.0, posinf=0.0, neginf=0.0), [
        Remark("nan", f"{what}; they are set to 0")
    ]


def clipping(channels_SC: np.ndarray) -> list[Remark]:
    """A remark where at least 0.1 % of the samples lie at full scale in runs of three or more."""
    peak = float(np.abs(channels_SC).max(initial=0.0))
    if peak < FULL_SCALE:
        return []
    share = clipped_share(channels_SC, max(peak, 1.0))
    if share < CLIPPED_SHARE:
        return []
    return [Remark("clipped", f"{share:.2%} of the samples are clipped at full scale")]


def clipped_share(channels_SC: np.ndarray, full_scale: float = 1.0) -> float:
    """Share of samples within runs of at least three at plus or at minus full scale."""
    total = 0
    for side in (channels_SC, -channels_SC):
        for channel in side.T:
            edges = np.diff((channel >= FULL_SCALE * full_scale).astype(np.int8), prepend=0, append=0)
            runs = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
            total += int(runs[runs >= CLIPPED_RUN].sum())
    return total / max(channels_SC.size, 1)


def one_channel(channels_SC: np.ndarray, channel: int | None, where: str) -> tuple[np.ndarray, list[Remark]]:
    """float32 [S]: the mean of all channels, or the one that `channel` (counted from 0) names.

    Raises:
        InputError: there is no such channel.
    """
    count = channels_SC.shape[1]
    if channel is not None:
        whole = is_whole(channel)
        if not whole or not 0 <= channel < count:
            raise InputError(
                "channel",
                f"is {shown(channel)}, there are {count}",
                where=where,
                expected=f"0 to {count - 1}",
            )
        return np.ascontiguousarray(channels_SC[:, channel]), []
    if count == 1:
        return np.ascontiguousarray(channels_SC[:, 0]), []
    mean = channels_SC @ np.full(count, 1 / count, np.float32)
    remarks = [Remark("channels", f"has {count} channels; their mean is used")]
    # The mean square of what lies beside the mean, without another copy of all channels.
    together = 10 ** (rms_dbfs(mean) / 10)
    aside = 10 ** (rms_dbfs(channels_SC) / 10) - together
    if together < aside * 10 ** (ANTI_PHASE_DB / 10):
        text = "the channels are in anti-phase and cancel each other in the mean; pass channel=0 to hear one"
        remarks.append(Remark("anti-phase", text))
    return mean, remarks


def centred(samples_S: np.ndarray, rate: int) -> tuple[np.ndarray, list[Remark]]:
    """The samples without a constant part of more than 1 % of full scale; below 0.1 s nobody can tell one."""
    offset = float(samples_S.mean(dtype=np.float64)) if len(samples_S) >= DC_SECONDS * rate else 0.0
    if abs(offset) <= DC_SHARE:
        return samples_S, []
    remark = Remark("dc", f"a constant part of {offset:+.3f} of full scale is removed")
    return (samples_S - np.float32(offset)).astype(np.float32), [remark]


def whole_numbers(channels_SC: np.ndarray) -> bool:
    """Whether these are samples of an integer type in floats: whole numbers, some of them above 1."""
    return bool(np.abs(channels_SC).max(initial=0.0) >= 2) and not (channels_SC % 1).any()


def loud(samples_S: np.ndarray, whole: bool) -> list[Remark]:
    """A remark where the peak lies above full scale; `whole` as `whole_numbers` said of what was read."""
    peak = float(np.abs(samples_S).max(initial=0.0))
    if peak <= 1.0:
        return []
    text = f"the peak is {peak:.3g}, above full scale"
    if whole:
        text += " (all samples are whole numbers: 16-bit samples must be divided by 32,768, or kept as int16)"
    return [Remark("peak", text + '; pass level="limit" to scale it down')]
