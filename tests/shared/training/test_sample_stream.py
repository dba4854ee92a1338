import numpy as np
from fourfold.shared.training.sample_stream import SampleStream
from hypothesis import given, settings
from hypothesis import strategies as st

sizes = st.integers(1, 40)


@given(sizes, sizes, st.integers(1, 3), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_epoch_sees_every_sample_once(samples, batch, accumulate, shuffled):
    stream = SampleStream(samples, batch, accumulate, seed=3, shuffled=shuffled)
    steps = stream.steps_of(2)
    seen = np.concatenate([part for step in range(steps) for part in stream.micro_batches(step)])
    for epoch in range(2):
        assert sorted(seen[epoch * samples : (epoch + 1) * samples]) == list(range(samples))


@given(sizes, sizes, st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_a_step_depends_on_its_number_alone(samples, batch, step):
    walked = SampleStream(samples, batch, 2, seed=7, shuffled=True)
    for earlier in range(step):
        walked.micro_batches(earlier)
    jumped = SampleStream(samples, batch, 2, seed=7, shuffled=True)
    np.testing.assert_array_equal(walked.micro_batches(step), jumped.micro_batches(step))


def test_seeds_and_epochs_differ():
    first, other = (SampleStream(50, 50, 1, seed=seed, shuffled=True) for seed in (0, 1))
    assert not np.array_equal(first.micro_batches(0), other.micro_batches(0))
    assert not np.array_equal(first.micro_batches(0), first.micro_batches(1))


def test_accumulated_batches_are_one_large_batch_in_pieces():
    pieces = SampleStream(30, 4, 2, seed=0, shuffled=True).micro_batches(5)
    whole = SampleStream(30, 8, 1, seed=0, shuffled=True).micro_batches(5)
    np.testing.assert_array_equal(np.concatenate(pieces), whole[0])
