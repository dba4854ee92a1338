"""Pitch of signals whose pitch is known."""

import numpy as np
import pytest
from fourfold.domains.audio.pitch.difference import normalised_difference
from fourfold.domains.audio.pitch.frames import PitchFrames
from fourfold.domains.audio.pitch.pyin import pyin
from fourfold.domains.audio.pitch.viterbi import LikeliestPath, likeliest_path
from fourfold.domains.audio.pitch.yin import yin

RATE = 16_000
FRAMES = PitchFrames(RATE, 160, 60.0, 600.0)


def glide(low: float, high: float, seconds: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Ten falling harmonics of a gliding pitch, and that pitch in the middle of each frame."""
    pitch = np.geomspace(low, high, int(RATE * seconds))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    x = sum(np.sin(k * phase) / k for k in range(1, 11) if k * high < RATE / 2)
    return x.astype(np.float32), pitch[80::160]


@pytest.mark.parametrize("track", [yin, pyin])
@pytest.mark.parametrize(("low", "high"), [(80, 160), (150, 300), (250, 550)])
def test_harmonics_are_followed(track, low, high):
    x, wanted = glide(low, high)
    f0, _ = track(x, FRAMES)
    inner = slice(5, -5)
    error = np.abs(f0[inner] / wanted[inner] - 1)
    assert np.median(error) < 0.002
    assert error.max() < 0.05


@pytest.mark.parametrize("level", [0.0, 1e-3])
def test_silence_and_noise_have_no_pitch(level):
    x = level * np.random.default_rng(0).normal(size=RATE).astype(np.float32)
    f0, voicing = pyin(x.astype(np.float32), FRAMES)
    assert (f0 == 0).mean() > 0.95
    assert voicing.max() < 0.9


def test_voicing_begins_and_ends_with_the_sound():
    x, _ = glide(120, 130, 0.5)
    quiet = 1e-4 * np.random.default_rng(1).normal(size=RATE // 2).astype(np.float32)
    f0, _ = pyin(np.concatenate([quiet, x, quiet]), FRAMES)
    voiced = np.flatnonzero(f0)
    assert abs(voiced[0] - 50) <= 3
    assert abs(voiced[-1] - 99) <= 3
    assert (np.diff(voiced) == 1).all()


def test_loudness_does_not_matter():
    x, _ = glide(100, 200)
    np.testing.assert_array_equal(pyin(x, FRAMES)[0], pyin(0.25 * x, FRAMES)[0])


def test_the_difference_equals_its_definition():
    x = np.random.default_rng(2).normal(size=400).astype(np.float32)
    window, most, centre = 60, 30, 200
    out = np.empty((1, most + 1), np.float32)
    normalised_difference(x, np.array([centre]), window, most, out)
    first = centre - (window + most) // 2
    frame = x[first:].astype(np.float64)
    raw = []
    for lag in range(most + 1):
        pairs = frame[(most - lag) // 2 :]
        raw.append(((pairs[:window] - pairs[lag : lag + window]) ** 2).sum())
    wanted = [1.0] + [raw[lag] * lag / sum(raw[1 : lag + 1]) for lag in range(1, most + 1)]
    np.testing.assert_allclose(out[0], wanted, rtol=1e-4)


@pytest.mark.parametrize("track", [yin, pyin])
def test_pieces_of_a_sound_give_what_the_whole_gives(track, monkeypatch):
    x, _ = glide(90, 200)
    noise = 0.02 * np.random.default_rng(4).normal(size=RATE).astype(np.float32)
    x = np.concatenate([noise, x + noise, np.zeros(RATE, np.float32), noise[: RATE // 3], x[: RATE // 2]])
    whole = track(x, FRAMES)
    monkeypatch.setattr("fourfold.domains.audio.pitch.frames.FRAMES_AT_ONCE", 37)
    for found, wanted in zip(track(x, FRAMES), whole, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_a_path_in_pieces_is_that_of_the_whole():
    draws = np.random.default_rng(5)
    seen = (draws.dirichlet(np.full(21, 0.05), size=300) * draws.uniform(0, 1, (300, 1))).astype(np.float32)
    seen = seen[:, :20]
    seen[100:160] = 0
    path, states, behind = LikeliestPath(20, 3, 0.01), [], []
    for first in range(0, 300, 7):
        states.append(path.push(seen[first : first + 7]))
        behind.append(path.undecided)
    states.append(path.flush())
    np.testing.assert_array_equal(np.concatenate(states), likeliest_path(seen, 3, 0.01))
    assert min(behind[1:14]) < 60, "nothing was decided before the end"
    assert path.undecided == 0


def test_an_undecided_path_is_bounded():
    path, count = LikeliestPath(20, 3, 0.01, longest=50), 0
    for _ in range(60):
        count += len(path.push(np.full((10, 20), 0.02, np.float32)))
        assert path.undecided <= 50
    assert count + len(path.flush()) == 600


def test_the_path_equals_an_exhaustive_search():
    rng = np.random.default_rng(3)
    seen = rng.dirichlet(np.ones(4), size=5).astype(np.float32)[:, :3]
    reach, switch = 1, 0.1
    weights = np.array([1.0, 2.0, 1.0]) / 4

    def score(path):
        total = 0.0
        for t, state in enumerate(path):
            voiced, k = state < 3, state % 3
            unvoiced = max(1 - seen[t].sum(), 1e-10) / 3
            total += np.log(seen[t, k] + 1e-10 if voiced else unvoiced)
            if t:
                before = path[t - 1]
                step = k - before % 3
                if abs(step) > reach:
                    return -np.inf
                total += np.log(weights[step + 1])
                total += np.log(1 - switch if voiced == (before < 3) else switch)
        return total

    best = max(np.ndindex(*(6,) * 5), key=score)
    assert score(tuple(likeliest_path(seen, reach, switch))) == pytest.approx(score(best), rel=1e-5)
