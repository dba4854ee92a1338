"""What a fit came to: on which rows, which weights were kept, how good they are where they were chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from ...shared.artifact.card import DataUse, Measured, ModelCard

if TYPE_CHECKING:
    from ...shared.panels.panel import Panel
    from ...shared.training.fit_result import FitResult


class FitRecord(BaseModel):
    """Kept with a network, for its card and for who trained it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: str
    """Time of the first row learnt from."""
    last: str
    """Time of the last row, those to choose by included."""
    rows: int
    """Rows learnt from."""
    held_out: int
    """Rows to choose by."""
    step: int
    """Step of the weights that were kept."""
    steps: int
    """Steps that were to be done."""
    mae: float | None
    """Mean absolute error of these weights on the rows to choose by, in the unit of the data."""

    @classmethod
    def of(cls, result: FitResult, panel: Panel, train: slice, held_out: slice) -> FitRecord:
        """The record of a run on these rows."""
        last = min(max(train.stop, held_out.stop), panel.n_steps) - 1
        best = result.best if result.best_step is not None else None
        return cls(
            first=str(panel.time[train.start]),
            last=str(panel.time[last]),
            rows=train.stop - train.start,
            held_out=max(held_out.stop - held_out.start, 0),
            step=result.step if best is None or result.best_step is None else result.best_step,
            steps=result.total_steps,
            mae=None if best is None or "mae" not in best else float(best["mae"]),
        )

    def kept(self) -> str:
        """Which weights were kept, in words."""
        if self.mae is None:
            return f"the last weights (step {self.step}), as no rows were held out to choose by"
        return (
            f"the best weights (step {self.step} of {self.steps}): mean absolute error {self.mae:.4g} on the "
            f"{self.held_out} rows held out to choose by"
        )

    def on_card(self, card: ModelCard, data: str) -> ModelCard:
        """The card with what was learnt from and how good it was.

        Args:
            data: name of the signals.
        """
        span = f"{self.rows} rows from {self.first} on, and {self.held_out} to choose by, to {self.last}"
        used = DataUse(name=data, license="other", source=f"given to fit: {span}", role="train, validation")
        measured = (
            Measured(metric="MAE", value=self.mae, data=f"{data}, rows to choose by") if self.mae else None
        )
        return card.model_copy(
            update={
                "summary": f"{card.summary.split('. ')[0].rstrip('.')}. Kept are {self.kept()}.",
                "datasets": (used,),
                "metrics": () if measured is None else (measured,),
            }
        )
