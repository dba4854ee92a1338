"""Pitch trackers against librosa's YIN and pYIN and against WORLD's Harvest: speed, and agreement on speech.

Run: python -m benchmarks.audio_pitch [--quick]. Targets on one thread: YIN at least 3x librosa.yin, pYIN at
least 15x librosa.pyin, Harvest at least 8x pyworld's. On read speech against pyworld's Harvest, ours: at most
8 % of the frames with different voicing, at most 3 % gross errors (above 20 %) where both are voiced. Median
error on gliding harmonics below 0.2 %.

Speech is every twelfth file of $FOURFOLD_DATA/audio/librispeech_train100; settings were chosen on the even
ones of these, and the odd ones are held out. Without the set, speed is measured on harmonics.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from pathlib import Path
from typing import Any

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import librosa  # noqa: E402 - after one_thread, which thread pools read at import
import numpy as np  # noqa: E402
import soundfile  # noqa: E402
from fourfold.domains.audio.pitch.frames import PitchFrames  # noqa: E402
from fourfold.domains.audio.pitch.harvest import harvest  # noqa: E402
from fourfold.domains.audio.pitch.pyin import pyin  # noqa: E402
from fourfold.domains.audio.pitch.yin import yin  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pyworld

RATE, HOP, FLOOR, CEIL = 16_000, 160, 60.0, 600.0
FRAMES = PitchFrames(RATE, HOP, FLOOR, CEIL)
OURS = {"yin": yin, "pyin": pyin, "harvest": harvest}
TARGETS = {"yin": 3.0, "pyin": 15.0, "harvest": 8.0}


def harmonics(seconds: float, low: float = 90.0, high: float = 350.0) -> tuple[np.ndarray, np.ndarray]:
    """Ten falling harmonics of a gliding pitch, and that pitch in the middle of each frame."""
    pitch = np.geomspace(low, high, int(RATE * seconds))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    x = np.sum([np.sin(k * phase) / k for k in range(1, 11)], axis=0)
    return x.astype(np.float32), pitch[HOP // 2 :: HOP]


def speech(seconds: float) -> dict[str, np.ndarray]:
    """Name and the first seconds of every twelfth file; none without the set."""
    folder = Path(os.environ.get("FOURFOLD_DATA", "")) / "audio" / "librispeech_train100"
    files = sorted(folder.glob("*.flac"))[::12]
    return {file.name: soundfile.read(file, frames=int(RATE * seconds), dtype="float32")[0] for file in files}


def their_harvest(x: np.ndarray) -> np.ndarray:
    """Pyworld's pitch in the middle of our frames."""
    steps = pyworld.harvest(x.astype(np.float64), RATE, f0_floor=FLOOR, f0_ceil=CEIL, frame_period=5.0)[0]
    return steps[1::2]


def speeds(x: np.ndarray, repeats: int) -> dict[str, Any]:
    """Each tracker and its peer in turns over the same sound and range, in processor time."""
    bounds = {"fmin": FLOOR, "fmax": CEIL, "sr": RATE, "hop_length": HOP}
    double = x.astype(np.float64)
    peers = {
        "yin": lambda: librosa.yin(x, **bounds),
        "pyin": lambda: librosa.pyin(x, **bounds),
        "harvest": lambda: pyworld.harvest(double, RATE, f0_floor=FLOOR, f0_ceil=CEIL, frame_period=10.0),
    }
    out: dict[str, Any] = {}
    for name, track in OURS.items():
        calls = {"ours": lambda track=track: track(x, FRAMES), "peer": peers[name]}
        summary = ratio_summary(interleave(calls, repeats=repeats, clock=time.process_time))
        summary["ours_ms_per_second"] = summary["ours_seconds"]["median"] / len(x) * RATE * 1e3
        summary["target"] = TARGETS[name]
        print(report(name, summary), flush=True)
        out[name] = summary
    return out


def agreement(sounds: dict[str, np.ndarray]) -> dict[str, Any]:
    """Voicing disagreement and gross errors of each tracker with voicing, against pyworld's Harvest."""
    theirs = {name: their_harvest(x) for name, x in sounds.items()}
    out: dict[str, Any] = {}
    for half, start in (("chosen on", 0), ("held out", 1)):
        for tracker in ("harvest", "pyin"):
            counts = np.zeros(5)
            for name in list(sounds)[start::2]:
                ours = OURS[tracker](sounds[name], FRAMES)[0]
                size = min(len(ours), len(theirs[name]))
                a, b = ours[:size], theirs[name][:size]
                both = (a > 0) & (b > 0)
                gross = (np.abs(a[both] / b[both] - 1) > 0.2).sum()
                counts += size, ((a > 0) & (b == 0)).sum(), ((a == 0) & (b > 0)).sum(), both.sum(), gross
            frames, ours_only, theirs_only, voiced, gross = counts
            out[f"{tracker}, {half}"] = {
                "frames": int(frames),
                "voicing_disagreement": (ours_only + theirs_only) / frames,
                "voiced_by_ours_only": ours_only / frames,
                "voiced_by_theirs_only": theirs_only / frames,
                "gross_errors": gross / voiced,
            }
            print(tracker, half, out[f"{tracker}, {half}"], flush=True)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats, shorter sounds, nothing written")
    quick = parser.parse_args().quick
    sounds = speech(3.0 if quick else 15.0)
    glide, wanted = harmonics(3.0)
    x = next(iter(sounds.values()), glide)[: RATE * (2 if quick else 5)]
    payload: dict[str, Any] = {
        "sound": f"{len(x) / RATE:g} s of " + (next(iter(sounds)) if sounds else "gliding harmonics"),
        "frames": {"rate": RATE, "hop": HOP, "floor": FLOOR, "ceil": CEIL},
        "clock": "processor time",
        "speed": speeds(x, 2 if quick else 5),
        "harmonics_median_error": {
            name: float(np.median(np.abs(track(glide, FRAMES)[0][5:-5] / wanted[5:-5] - 1)))
            for name, track in OURS.items()
        },
    }
    print(payload["harmonics_median_error"])
    if sounds:
        payload["agreement_with_pyworld_harvest"] = agreement(sounds)
    if not quick:
        print(write_result("audio_pitch", payload, ("librosa", "pyworld")))


if __name__ == "__main__":
    main()
