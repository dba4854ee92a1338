"""The multi-period discriminator against its published layers, written out in plain torch."""

import pytest
import torch
from fourfold.domains.audio.discriminators.ensemble import PRESETS, Discriminators
from fourfold.domains.audio.discriminators.period import PeriodDiscriminator
from torch.nn import functional

CHANNELS = (2, 3, 4, 5, 6)


@pytest.mark.parametrize(("period", "samples"), [(3, 1_200), (3, 1_201), (7, 1_000), (2, 999)])
def test_it_equals_the_layers_written_out(period, samples):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = PeriodDiscriminator(period, CHANNELS).double()
    x = torch.randn(2, samples, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    # Rows are filled up with the samples before the last one, backwards.
    filled = torch.cat([x, x.flip(1)[:, 1 : 1 + -samples % period]], 1)
    y = torch.stack([filled[:, start::period] for start in range(period)], -1)[:, None]
    score, features = network(x)
    for found, layer, stride in zip(features, network.layers, (3, 3, 3, 3, 1), strict=True):
        y = functional.conv2d(y, layer.weight, layer.bias, (stride, 1), (2, 0))
        y = torch.where(y > 0, y, 0.1 * y)
        torch.testing.assert_close(found, y)
    wanted = functional.conv2d(y, network.score.weight, network.score.bias, padding=(1, 0))
    torch.testing.assert_close(score, wanted)


def test_rows_are_thirded_four_times():
    _, features = PeriodDiscriminator(5, CHANNELS)(torch.zeros(1, 5 * 200))
    assert [map.shape[2] for map in features] == [67, 23, 8, 3, 3]
    assert all(map.shape[3] == 5 for map in features)


@pytest.mark.parametrize(
    ("name", "periods", "parameters"),
    [
        ("full", (2, 3, 5, 7, 11), 41_389_936),
        # a member's size does not depend on its period, nor on its resolution
        ("full-48k", (2, 3, 5, 7, 11, 13, 17), 41_389_936 + 2 * 41_105_770 // 5),
    ],
)
def test_the_published_periods_and_sizes(name, periods, parameters):
    with torch.device("meta"):
        network = Discriminators(PRESETS[name])
    members = [member for member in network.members if isinstance(member, PeriodDiscriminator)]
    assert tuple(member.period for member in members) == periods
    assert len(network.members) == len(periods) + 3
    assert sum(p.numel() for p in network.parameters()) == parameters
