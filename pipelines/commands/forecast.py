"""`fourfold forecast MODEL DATA`: the steps after the end of each series."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from ...shared.errors import InputError
from .graph_options import NO_GRAPH, GraphOptions
from .network_flags import network_request
from .table_options import AS_GIVEN, TableOptions
from .whole_number import WHOLE

if TYPE_CHECKING:
    from ...shared.forecasting.forecast import Forecast


def forecast(
    model: str,
    data: Path,
    /,
    *,
    horizon: Annotated[int | None, Parameter(name=["--horizon", "-n"]), WHOLE] = None,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    level: Annotated[tuple[float, ...], Parameter(negative="", consume_multiple=True)] = (80.0,),
    quantiles: Annotated[tuple[float, ...], Parameter(negative="", consume_multiple=True)] = (),
    table: TableOptions = AS_GIVEN,
    network: GraphOptions = NO_GRAPH,
    future: Path | None = None,
    past_cols: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=True)] = (),
    static_cols: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=True)] = (),
    pad: Literal["edge"] | None = None,
    short: Literal["raise", "skip"] | None = None,
) -> int:
    """Forecast every series of a table, or with --graph every node of a network.

    Parameters
    ----------
    model
        A shipped model, a folder that finetune wrote, or a method (see fourfold models).
    data
        CSV, Parquet or NetCDF; a row a series and time, or a column a series.
    horizon
        Steps to forecast; a model that finetune wrote knows its own.
    output
        CSV, Parquet or NetCDF to write; printed as CSV when not given.
    level
        Central intervals in percent.
    quantiles
        Probabilities to forecast besides.
    future
        Table of covariates known ahead, for the steps to forecast; its columns must be in DATA too.
    past_cols
        Columns of covariates known up to now.
    static_cols
        Columns of facts that do not change.
    pad
        What to do about series too short for the model: edge repeats their first value to the left.
    short
        Whether series too short for the model are an error, or are left out with a note.
    """
    from ..output_file import check_output

    if output is not None:
        check_output(output, inputs=(data, future))
    _require_horizon(model, horizon)
    from ..covariate_file import read_future

    ahead, names = read_future(future, table.id_col, table.time_col) if future is not None else (None, ())
    request = network_request(
        model, data, table, network,
        past=past_cols, future=names, refused={"--static-cols": static_cols, "--pad": pad, "--short": short},
    )  # fmt: skip
    if request is not None:
        from ..network_commands import forecast_network

        answer = forecast_network(request, horizon, levels=level, quantiles=quantiles, future=ahead)
        return _give(answer, output)
    from ...shared.panels.reading import read_panel
    from ..contestant import ready_forecaster

    panel = read_panel(
        data,
        **table.reading(),
        past=past_cols,
        future=names,
        static=static_cols,
        future_frame=ahead,
    )
    forecaster = ready_forecaster(model, panel, horizon)
    asked = {name: choice for name, choice in (("pad", pad), ("short", short)) if choice is not None}
    forecaster.settings = forecaster.settings.model_copy(update=asked)
    return _give(forecaster.predict(panel, horizon, levels=level, quantiles=quantiles), output)


def _require_horizon(model: str, horizon: int | None) -> None:
    """Raise InputError where nobody says how far: what is fitted here has no horizon of its own."""
    from ..contestant import is_method
    from ..graph_contestant import is_graph_method

    if horizon is None and (is_method(model) or is_graph_method(model)):
        raise InputError(
            "--horizon", f"is not given, and {model} has none of its own", remedy="Give it, such as -n 24"
        )


def _give(answer: Forecast, output: Path | None) -> int:
    """Print the forecast, or write it and say so."""
    from ..output_file import write_frame, write_whole

    if output is None:
        answer.to_long().to_csv(sys.stdout, index=False)
        return 0
    if output.suffix.lower() == ".nc":
        dataset = answer.to_xarray()
        write_whole(output, lambda path: dataset.to_netcdf(path, engine="scipy"))
    else:
        write_frame(answer.to_long(), output)
    print(f"{len(answer.series)} series, {answer.horizon} steps each: {output}")
    return 0
