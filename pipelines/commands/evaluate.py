"""`fourfold evaluate MODEL DATA`: how good it is on held-out data, beside simple methods."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .table_options import AS_GIVEN, TableOptions
from .whole_number import WHOLE


def evaluate(
    model: str,
    data: Path,
    /,
    *,
    horizon: Annotated[int, Parameter(name=["--horizon", "-n"]), WHOLE] = 24,
    against: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=True)] = (
        "seasonal-naive",
        "linear",
    ),
    origins: Annotated[int, WHOLE] = 60,
    level: float = 80.0,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    table: TableOptions = AS_GIVEN,
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
    """
    from ..output_file import check_output, write_json

    if output is not None:
        check_output(output, (".json",))
    from ..comparison.terminal import print_comparison
    from ..forecast.comparison import compare
    from ..forecast.settings import Settings
    from ..settings import resolve_settings

    models = tuple(dict.fromkeys((model, *against)))
    asked = {
        "data": str(data),
        "table": table.reading(),
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
