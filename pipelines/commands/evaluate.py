"""`fourfold evaluate MODEL DATA`: how good it is on held-out data, beside simple methods."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ...shared.errors import InputError
from .graph_options import NO_GRAPH, GraphOptions
from .network_flags import network_request
from .table_options import AS_GIVEN, TableOptions
from .whole_number import WHOLE

if TYPE_CHECKING:
    from ..comparison.evaluation import Evaluation

AGAINST = ("seasonal-naive", "linear")
"""Methods a model of single series is set beside."""
USUAL_ORIGINS, USUAL_LEVEL = 60, 80.0
SAMPLES = 1_000
"""Crystals that a generator is judged by."""


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
    samples: Annotated[int | None, WHOLE] = None,
    matching: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Score a model: forecasts by rolling origin, a vocoder by its copies, a crystal generator by crystals.

    No method is fitted on the last fifth of the data, which is forecast. A vocoder copies every recording of
    a folder, and PESQ, STOI, MCD, pitch, voicing and spectra of the copies are set beside the originals. A
    crystal generator rebuilds crystals that it was not trained on, predicts their property, and makes new
    ones, whose validity, coverage and distributions are set beside those crystals.

    Parameters
    ----------
    model
        A shipped model, a folder that finetune wrote, or a method (see fourfold models).
    data
        CSV, Parquet or NetCDF; a row a series and time, or a column a series. For a vocoder a folder of
        recordings; for a crystal generator a table material_id,cif,property, or crystal files.
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
    samples
        New crystals that a generator makes; 1000 when not given.
    matching
        Compare the structures of a generator's crystals too: METRe, cRMSE, unique and novel ones. Takes
        minutes.
    """
    from ..output_file import check_output, write_json

    if output is not None:
        check_output(output, (".json",))
    from ..crystal_commands import WHAT, evaluate_generator, is_generator, refuse_crystals
    from ..vocoder_commands import evaluate_vocoder, is_vocoder, refuse_flags

    usual = {"--origins": origins != USUAL_ORIGINS, "--level": level != USUAL_LEVEL}
    if is_generator(model):
        refuse_flags(model, table, network, {"--horizon": horizon, "--against": against, **usual}, WHAT)
        count = SAMPLES if samples is None else samples
        evaluate_generator(model, data, output, count, matching=matching)
        return 0
    refuse_crystals(model, data)
    for flag, given in (("--samples", samples is not None), ("--matching", matching)):
        if given:
            raise InputError(flag, f"{model} is no crystal generator", remedy="Leave it out")
    if is_vocoder(model):
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
