"""STID reads the slot and the weekday of the last step."""

from dataclasses import replace

import torch
from fourfold.domains.graphs.models.build import build_network
from fourfold.domains.graphs.models.stid import STID

SIZES = {"nodes": 8, "channels": 2, "horizon": 4, "lookback": 6}


def test_slots_and_weekdays_are_those_of_the_last_step(make_batch, awkward):
    batch = make_batch(awkward)
    network = build_network("stid", **SIZES, steps_per_day=288).eval()
    day = torch.arange(288, dtype=torch.float64).div(288).float()
    for slot in (0, 1, 17, 143, 287):
        clock = batch.time_of_day_BT.clone()
        clock[:, 5] = day[slot]
        network.zero_grad()
        network(replace(batch, time_of_day_BT=clock)).square().sum().backward()
        assert isinstance(network, STID) and network.slot is not None and network.weekday is not None
        touched = network.slot.weight.grad
        assert touched is not None and touched.abs().sum(1).nonzero().flatten().tolist() == [slot]
        touched = network.weekday.weight.grad
        expected = batch.weekday_BT[:, 5].unique().tolist()
        assert touched is not None and touched.abs().sum(1).nonzero().flatten().tolist() == expected


def test_without_identities(make_batch, awkward):
    network = build_network(
        "stid", **SIZES, steps_per_day=1, time_of_day=0, weekday=0, embedding="none"
    ).eval()
    batch = make_batch(awkward)
    assert not network.local_parameters()
    other = replace(batch, weekday_BT=(batch.weekday_BT + 1) % 7)
    assert torch.equal(network(batch), network(other))


def test_daily_steps_have_one_slot(make_batch, awkward):
    network = build_network("stid", **SIZES, steps_per_day=1)
    assert network(make_batch(awkward)).isfinite().all()
