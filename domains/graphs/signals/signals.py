"""Signals: what the nodes of a graph measure, on one time axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ....shared.errors import InputError
from ....shared.panels.panel import Panel

if TYPE_CHECKING:
    import pandas as pd

    from .frames import What


@dataclass(frozen=True)
class Signals:
    """T steps of C target channels at N nodes, with masks and covariates.

    The panel has N * C series, node by node: series n * C + c is channel c of node n. Its name is the
    node's where C is 1, "node:channel" otherwise. Covariates of the panel are given per node and stand at all
    C series of it.
    """

    panel: Panel
    nodes: tuple[str, ...]
    """Names of the N nodes."""
    channels: tuple[str, ...]
    """Names of the C channels that are forecast."""
    filled: np.ndarray | None = None
    """bool [T, N * C], where imputation put a value in; None: nowhere. Such cells count as observed."""

    def __post_init__(self) -> None:
        if self.panel.n_series != self.n_nodes * self.n_channels:
            raise InputError(
                "panel",
                f"{self.panel.n_series} series do not fit {self.n_nodes} nodes of {self.n_channels} channels",
            )

    @property
    def n_nodes(self) -> int:
        """N."""
        return len(self.nodes)

    @property
    def n_channels(self) -> int:
        """C."""
        return len(self.channels)

    @property
    def n_steps(self) -> int:
        """T."""
        return self.panel.n_steps

    @property
    def values_TNC(self) -> np.ndarray:
        """float32 [T, N, C], a view; 0 where not observed."""
        return self.panel.values.reshape(-1, self.n_nodes, self.n_channels)

    @property
    def observed_TNC(self) -> np.ndarray:
        """bool [T, N, C], a view."""
        return self.panel.observed.reshape(-1, self.n_nodes, self.n_channels)

    @property
    def filled_TNC(self) -> np.ndarray | None:
        """bool [T, N, C], a view of `filled`."""
        return None if self.filled is None else self.filled.reshape(-1, self.n_nodes, self.n_channels)

    def select_rows(self, rows: slice) -> Signals:
        """The steps in `rows` (a slice with step 1)."""
        filled = None if self.filled is None else self.filled[rows]
        return replace(self, panel=self.panel.select_rows(rows), filled=filled)

    def select_nodes(self, nodes: Sequence[str] | np.ndarray) -> Signals:
        """Some nodes, by name or number, in that order, with all their channels.

        Raises:
            InputError: a name or number that no node has.
        """
        chosen = np.asarray(nodes)
        if chosen.dtype.kind not in "iu":
            number = {name: position for position, name in enumerate(self.nodes)}
            unknown = [str(name) for name in nodes if str(name) not in number]
            if unknown:
                raise InputError("nodes", f"no node is named {', '.join(unknown[:5])}")
            chosen = np.array([number[str(name)] for name in nodes], dtype=np.int64)
        elif chosen.size and not (0 <= chosen.min() <= chosen.max() < self.n_nodes):
            raise InputError("nodes", "a number is out of range", expected=f"0 to {self.n_nodes - 1}")
        series = (chosen[:, None] * self.n_channels + np.arange(self.n_channels)).ravel()
        filled = None if self.filled is None else np.ascontiguousarray(self.filled[:, series])
        nodes = tuple(self.nodes[node] for node in chosen)
        return replace(self, panel=self.panel.select_series(series), nodes=nodes, filled=filled)

    def to_long(self) -> pd.DataFrame:
        """A row for each node and time at which anything is known, in the names and types of the input.

        Columns `unique_id`, `ds` and `y`, or one for each of several channels; after imputation also `filled`
        (`<channel> filled`), True where the value was not measured. Values are float32, as they are learnt
        from; of one channel that was not measured beside another that was, missing.
        """
        from .frames import to_long

        return to_long(self)

    def to_wide(self, what: What = "values") -> pd.DataFrame:
        """A row for each time and a column for each node ("node:channel" where there are several).

        Args:
            what: the "values", missing where not observed; or, as True and False, which are "observed" or
                were "filled" by imputation.
        """
        from .frames import to_wide

        return to_wide(self, what)


def series_names(nodes: Sequence[str], channels: Sequence[str]) -> tuple[str, ...]:
    """Names of the N * C series of a panel of signals."""
    if len(channels) == 1:
        return tuple(nodes)
    return tuple(f"{node}:{channel}" for node in nodes for channel in channels)
