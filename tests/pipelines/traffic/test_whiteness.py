"""Verdicts in words, and errors one step ahead."""

from collections.abc import Callable

import numpy as np
import pytest
from fourfold.domains.graphs.sensor_graph.policies import settle_graph
from fourfold.pipelines.traffic.record import Whiteness
from fourfold.pipelines.traffic.report_page import verdict
from fourfold.pipelines.traffic.whiteness import whiteness_of, whiteness_of_nodes

RING = settle_graph(8, [[*range(8)], [*range(1, 8), 0]])


def outcome(errors: np.ndarray) -> Whiteness:
    found = whiteness_of(errors[:, :, None], np.ones((*errors.shape, 1), dtype=bool), RING)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda noise: noise, "look like noise"),
        (lambda noise: noise + noise.mean(axis=1, keepdims=True) * 6, "neighbours err alike"),
        (lambda noise: noise[1:] + noise[:-1], "go on in the same direction"),
        (lambda noise: noise[1:] - noise[:-1], "alternate"),
    ],
)
def test_what_is_left_is_said_in_words(make: Callable[[np.ndarray], np.ndarray], said: str) -> None:
    noise = np.random.default_rng(0).normal(size=(400, 8))
    assert said in verdict("model", outcome(make(noise)))


def test_neither_alone_is_space_and_time_taken_together() -> None:
    weak = {"spatial_p_value": 0.05, "temporal_p_value": 0.05}
    found = outcome(np.random.default_rng(0).normal(size=(400, 8))).model_copy(
        update={"p_value": 0.005, **weak}
    )
    assert verdict("m", found).endswith("are correlated: in space and time taken together (p = 0.005).")


def test_nodes_that_could_not_be_compared_have_no_statistic() -> None:
    errors = np.random.default_rng(0).normal(size=(50, 8, 1))
    known = np.ones(errors.shape, dtype=bool)
    known[:, 3] = False
    by_node = whiteness_of_nodes(errors, known, RING)
    assert np.flatnonzero(np.isnan(by_node)).tolist() == [3]
    assert whiteness_of(errors, np.zeros_like(known), RING) is None
