"""How a sound is to be made anew: what the shell's flags and the query of `POST /v1/synthesize` may say."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ..domains.audio.features.level import LevelPolicy
from ..domains.audio.features.sample_checks import NanPolicy
from ..shared.number_check import LARGEST_SEED

if TYPE_CHECKING:
    from ..domains.audio.features.audio import Audio
    from ..domains.audio.sound_pieces import SoundPieces
    from ..domains.audio.vocoder import Vocoder

Sound = str | PathLike[str] | bytes
"""A path, or the content of a file."""
Factor = Annotated[float, Field(ge=0.01, le=100, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED)]


class SynthesisSettings(BaseModel):
    """Pitch, formants, noise, and how the recording is read."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    pitch: Factor = 1.0
    """Factor on the pitch: 2 is an octave up. Formants stay."""
    formant: Factor = 1.0
    """Factor on the formants. Pitch stays."""
    seed: Seed = 0
    """Of the noise in breath and hiss."""
    channel: Annotated[int, Field(ge=0)] | None = None
    """Which channel to hear, from 0; the mean of all when not given."""
    level: LevelPolicy = "keep"
    """keep, limit (a peak above full scale is scaled down), peak (to -1 dBFS) or loudness (to -24 LUFS)."""
    nan: NanPolicy = "error"
    """error refuses samples that are no numbers, zero sets them to 0."""

    def resynthesize(self, vocoder: Vocoder, sound: Sound) -> Audio:
        """The sound made anew.

        Raises:
            InputError: as `Vocoder.resynthesize`.
        """
        return vocoder.resynthesize(sound, self.pitch, self.formant, seed=self.seed, **self._policy())

    def resynthesize_in_pieces(self, vocoder: Vocoder, sound: Sound, **limits: Any) -> SoundPieces:
        """The same, piece by piece.

        Args:
            limits: further arguments of `read_audio`.
        """
        policy = self._policy() | limits
        return vocoder.resynthesize_in_pieces(sound, self.pitch, self.formant, seed=self.seed, **policy)

    def _policy(self) -> dict[str, Any]:
        return {"channel": self.channel, "level": self.level, "nan": self.nan}
