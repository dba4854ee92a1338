"""Forecast: predictions with names and times, for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..errors import InputError
from ..panels.panel import Panel
from ..panels.time_axis import stamps_after

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


class NonFinite(InputError):
    """A method answered NaN or infinity; nothing of it leaves the suite."""


@dataclass(frozen=True)
class Forecast:
    """What a method expects of N series over H steps after C cutoffs each.

    Series may end at different times: every (cutoff, series) has its own last known row and so its
    own future. A series without a cutoff in some place (`rows` -1) is absent there: left out of long
    frames, NaN in xarray and wide frames as usual there.
    """

    model: str
    values: np.ndarray
    """float32 [C, H, N], 0 where absent."""
    rows: np.ndarray
    """int64 [C, N], row of the axis that holds the last known step; -1 where absent."""
    panel: Panel
    """The data it was made from: names, times, and how its frame looked."""
    quantiles: np.ndarray | None = None
    """float32 [C, H, N, Q], ascending along Q."""
    levels: tuple[float, ...] = ()
    """The Q probabilities, ascending, such as (0.1, 0.5, 0.9)."""
    components: dict[str, np.ndarray] = field(default_factory=dict)
    """float32 [C, H, N] parts (trend, season, residual) that add up to `values`."""

    def __post_init__(self) -> None:
        named = {"forecast": self.values, "quantiles": self.quantiles, **self.components}
        for name, array in named.items():
            if array is not None and not np.isfinite(array).all():
                cutoff, lead, series = (int(i) for i in np.argwhere(~np.isfinite(array))[0][:3])
                raise NonFinite(
                    name,
                    f"{self.model} answered a value that is not finite",
                    where=f"series {self.series[series]!r}, step {lead + 1} after cutoff {cutoff}",
                    remedy="Check the data for extreme values, or use another model",
                )

    @property
    def series(self) -> tuple[str, ...]:
        """Names of the series."""
        return self.panel.series

    @cached_property
    def axis(self) -> np.ndarray:
        """Time of every row of the panel and of the horizon beyond: datetime64 (naive) or int64."""
        panel = self.panel
        return stamps_after(panel.time, panel.freq, 0, panel.n_steps + self.horizon)

    @property
    def horizon(self) -> int:
        """Steps ahead."""
        return self.values.shape[1]

    @property
    def present(self) -> np.ndarray:
        """bool [C, N]."""
        return self.rows >= 0

    @property
    def cutoff_time(self) -> np.ndarray:
        """Time of the last known step, [C, N]; that of row 0 where absent."""
        return self.axis[np.maximum(self.rows, 0)]

    @property
    def valid_time(self) -> np.ndarray:
        """Time each value is for, [C, H, N]; meaningless where absent."""
        lead = np.arange(1, self.horizon + 1)[None, :, None]
        return self.axis[np.maximum(self.rows, 0)[:, None, :] + lead]

    def quantile(self, level: float) -> np.ndarray:
        """float32 [C, H, N] at one of `levels`.

        Raises:
            InputError: that level was not forecast.
        """
        for q, known in enumerate(self.levels):
            if self.quantiles is not None and abs(known - level) < 1e-9:
                return self.quantiles[..., q]
        raise InputError(
            "quantile",
            f"{level} was not forecast",
            expected=f"one of {self.levels}",
            remedy="Ask predict for it",
        )

    def to_long(self, columns: Literal["interval", "decimal"] = "interval") -> pd.DataFrame:
        """One row per series, cutoff and step: id, time, `<model>` and one column a quantile.

        Names, types and time zone of id and time are those of the frame that was read (`unique_id`, `ds`).
        Quantile columns are named `<model>-lo-80`, `<model>-hi-80`, or "0.1", "0.9" when decimal.
        With more than one cutoff there is a column `cutoff`.

        Raises:
            InputError: two columns would have one name, such as that of ids and that of the forecast.
        """
        import pandas as pd

        return pd.DataFrame(self.long_columns(columns))

    def long_columns(
        self, columns: Literal["interval", "decimal"] = "interval", *, lists: bool = False
    ) -> dict[str, Any]:
        """The columns of `to_long` by name, each an array or an index: what needs no frame is spared one.

        Args:
            lists: names and times may be lists of texts, where they are texts in ISO 8601.

        Raises:
            InputError: as `to_long`.
        """
        from ..panels.long_frame import key_arrays, key_lists

        series, cutoff = np.nonzero(self.present.T)
        places, stamps = np.repeat(series, self.horizon), self.valid_time[cutoff, :, series].ravel()
        made: dict[str, Any] | None = None
        if lists and len(self.rows) == 1:
            made = key_lists(self.panel, places, stamps)
        if made is None:
            made = key_arrays(self.panel, places, self._index(stamps))
        if len(self.rows) > 1:
            known = np.repeat(self.cutoff_time[cutoff, series], self.horizon)
            _require_new("cutoff", made)
            made["cutoff"] = [*key_arrays(self.panel, places, self._index(known)).values()][-1]
        dtype = self._value_dtype()
        _require_new(self.model, made)
        made[self.model] = self.values[cutoff, :, series].ravel().astype(dtype)
        for q, level in enumerate(self.levels):
            assert self.quantiles is not None
            name = f"{level:g}" if columns == "decimal" else interval_column(self.model, level)
            _require_new(name, made)
            made[name] = self.quantiles[cutoff, :, series, q].ravel().astype(dtype)
        return made

    def to_wide(self) -> pd.DataFrame:
        """Point forecasts with a column a series, indexed by time (and cutoff, where there are several).

        Times that are in another series' future only are NaN, as usual in wide frames.
        """
        long = self.to_long()
        keys = [*(["cutoff"] if len(self.rows) > 1 else []), long.columns[1 if self._has_ids() else 0]]
        if not self._has_ids():
            return long.set_index(keys).loc[:, [self.model]]
        ids = long.columns[0]
        wide = long.pivot(index=keys, columns=ids, values=self.model)
        return wide.loc[:, list(dict.fromkeys(long[ids]))]

    def _has_ids(self) -> bool:
        return self.panel.frame is None or self.panel.frame.id_col is not None

    def _value_dtype(self) -> np.dtype:
        """The target's own type where it is a float, float64 for integers, float32 for bare arrays."""
        if self.panel.frame is None:
            return np.dtype(np.float32)
        dtype = self.panel.frame.dtypes[self.panel.frame.target_col]
        kept = isinstance(dtype, np.dtype) and dtype.kind == "f" and dtype.itemsize >= 4
        return dtype if kept else np.dtype(np.float64)

    def _index(self, stamps: np.ndarray) -> pd.Index:
        import pandas as pd

        return pd.DatetimeIndex(stamps) if stamps.dtype.kind == "M" else pd.Index(stamps)

    def to_xarray(self) -> xr.Dataset:
        """Dims (cutoff, lead, series[, quantile]); coordinates valid_time and cutoff_time.

        `cutoff` holds the time of the cutoff where all series share it, else its number. Times are UTC,
        the zone of the input is in attrs["timezone"].
        """
        import xarray as xr

        dims = ("cutoff", "lead", "series")
        absent = ~self.present[:, None, :]
        data: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
        data[self.model] = (dims, np.where(absent, np.float32(np.nan), self.values))
        if self.quantiles is not None:
            data[f"{self.model}_quantiles"] = (
                (*dims, "quantile"),
                np.where(absent[..., None], np.float32(np.nan), self.quantiles),
            )
        for name, part in self.components.items():
            data[f"{self.model}_{name}"] = (dims, np.where(absent, np.float32(np.nan), part))
        times = self.cutoff_time
        shared = bool((times == times[:, :1]).all())
        coords = {
            "cutoff": times[:, 0] if shared else np.arange(len(times)),
            "lead": np.arange(1, self.horizon + 1),
            "series": list(self.series),
            "valid_time": (dims, self.valid_time),
            "cutoff_time": (("cutoff", "series"), times),
        }
        if self.quantiles is not None:
            coords["quantile"] = list(self.levels)
        return xr.Dataset(
            data, coords, attrs={"timezone": self.panel.timezone} if self.panel.timezone else {}
        )


def _require_new(name: str, made: dict[str, Any]) -> None:
    if name in made:
        remedy = "Rename the column of names or times, or leave one of the levels out"
        raise InputError(name, "two columns of the forecast would have this name", remedy=remedy)


def interval_column(model: str, level: float) -> str:
    """Nixtla's name of a quantile: 0.1 -> `model-lo-80`, 0.9 -> `model-hi-80`, 0.5 -> `model-median`."""
    if abs(level - 0.5) < 1e-9:
        return f"{model}-median"
    return f"{model}-{'lo' if level < 0.5 else 'hi'}-{round(100 * abs(1 - 2 * level), 6):g}"
