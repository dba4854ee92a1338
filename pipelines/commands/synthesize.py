"""`fourfold synthesize MODEL SOUND -o OUT`: speech made anew, its pitch and formants changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from .whole_number import WHOLE


def synthesize(
    model: str,
    sound: Path,
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    pitch: float = 1.0,
    formant: float = 1.0,
    seed: Annotated[int, WHOLE] = 0,
    channel: Annotated[int | None, WHOLE] = None,
    level: Literal["keep", "limit", "peak", "loudness"] = "keep",
    nan: Literal["error", "zero"] = "error",
    float_: Annotated[bool, Parameter(name="--float", negative="")] = False,
) -> int:
    """Make speech anew with a vocoder, as long as it was: a recording, or a folder of them.

    Of a folder, files that cannot be read are listed and the rest is made; the exit code is then 2.

    Parameters
    ----------
    model
        A shipped vocoder, or a folder that finetune wrote.
    sound
        A wav, flac or ogg file, or a folder of them.
    output
        A wav or flac file; for a folder a folder, with a wav file for each recording.
    pitch
        Factor on the pitch: 2 is an octave up. Formants stay.
    formant
        Factor on the formants, which make a voice sound longer or shorter. Pitch stays.
    seed
        Of the noise in breath and hiss.
    channel
        Which channel to hear, from 0; the mean of all when not given.
    level
        keep, limit (a peak above full scale is scaled down), peak (to -1 dBFS) or loudness (to -24 LUFS).
    nan
        error refuses samples that are no numbers, zero sets them to 0.
    float_
        Write 32-bit floats (wav only) rather than 16 bits.
    """
    from ..settings_problems import from_flags
    from ..synthesis_settings import SynthesisSettings
    from ..vocoder_commands import SynthesisRequest

    wanted = {
        "pitch": pitch,
        "formant": formant,
        "seed": seed,
        "channel": channel,
        "level": level,
        "nan": nan,
    }
    settings = from_flags(SynthesisSettings, wanted)
    return SynthesisRequest(settings, "float" if float_ else "pcm16").run(model, sound, output)
