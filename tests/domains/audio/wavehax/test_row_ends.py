"""Rows of a padded batch are computed as if each were alone, and what pads them does not matter."""

import pytest
import torch
from fourfold.domains.audio.wavehax.row_ends import RowEnds
from torch.nn import functional

LENGTHS = (17, 9, 30, 6)
KINDS = (
    "plain",
    "framewise",
    "light",
    "causal",
    "causal light",
    "streams",
    "plain streams",
    "causal streams",
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_padded_batch_answers_row_by_row(small_generator, small_inputs, kind):
    network, (condition, prior, noise) = small_generator(kind), small_inputs(4, 30)
    with torch.no_grad():
        together = network(condition, prior, noise, RowEnds(torch.tensor(LENGTHS)))
        for row, frames in enumerate(LENGTHS):
            one = (slice(row, row + 1), slice(0, 20 * frames))
            alone = network(condition[row : row + 1, :, :frames], prior[one], noise[one])
            torch.testing.assert_close(together[one], alone, atol=2e-6, rtol=1e-5)


def test_widened_is_reflection_of_each_row():
    x = torch.arange(24.0).view(2, 12) + 1
    wide = RowEnds(torch.tensor([12, 7])).widened(x, 3, 1)
    torch.testing.assert_close(wide[:1], functional.pad(x[:1], (3, 3), mode="reflect"))
    torch.testing.assert_close(wide[1:, :13], functional.pad(x[1:, :7], (3, 3), mode="reflect"))


def test_cut_leaves_zeros_behind_the_ends():
    x = torch.ones(2, 3, 5)
    cut = RowEnds(torch.tensor([5, 2])).cut(x, 2)
    assert cut[0].sum() == 15
    assert cut[1].sum() == 6
    assert not cut[1, :, 2:].any()
