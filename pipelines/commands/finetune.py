"""`fourfold finetune MODEL DATA -o FOLDER`: a model of your own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...shared.errors import InputError
from .network_flags import network_request
from .table_options import AS_GIVEN, NO_GRAPH, GraphOptions, TableOptions
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
    from ..crystal_commands import WHAT, finetune_generator, is_generator, refuse_crystals
    from ..output_file import check_folder
    from ..vocoder_commands import finetune_vocoder, is_vocoder, refuse_flags

    check_folder(output)
    if is_generator(model):
        columns = {"--past-cols": past_cols, "--future-cols": future_cols, "--static-cols": static_cols}
        refuse_flags(model, table, network, {"--horizon": horizon, **columns}, WHAT)
        finetune_generator(model, data, output, property_, steps)
        return 0
    refuse_crystals(model, data)
    if property_ is not None:
        raise InputError("--property", f"{model} is no crystal generator", remedy="Leave it out")
    if is_vocoder(model):
        columns = {"--past-cols": past_cols, "--future-cols": future_cols, "--static-cols": static_cols}
        refuse_flags(model, table, network, {"--horizon": horizon, **columns})
        finetune_vocoder(model, data, output, steps)
        return 0
    if steps is not None:
        problem = f"{model} is no vocoder or generator and does not take it"
        raise InputError("--steps", problem, remedy="Leave it out, or give --epochs for a network")
    request = network_request(
        model, data, table, network,
        past=past_cols, future=future_cols, refused={"--static-cols": static_cols},
    )  # fmt: skip
    if request is not None:
        from ..network_commands import finetune_network

        kept = finetune_network(request, horizon, output)
        print(f"{output}: {kept.model.name} for {kept.horizon} steps, from {len(kept.nodes)} nodes")
        return 0
    import shutil

    from ...domains.timeseries.forecaster import Forecaster
    from ...shared.panels.reading import read_panel
    from ..contestant import is_method

    panel = read_panel(
        data,
        **table.reading(),
        past=past_cols,
        future=future_cols,
        static=static_cols,
    )
    run = output.with_name(f".{output.name}.run")
    if is_method(model):
        tuned = Forecaster(model).fit(panel, horizon or 24, run=run)
    else:
        tuned = Forecaster.load(model).finetune(panel, horizon, run=run)
    tuned.save(output)
    shutil.rmtree(run, ignore_errors=True)
    print(f"{output}: {tuned.model.name} for {tuned.horizon} steps, from {panel.n_series} series")
    return 0
