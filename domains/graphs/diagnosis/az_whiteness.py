"""AZ-whiteness: are a model's residuals still correlated, along the graph's edges or in time?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ....shared.errors import InputError
from ..sensor_graph.sensor_graph import SensorGraph
from .residual_signs import Residuals, SignSums, prepare_residuals, sum_signs, undirected_edges

Multivariate = Literal["inner", "per-feature"]


@dataclass(frozen=True)
class WhitenessTest:
    """Outcome of `az_whiteness_test`. Statistics are N(0, 1) where residuals are uncorrelated."""

    statistic: float
    """C. Large and positive: neighbours, or neighbouring steps, err alike."""
    p_value: float
    """Two-sided."""
    spatial: float
    """C of the edges of the graph alone (mix 1); 0 where none could be compared."""
    spatial_p_value: float
    temporal: float
    """C of consecutive steps alone (mix 0); 0 where none could be compared."""
    temporal_p_value: float
    spatial_edges: int
    """Pairs of neighbours at a step that were compared (in per-feature tests: over all features)."""
    temporal_edges: int
    """Pairs of consecutive steps of a node that were compared."""
    temporal_weight: float
    """w_T; in per-feature tests that of the first feature."""
    mix: float


def az_whiteness_test(
    residuals: np.ndarray,
    graph: SensorGraph,
    observed: np.ndarray | None = None,
    *,
    multivariate: Multivariate = "inner",
    temporal_weight: float | None = None,
    mix: float = 0.5,
    remove_median: bool = False,
) -> WhitenessTest:
    """Test whether residuals are uncorrelated in space and time (Zambon & Alippi, NeurIPS 2022).

    With the graph made undirected, loops dropped and weights of both directions and duplicates summed,

        C = [mix sum_t sum_uv w_uv sgn<r_tu, r_tv> + (1 - mix) w_T sum_t sum_v sgn<r_tv, r_{t+1,v}>]
            / sqrt(mix^2 sum_t sum_uv w_uv^2 + (1 - mix)^2 w_T^2 n_T),

    N(0, 1) for uncorrelated residuals of median zero, whatever their law. Pairs with an end that was not
    observed are left out of sums and normalisation; of several features, those observed at both ends count.

    Args:
        residuals: [T, N] or [T, N, F], any number where not observed; never changed.
        graph: N nodes, isolated ones welcome.
        observed: bool [T, N] or as residuals; None where all are.
        multivariate: of F features, one test on inner products, or sum_f C_f / sqrt(F) of tests of each.
        temporal_weight: w_T; None for sqrt(sum w^2 / n_T), which gives space and time equal say.
        mix: 1 for space alone, 0 for time alone.
        remove_median: first subtract each node's median, for models that are biased.

    Raises:
        InputError: shapes do not belong together, an observed residual is not finite, a weight is
            negative, an option is out of its range, or nothing is left to compare.
    """
    check_options(multivariate, temporal_weight, mix)
    ready = prepare_residuals(residuals, graph, observed, remove_median)
    pairs, weights = undirected_edges(graph)
    group = np.zeros(len(ready.values), dtype=np.int64)
    parts = [overall(sum_signs(part, pairs, weights, group, 1)) for part in by_feature(ready, multivariate)]
    scored = [part for part in parts if part.comparable(mix)]
    if not scored:
        raise InputError(
            "residuals",
            "leave nothing to compare: no edge with both ends observed, no two observed steps in a row",
            remedy="Give more steps or more edges, or set mix to the part that has some",
        )
    spatial, temporal = combine(scored, 1.0, temporal_weight), combine(scored, 0.0, temporal_weight)
    statistic = combine(scored, mix, temporal_weight)
    return WhitenessTest(
        statistic=statistic,
        p_value=two_sided(statistic),
        spatial=spatial,
        spatial_p_value=two_sided(spatial),
        temporal=temporal,
        temporal_p_value=two_sided(temporal),
        spatial_edges=sum(part.edges for part in scored),
        temporal_edges=sum(part.steps for part in scored),
        temporal_weight=scored[0].time_weight(temporal_weight),
        mix=mix,
    )


@dataclass(frozen=True)
class Totals:
    """Sums over a whole set of edges, and the statistic they give."""

    spatial: float
    squares: float
    edges: int
    temporal: float
    steps: int

    def time_weight(self, given: float | None) -> float:
        """w_T: as given, else the one that makes both parts equally large; 1 without edges in space."""
        if given is not None:
            return given
        if self.squares == 0 or self.steps == 0:
            return 1.0
        return math.sqrt(self.squares / self.steps)

    def comparable(self, mix: float) -> bool:
        """Whether there is anything that counts at this mix."""
        return (mix > 0 and self.edges > 0) or (mix < 1 and self.steps > 0)

    def statistic(self, mix: float, given: float | None) -> float:
        """C; 0 where nothing counts at this mix."""
        if not self.comparable(mix):
            return 0.0
        time = (1 - mix) * self.time_weight(given)
        scale = math.sqrt(mix**2 * self.squares + time**2 * self.steps)
        return (mix * self.spatial + time * self.temporal) / scale


def combine(parts: list[Totals], mix: float, temporal_weight: float | None) -> float:
    """Sum of the parts' statistics over the root of their number: N(0, 1) again."""
    usable = [part for part in parts if part.comparable(mix)]
    return sum(part.statistic(mix, temporal_weight) for part in usable) / math.sqrt(max(len(usable), 1))


def overall(sums: SignSums) -> Totals:
    """Totals over all nodes and groups; an edge in space stands at two nodes."""
    return Totals(
        spatial=float(sums.spatial.sum() / 2),
        squares=float(sums.squares.sum() / 2),
        edges=int(sums.edges.sum() // 2),
        temporal=float(sums.temporal.sum()),
        steps=int(sums.steps.sum()),
    )


def by_feature(ready: Residuals, multivariate: Multivariate) -> list[Residuals]:
    """The residuals of each test: all features at once, or one after the other."""
    features = ready.values.shape[2]
    if multivariate == "inner" or features == 1:
        return [ready]
    return [ready.feature(f) for f in range(features)]


def two_sided(statistic: float) -> float:
    """P(|Z| > |statistic|) of a standard normal Z, exact far into the tails."""
    return math.erfc(abs(statistic) / math.sqrt(2))


def check_options(multivariate: str, temporal_weight: float | None, mix: float) -> None:
    """Refuse options out of their range.

    Raises:
        InputError: naming the option.
    """
    if multivariate not in ("inner", "per-feature"):
        raise InputError(
            "multivariate", f"{multivariate!r} is not known", expected='"inner" or "per-feature"'
        )
    if not 0 <= mix <= 1:
        raise InputError("mix", f"{mix} is out of range", expected="0 (time alone) to 1 (space alone)")
    if temporal_weight is not None and not 0 < temporal_weight < math.inf:
        raise InputError(
            "temporal_weight", f"{temporal_weight} is no weight", expected="a positive, finite number"
        )
