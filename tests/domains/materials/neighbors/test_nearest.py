"""What counts as one distance: rounding cannot tell some 1e-5 angstrom apart, and 2e-5 it can."""

import numpy as np
import pytest
import torch
from fourfold.domains.materials.neighbors.nearest import keep_nearest
from fourfold.domains.materials.neighbors.torch_search import nearest_mask

IMAGES = np.array([[0, 0, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 5]], np.int32)
"""By image the third comes first."""


def kept(gap, limit, whole_shells=False):
    """Four neighbours of one atom: one near, two of which the third is further by `gap`, one far."""
    distance = np.array([1.0, 2.0, 2.0 + gap, 3.0])
    sender = np.zeros(4, np.int32)
    keep = np.zeros(4, bool)
    keep_nearest(np.array([0, 4]), sender, IMAGES, distance, limit, whole_shells, keep)
    tensors = (torch.zeros(4, dtype=torch.int64), torch.from_numpy(IMAGES).long(), torch.from_numpy(distance))
    assert nearest_mask(*tensors, 1, limit, whole_shells).tolist() == keep.tolist()
    return np.flatnonzero(keep).tolist()


@pytest.mark.parametrize("gap", [0.0, 5e-6, -5e-6])
def test_within_rounding_distances_are_one_shell_ordered_by_image(gap):
    assert kept(gap, 2) == [0, 2]
    assert kept(gap, 2, whole_shells=True) == [0, 1, 2]
    assert kept(gap, 3) == [0, 1, 2]


@pytest.mark.parametrize(("gap", "nearest"), [(2e-5, 1), (-2e-5, 2), (0.1, 1)])
def test_beyond_it_the_nearer_one_is_kept_whatever_its_image(gap, nearest):
    assert kept(gap, 2) == [0, nearest]
    assert kept(gap, 2, whole_shells=True) == [0, nearest]


def test_a_shell_is_chained_by_its_gaps():
    """Ends of a chain of small gaps belong together, though they are further apart than one gap."""
    distance = 2.0 + 8e-6 * np.arange(4)
    keep = np.zeros(4, bool)
    keep_nearest(np.array([0, 4]), np.zeros(4, np.int32), IMAGES, distance, 1, False, keep)
    assert np.flatnonzero(keep).tolist() == [2]
    keep_nearest(np.array([0, 4]), np.zeros(4, np.int32), IMAGES, distance, 1, True, keep)
    assert keep.all()


def test_the_same_image_is_ordered_by_sender():
    keep = np.zeros(3, bool)
    image = np.zeros((3, 3), np.int32)
    keep_nearest(np.array([0, 3]), np.array([7, 2, 5], np.int32), image, np.full(3, 2.0), 2, False, keep)
    assert keep.tolist() == [False, True, True]
