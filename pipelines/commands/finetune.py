"""`fourfold finetune MODEL DATA -o FOLDER`: a model of your own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .graph_options import NO_GRAPH, GraphOptions
from .table_options import AS_GIVEN, TableOptions
from .whole_number import WHOLE


def finetune(
    model: str,
    data: Path,
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    horizon: Annotated[int | None, Parameter(name=["--horizon", "-n"]), WHOLE] = None,
    table: TableOptions = AS_GIVEN,
    network: GraphOptions = NO_GRAPH,
    past_cols: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=True)] = (),
    future_cols: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=True)] = (),
    static_cols: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=True)] = (),
    steps: Annotated[int | None, WHOLE] = None,
    property_: Annotated[str | None, Parameter(name="--property")] = None,
) -> int:
    """Train a model further (on a table, a vocoder on recordings, a generator on crystals), or fit a method.

    With --graph a network is fitted on a graph; one that was kept and knows other nodes is taken to the new
    ones. A run that was stopped goes on where it was when the same command is given again.

    Parameters
    ----------
    model
        A shipped model, a folder that finetune wrote, or a method (see fourfold models).
    data
        CSV, Parquet or NetCDF; a row a series and time, or a column a series. For a vocoder a folder of
        recordings; for a crystal generator a table material_id,cif,property, or crystal files.
    output
        Folder for the model; forecast, synthesize, generate and evaluate take it as MODEL.
    horizon
        Steps it is to forecast; the model's own when not given, 24 for methods, 12 for networks.
    past_cols
        Columns of covariates known up to now.
    future_cols
        Columns of covariates known ahead.
    static_cols
        Columns of facts that do not change.
    steps
        Training steps of a vocoder (2000 when not given) or of a crystal generator (1000).
    property
        Column to be told from a crystal, by a crystal generator.
    """
    from ..finetuning import FinetuneRequest
    from ..output_file import check_folder

    check_folder(output)
    request = FinetuneRequest(
        model=model,
        data=data,
        horizon=horizon,
        table=table,
        network=network,
        past=past_cols,
        future=future_cols,
        static=static_cols,
        steps=steps,
        property=property_,
    )
    request.run(output)
    return 0
