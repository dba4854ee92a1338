"""How long a sound may be, for those who read what strangers send."""

from __future__ import annotations

from dataclasses import dataclass

from ....shared.errors import InputError

HIGHEST_RATE = 768_000
"""Hz; nothing is recorded at more."""


@dataclass(frozen=True)
class SoundLimit:
    """Bounds on what is decoded, held against the file's header and, as headers lie, against what comes out.

    Args:
        seconds: of the sound.
        samples: of all channels together, which take 4 bytes each once decoded.
        rate: Hz.
    """

    seconds: float
    samples: int
    rate: int = HIGHEST_RATE

    def check(self, frames: int, channels: int, rate: int, field: str, where: str | None = None) -> None:
        """Refuse what lies beyond.

        Args:
            frames: samples of one channel, as a header says or as decoded so far.
            field, where: as the sentence shall name it.

        Raises:
            InputError: too long, too many samples, or too high a rate.
        """
        if rate > self.rate:
            raise InputError(field, f"is at {rate:,} Hz", where=where, expected=f"at most {self.rate:,} Hz")
        if frames > self.seconds * rate:
            seconds = "without end" if frames >= 2**62 else f"{frames / rate:,.1f} s long"
            raise InputError(
                field, f"is {seconds}", where=where, expected=f"at most {self.seconds:,g} s", remedy="Cut it"
            )
        if frames * channels > self.samples:
            raise InputError(
                field,
                f"has {frames * channels:,} samples in {channels:,} channels",
                where=where,
                expected=f"at most {self.samples:,}",
                remedy="Mix the channels, or resample it",
            )
