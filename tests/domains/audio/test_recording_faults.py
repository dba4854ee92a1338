"""What is wrong with samples or a factor is not blamed on mel spectrum or pitch track."""

import numpy as np
import pytest
from fourfold.domains.audio.recording_faults import changed_pitch, pieces_told_of_samples, told_of_samples
from fourfold.shared.errors import InputError

TRACK = np.array([0, 100, 200, 0], np.float32)


def test_a_pitch_below_hearing_names_the_factor():
    np.testing.assert_array_equal(changed_pitch(TRACK, 0.5), TRACK / 2)
    with pytest.raises(InputError) as caught:
        changed_pitch(TRACK, 0.15)
    assert str(caught.value) == (
        "pitch: is 0.15, which brings 1 of 2 voiced frames below 20 Hz (frame 1 from 100 Hz first); "
        "expected at least 0.2 for this pitch. Raise pitch."
    )
    changed_pitch(TRACK, 0.2)


@pytest.mark.parametrize(("factor", "told"), [(1e-300, "2 of 2 voiced"), (1e300, "no frequencies")])
def test_factors_beyond_single_precision_are_told(factor, told):
    with pytest.raises(InputError, match=f"^pitch: .*{told}"):
        changed_pitch(TRACK, factor)


def fail():
    yield np.zeros(3, np.float32)
    raise InputError("mel", "gives samples that are not finite")


def test_samples_beyond_full_scale_are_named():
    loud = np.full(10, -1e30, np.float32)
    with pytest.raises(InputError, match=r"^samples: the peak is 1e\+30, .*Divide them by their full scale"):
        list(pieces_told_of_samples(fail(), loud))
    with pytest.raises(InputError, match=r"^mel: gives samples"):
        list(pieces_told_of_samples(fail(), loud * 0))
    with pytest.raises(InputError, match=r"^f0: "), told_of_samples(loud):
        raise InputError("f0", "is another matter")
