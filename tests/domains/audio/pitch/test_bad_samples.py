"""What cannot be measured is refused in one sentence."""

import numpy as np
import pytest
from fourfold.domains.audio.pitch.frames import PitchFrames
from fourfold.domains.audio.pitch.pyin import pyin
from fourfold.domains.audio.pitch.yin import yin
from fourfold.shared.errors import InputError

FRAMES = PitchFrames(16_000, 160, 60.0, 600.0)


def with_nan() -> np.ndarray:
    x = np.zeros(4000, np.float32)
    x[[1234, 2000]] = np.nan, np.inf
    return x


@pytest.mark.parametrize("track", [yin, pyin])
@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        (with_nan(), "x at sample 1234: 2 samples are not finite"),
        (np.zeros(0, np.float32), "0 samples are too few; expected at least"),
        (np.zeros(100, np.float32), "100 samples are too few"),
        (np.zeros((4000, 2), np.float32), r"an array of shape \(4000, 2\) is not one channel"),
        (np.zeros(4000, np.int16), "samples are of type int16.*Divide whole numbers"),
    ],
)
def test_bad_samples_are_refused(track, x, sentence):
    with pytest.raises(InputError, match=sentence):
        track(x, FRAMES)


@pytest.mark.parametrize(("floor", "ceil"), [(0.0, 600.0), (300.0, 200.0), (60.0, 5000.0)])
def test_impossible_ranges_are_refused(floor, ceil):
    with pytest.raises(InputError, match="is no pitch range"):
        PitchFrames(16_000, 160, floor, ceil)


def test_frames_hold_samples():
    with pytest.raises(InputError, match="0 samples are no frame"):
        PitchFrames(16_000, 0)


def test_the_last_frame_may_be_short():
    x = np.zeros(4001, np.float64)
    assert len(pyin(x, FRAMES)[0]) == len(yin(x, FRAMES)[0]) == 26
