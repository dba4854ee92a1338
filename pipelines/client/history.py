"""The history behind a forecast: sent to the service, and read here to dress what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ...shared.errors import InputError
from ...shared.panels.panel import Panel
from ...shared.panels.reading import read_panel
from ..covariate_file import read_future
from .tables import edges_part, part_of

READING = ("id_col", "time_col", "target_col", "freq", "period", "timezone", "missing", "dedupe")
COLUMNS = {"past_cols": "past", "static_cols": "static"}


class History:
    """Data, covariates ahead, and how they are to be read.

    Args:
        options: as `Client.forecast` takes them.
        networked: a network on a graph is asked, which reads signals of nodes.
    """

    def __init__(self, data: Any, future: Any, options: Mapping[str, Any], networked: bool) -> None:
        self._data, self._future, self._networked = data, future, networked
        self._reading = {name: options[name] for name in READING if options.get(name) is not None}
        for option, argument in COLUMNS.items():
            if options.get(option):
                self._reading[argument] = tuple(options[option])
        if networked and options.get("zero_is_missing"):
            self._reading["zero_is_missing"] = True
        if future is not None:
            self._reading["future"] = self._ahead()

    def parts(self, graph: Any) -> dict[str, tuple[str, bytes, str]]:
        """Files of the form."""
        reading = {name: value for name, value in self._reading.items() if name != "zero_is_missing"}
        parts = {"data": part_of("data", self._data, **reading).file()}
        if self._future is not None:
            parts["future"] = part_of("future", self._future, **self._keys()).file()
        if graph is not None:
            parts["graph"] = edges_part(graph).file()
        return parts

    def panel(self) -> Panel:
        """The history as the service has read it.

        Raises:
            InputError: it cannot be read.
        """
        import warnings

        from ...shared.errors import InputWarning

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)  # the service has told it already
            if not self._networked:
                return read_panel(self._data, **self._reading)
            from ...domains.graphs.forecaster_settings import GraphForecasterSettings

            return GraphForecasterSettings(**self._reading).read(self._data).panel

    def _keys(self) -> dict[str, str]:
        return {name: self._reading[name] for name in ("id_col", "time_col") if name in self._reading}

    def _ahead(self) -> tuple[str, ...]:
        source = Path(self._future) if isinstance(self._future, str) else self._future
        if not isinstance(source, Path | pd.DataFrame):
            raise InputError("future", f"{type(source).__name__} is not read", expected="a frame or a file")
        id_col = self._reading.get("id_col", "unique_id")
        return read_future(source, id_col, self._reading.get("time_col", "ds"))[1]
