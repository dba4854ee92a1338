"""Figures of many copies as one table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ....shared.errors import InputError
from .comparison import means
from .measured import Measured

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class CopyScores:
    """How near the copies of many sounds are.

    Args:
        rows: figures of `comparison.compare` by file.
        seconds: length of each sound.
        spent: seconds of work that the copies took, all together.
        failures: files that could not be read.
    """

    rows: dict[str, dict[str, Measured]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    spent: float = 0.0
    failures: dict[str, InputError] = field(default_factory=dict)

    @property
    def means(self) -> dict[str, Measured]:
        """Mean of each figure over the files where it is a number."""
        return means(list(self.rows.values()))

    @property
    def real_time_factor(self) -> float:
        """Seconds of work for a second of sound."""
        return self.spent / max(sum(self.seconds.values()), 1e-9)

    def to_frame(self) -> pd.DataFrame:
        """A row a file and a last one, `mean`; NaN where a figure could not be measured."""
        import pandas as pd

        rows = {**self.rows, "mean": self.means}
        values = [{name: figure.value for name, figure in row.items()} for row in rows.values()]
        frame = pd.DataFrame(values, list(rows))
        frame.index.name = "file"
        frame["seconds"] = [*self.seconds.values(), sum(self.seconds.values())]
        return frame
