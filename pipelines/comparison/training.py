"""Train: each model that is compared is fitted once and kept as an artefact."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, Protocol

from ...shared.errors import InputError
from ..contestant import folder_name
from ..output_file import write_json


class Kept(Protocol):
    """A fitted model that can be written to a folder."""

    def save(self, folder: str | Path) -> Any:
        """Write it, whole or not at all."""
        ...


def fit_each(
    names: Iterable[str],
    fitted: Callable[[str, Path], Kept],
    folder: Path,
    tell: Callable[[str], None],
    *,
    required: Collection[str],
) -> None:
    """Fit each model; those already in `folder` are left as they are, so that a killed run goes on.

    Writes `<model>/` (the artefact) for each, and `trained.json` with seconds and the models that
    could not be fitted, with the reason.

    Args:
        names: of the models; one that comes twice is fitted once.
        fitted: name and run folder to the model.
        required: names of models without which there is no comparison.

    Raises:
        InputError: the data do not suit a required model.
    """
    seconds: dict[str, float] = {}
    skipped: dict[str, str] = {}
    for name in dict.fromkeys(names):
        place = folder_name(name)
        done, timing = folder / place, folder / f"{place}.seconds"
        if not done.is_dir():
            started = time.perf_counter()
            try:
                model = fitted(name, folder / "runs" / place)
            except InputError as error:
                if name in required:
                    raise
                skipped[name] = str(error)
                tell(f"  {name}: not taking part: {error}")
                continue
            timing.write_text(str(time.perf_counter() - started))
            model.save(done)
        seconds[name] = float(timing.read_text())
        tell(f"  {name}: {seconds[name]:.1f} s")
    write_json({"seconds": seconds, "skipped": skipped}, folder / "trained.json")
    shutil.rmtree(folder / "runs", ignore_errors=True)
