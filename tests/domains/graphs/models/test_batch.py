"""Filling of the context, and which graph belongs to which step."""

from dataclasses import replace

import torch
from fourfold.domains.graphs.models.batch import Edges


def test_gaps_take_the_last_value_before_them_else_zero(make_batch):
    batch = make_batch()
    filled = batch.filled_context()
    for window, node, channel in ((0, 0, 0), (1, 3, 1), (2, 5, 0)):
        last = 0.0
        for step in range(batch.lookback):
            if batch.observed_BNLC[window, node, step, channel]:
                last = float(batch.x_BNLC[window, node, step, channel])
            assert float(filled[window, node, step, channel]) == last


def test_nothing_is_copied_where_all_was_observed(make_batch):
    batch = make_batch()
    whole = replace(batch, observed_BNLC=torch.ones_like(batch.observed_BNLC))
    assert whole.filled_context() is whole.x_BNLC


def test_edges_of_a_step(make_batch, awkward):
    batch = make_batch(awkward)
    assert batch.edges_at(0) is batch.edges_at(-1) is awkward
    graphs = tuple(Edges(awkward.index, awkward.weight, 8) for _ in range(6))
    moving = replace(batch, edges=graphs)
    assert moving.edges_at(2) is graphs[2] and moving.edges_at(-1) is graphs[5]
