"""What the whiteness statistic finds at each node, in words: its size says whether, its sign says how."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri

from .whiteness_maps import WhitenessMap

ALIKE, AGAINST = "errs like its neighbours", "errs against its neighbours"
GOING_ON, ALTERNATING = "errors go on from step to step", "errors alternate from step to step"
NOTHING, UNKNOWN = "nothing found", "nothing to compare"
CLEAR = 0.01
"""Chance that one of all nodes is named though no errors are correlated."""


def node_findings(
    nodes: Sequence[str], whole: WhitenessMap, space: WhitenessMap, time: WhitenessMap
) -> pd.DataFrame:
    """A row for each node, the clearest finding first.

    Args:
        whole: the statistic of both, [N].
        space: of the edges at each node alone (mix 1). Positive: errors have the sign of the neighbours'.
        time: of each node's successive steps alone (mix 0). Positive: errors keep their sign.

    Returns:
        Columns node, statistic, p_value, space, time (standard normal where errors are uncorrelated) and
        finding.
    """
    limit = clear_limit(2 * len(nodes))
    rows = [
        _finding(space.statistic[place], time.statistic[place], int(whole.count[place]), limit)
        for place in range(len(nodes))
    ]
    table = pd.DataFrame(
        {
            "node": list(nodes),
            "statistic": whole.statistic,
            "p_value": whole.p_value,
            "space": space.statistic,
            "time": time.statistic,
            "finding": rows,
        }
    )
    largest = np.maximum(np.abs(space.statistic), np.abs(time.statistic))
    return table.iloc[np.argsort(-largest, kind="stable")].reset_index(drop=True)


def clear_limit(tests: int) -> float:
    """What the largest size of so many standard normal values exceeds once in a hundred times."""
    return float(-ndtri(CLEAR / (2 * max(tests, 1))))


def _finding(space: float, time: float, compared: int, limit: float) -> str:
    if not compared:
        return UNKNOWN
    found = [ALIKE if space > 0 else AGAINST] * bool(abs(space) > limit)
    found += [GOING_ON if time > 0 else ALTERNATING] * bool(abs(time) > limit)
    return "; ".join(found) or NOTHING
