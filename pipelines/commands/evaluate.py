"""`fourfold evaluate MODEL DATA`: how good it is on held-out data, beside simple methods."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from .network_flags import network_request
from .table_options import AS_GIVEN, NO_GRAPH, GraphOptions, TableOptions
from .whole_number import WHOLE

if TYPE_CHECKING:
    from ..comparison.evaluation import Evaluation

AGAINST = ("seasonal-naive", "linear")
"""Methods a model of single series is set beside."""
USUAL_ORIGINS, USUAL_LEVEL = 60, 80.0


def evaluate(
    model: str,
    data: Path,
    /,
    *,
    horizon: Annotated[int | None, Parameter(name=["--horizon", "-n"]), WHOLE] = None,
    against: Annotated[tuple[str, ...] | None, Parameter(negative="", consume_multiple=True)] = None,
    origins: Annotated[int, WHOLE] = USUAL_ORIGINS,
    level: float = USUAL_LEVEL,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    table: TableOptions = AS_GIVEN,
    network: GraphOptions = NO_GRAPH,
) -> int:
    """Score a model: forecasts by rolling origin over the last fifth of the data, a vocoder by its copies.

    No method is fitted on that last part. A vocoder copies every recording of a folder, and PESQ, STOI, MCD,
    pitch, voicing and spectra of the copies are set beside the originals.

    Parameters
    ----------
    model
        A shipped model, a folder that finetune wrote, or a method (see fourfold models).
    data
        CSV, Parquet or NetCDF; a row a series and time, or a column a series. For a vocoder a folder of
        recordings.
    horizon
        Steps to forecast; 24 when not given, for networks their own or 12.
    against
        Models and methods to compare with; seasonal-naive and linear when not given. Beside networks
        last-value, seasonal-naive and slot-mean always stand.
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
    from ..vocoder_commands import evaluate_vocoder, is_vocoder, refuse_flags

    if is_vocoder(model):
        usual = {"--origins": origins != USUAL_ORIGINS, "--level": level != USUAL_LEVEL}
        refuse_flags(model, table, network, {"--horizon": horizon, "--against": against, **usual})
        evaluate_vocoder(model, data, output)
        return 0
    from ..comparison.terminal import print_comparison

    request = network_request(model, data, table, network)
    if request is not None:
        from ..traffic.comparison import compare_network

        evaluation = compare_network(request, horizon, against=against or (), origins=origins, level=level)
    else:
        evaluation = _compare_series(model, data, horizon, against, origins, level, table)
    if output is not None:
        write_json(evaluation.model_dump(mode="json"), output)
    print_comparison(evaluation)
    return 0


def _compare_series(
    model: str,
    data: Path,
    horizon: int | None,
    against: tuple[str, ...] | None,
    origins: int,
    level: float,
    table: TableOptions,
) -> Evaluation:
    from ..forecast.comparison import compare
    from ..forecast.settings import Settings
    from ..settings import resolve_settings

    asked = {
        "data": str(data),
        "table": table.reading(),
        "horizon": 24 if horizon is None else horizon,
        "models": tuple(dict.fromkeys((model, *(AGAINST if against is None else against)))),
        "origins": origins,
        "levels": (level,),
    }
    return compare(resolve_settings(Settings, asked), required=model)
