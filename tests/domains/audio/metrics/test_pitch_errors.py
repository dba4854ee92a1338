"""Errors of pitch tracks against their definitions."""

import numpy as np
import pytest
from fourfold.domains.audio.metrics.pitch_errors import gross_pitch_error, log_f0_rmse, voicing_error
from fourfold.shared.errors import InputError

REFERENCE = np.array([0, 100, 110, 120, 0, 130], np.float32)
COPY = np.array([0, 101, 0, 150, 90, 130], np.float32)


def test_definitions():
    wanted = np.sqrt(np.mean([np.log(1.01) ** 2, np.log(1.25) ** 2, 0]))
    assert log_f0_rmse(REFERENCE, COPY).value == pytest.approx(wanted, rel=1e-6)
    assert voicing_error(REFERENCE, COPY).value == pytest.approx(100 * 2 / 6)
    assert gross_pitch_error(REFERENCE, COPY).value == pytest.approx(100 / 3)


def test_a_semitone():
    assert log_f0_rmse(REFERENCE, REFERENCE * 2 ** (1 / 12)).value == pytest.approx(0.0578, abs=1e-4)
    assert log_f0_rmse(REFERENCE, REFERENCE).value == 0


@pytest.mark.parametrize("measure", [log_f0_rmse, gross_pitch_error])
def test_no_common_voice_has_a_reason(measure):
    figure = measure(REFERENCE, np.zeros(6))
    assert np.isnan(figure.value)
    assert figure.reason == "no frame is voiced in both"


def test_no_frames_have_a_reason():
    assert voicing_error(REFERENCE[:0], COPY[:0]).reason == "there are no frames"
    assert voicing_error(np.zeros(3), np.zeros(3)).value == 0


def test_one_frame_more_is_cut_off_and_two_are_refused():
    assert voicing_error(REFERENCE, COPY[:5]).value == pytest.approx(40)
    with pytest.raises(InputError, match="has 4 frames, the reference 6"):
        voicing_error(REFERENCE, COPY[:4])


@pytest.mark.parametrize("bad", [[np.nan] * 6, [-1] * 6, np.zeros((6, 1))])
def test_what_is_no_track_is_refused(bad):
    with pytest.raises(InputError, match="is no pitch track"):
        log_f0_rmse(REFERENCE, bad)
