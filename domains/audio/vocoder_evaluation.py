"""A folder of recordings copied by a vocoder and set beside the originals."""

from __future__ import annotations

import time
from collections.abc import Callable
from os import PathLike
from pathlib import Path

from ...shared.errors import InputError
from ...shared.progress import progress
from .features.audio import Audio
from .features.audio_features import AudioFeatures
from .features.audio_folder import audio_files
from .features.reading import read_quietly
from .metrics.comparison import compare
from .metrics.scores import CopyScores

UNREADABLE = ("audio file", "audio", "samples", "channel")
"""Fields of errors that concern one file, so that the rest goes on."""


def evaluate_copies(
    folder: str | PathLike[str],
    features: AudioFeatures,
    copy: Callable[[Audio], Audio],
    *,
    opinion: bool = False,
) -> CopyScores:
    """Figures of every wav, flac and ogg file below `folder`, one at a time.

    Args:
        copy: makes a sound anew.
        opinion: DistillMOS too.

    Raises:
        InputError: no such folder, no sound in it, or none that can be read.
    """
    root, scores = Path(folder).expanduser(), CopyScores()
    paths = audio_files(root)
    with progress(len(paths), "recordings copied and compared") as done:
        for path in paths:
            name = path.relative_to(root).as_posix()
            try:
                heard, _ = read_quietly(path, features.settings.sample_rate)
            except InputError as error:
                if error.field not in UNREADABLE:
                    raise
                scores.failures[name] = error
            else:
                began = time.perf_counter()
                made = copy(heard)
                scores.spent += time.perf_counter() - began
                scores.rows[name] = compare(heard, made, features, opinion=opinion)
                scores.seconds[name] = heard.seconds
            done(1)
    if not scores.rows:
        lines = "; ".join(f"{name}: {error.problem}" for name, error in list(scores.failures.items())[:5])
        raise InputError("folder", f"holds no sound that can be read ({lines})", where=str(root))
    return scores
