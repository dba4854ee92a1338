"""Harvest's rules of contours, harmonics and missed periods, on either side of each line."""

import numpy as np
import pytest
from fourfold.domains.audio.pitch.candidates import refine
from fourfold.domains.audio.pitch.contours import contours
from fourfold.domains.audio.pitch.frames import PitchFrames
from fourfold.domains.audio.pitch.missed_voice import with_missed_voice


def followed(pitches):
    """Which of 400 steps have a pitch, of one candidate for each that deviates by nothing."""
    column = np.asarray(pitches, np.float32)[:, None]
    return contours(column, np.zeros_like(column), 1e-3, 8)


@pytest.mark.parametrize(("empty", "bridged"), [(3, True), (5, True), (8, True), (9, False), (20, False)])
def test_eight_empty_steps_are_bridged_by_a_line_and_nine_are_not(empty, bridged):
    pitches = np.zeros(400)
    pitches[100:200], pitches[200 + empty : 330] = 200.0, 210.0
    track = followed(pitches)
    assert (track[100:200] == 200).all() and (track[200 + empty : 330] == 210).all()
    line = np.linspace(200, 210, empty + 2)[1:-1] if bridged else np.zeros(empty)
    np.testing.assert_allclose(track[200 : 200 + empty], line)


@pytest.mark.parametrize(("factor", "voiced"), [(1.16, True), (0.84, True), (1.22, False), (0.78, False)])
def test_a_stretch_goes_on_over_a_jump_of_eighteen_per_cent(factor, voiced):
    pitches = np.zeros(400)
    pitches[100:200] = 200.0
    pitches[200:204] = 200.0 * factor  # too short to be a stretch of its own
    assert (followed(pitches)[200:204] > 0).all() == voiced


@pytest.mark.parametrize(("missing", "voiced"), [(3, True), (4, False)])
def test_a_stretch_goes_on_over_three_missing_candidates(missing, voiced):
    pitches = np.zeros(400)
    pitches[100:200] = 200.0
    pitches[200 + missing : 204 + missing] = 200.0
    assert (followed(pitches)[200 + missing : 204 + missing] > 0).all() == voiced


@pytest.mark.parametrize(("moved", "wanted"), [(6, (15 + 6 * 1.01) / 21), (7, 1.0)])
def test_six_harmonics_are_asked_for_the_pitch(moved, wanted):
    """The mean frequency of harmonics 1 to 6 of equal strength, over that of their numbers."""
    time = np.arange(8_000) / 8_000
    pitch = 123.4
    x = sum(np.cos(2 * np.pi * k * (1.01 if k == moved else 1.0) * pitch * time + k) for k in range(1, 8))
    raw = np.full((900, 1), pitch, np.float32)
    exact, _ = refine(x.astype(np.float32), 8_000.0, 1e-3, raw, 60.0, 600.0)
    np.testing.assert_allclose(exact[100:-100, 0].mean() / pitch, wanted, rtol=5e-4)


RATE, HOP, PERIOD = 16_000, 160, 160


def periods(likeness, count=60):
    """Noise whose periods resemble the next ones by that correlation."""
    draws = np.random.default_rng(0)
    rows = [draws.standard_normal(PERIOD)]
    for _ in range(count - 1):
        rows.append(likeness * rows[-1] + np.sqrt(1 - likeness**2) * draws.standard_normal(PERIOD))
    return np.concatenate(rows).astype(np.float32)


@pytest.mark.parametrize(("likeness", "goes_on"), [(0.93, True), (0.55, False)])
def test_voice_goes_on_while_periods_are_alike(likeness, goes_on):
    x = periods(likeness)
    track = np.where(np.arange(60) < 20, 100.0, 0.0).astype(np.float32)
    filled = with_missed_voice(track, x, PitchFrames(RATE, HOP))
    if goes_on:
        np.testing.assert_allclose(filled[20:50], 100, rtol=0.01)
    else:
        assert not filled[20:].any()


@pytest.mark.parametrize(("more", "goes_on"), [(2, False), (8, True)])
def test_what_would_go_on_for_less_than_thirty_milliseconds_stays(more, goes_on):
    x = np.concatenate([periods(1.0, 20 + more), np.random.default_rng(1).standard_normal(PERIOD * 20)])
    track = np.where(np.arange(40 + more) < 20, 100.0, 0.0).astype(np.float32)
    filled = with_missed_voice(track, x.astype(np.float32), PitchFrames(RATE, HOP))
    assert filled[20:].any() == goes_on
    if goes_on:
        np.testing.assert_allclose(filled[20:26], 100, rtol=0.01)
