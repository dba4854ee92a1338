"""`fourfold evaluate MODEL DATA`: how good it is on held-out data, beside simple methods."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter


def evaluate(
    model: str,
    data: Path,
    /,
    *,
    horizon: Annotated[int, Parameter(name=["--horizon", "-n"])] = 24,
    against: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=True)] = (
        "seasonal-naive",
        "linear",
    ),
    origins: int = 60,
    level: float = 80.0,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    id_col: str = "unique_id",
    time_col: str = "ds",
    target_col: str = "y",
    freq: str | None = None,
    period: int | None = None,
    timezone: str | None = None,
    missing: Literal["raise", "mask", "interpolate", "seasonal"] = "raise",
    dedupe: Literal["first", "last", "mean"] | None = None,
) -> int:
    """Score a model by rolling origin over the last fifth of the data, on which no method is fitted.

    Parameters
    ----------
    model
        A shipped model, a folder that finetune wrote, or a method (see fourfold models).
    data
        CSV, Parquet or NetCDF; a row a series and time, or a column a series.
    horizon
        Steps to forecast.
    against
        Models and methods to compare with.
    origins
        Forecast origins, spread evenly over the held-out part.
    level
        Central interval in percent whose coverage is counted.
    output
        JSON file to write the scores to.
    id_col
        Column of series names.
    time_col
        Column of times.
    target_col
        Column to forecast.
    freq
        Step of the data, such as h, 15min, D, MS; read from the times when not given.
    period
        Steps in the main season; by the step when not given.
    timezone
        Zone in which times without zone are meant.
    missing
        What to do about gaps.
    dedupe
        Which row counts when a series has two at one time.
    """
    from ..output_file import check_output, write_json

    if output is not None:
        check_output(output, (".json",))
    from ..forecast.comparison import compare, print_comparison
    from ..forecast.settings import Settings
    from ..settings import resolve_settings

    table = {
        "id_col": id_col,
        "time_col": time_col,
        "target_col": target_col,
        "freq": freq,
        "period": period,
        "timezone": timezone,
        "missing": missing,
        "dedupe": dedupe,
    }
    models = tuple(dict.fromkeys((model, *against)))
    asked = {
        "data": str(data),
        "table": table,
        "horizon": horizon,
        "models": models,
        "origins": origins,
        "levels": (level,),
    }
    evaluation = compare(resolve_settings(Settings, asked), required=model)
    if output is not None:
        write_json(evaluation.model_dump(mode="json"), output)
    print_comparison(evaluation)
    return 0
