"""`fourfold impute MODEL DATA --graph EDGES -o OUT`: gaps of a network's signals filled."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from ...shared.errors import InputError
from .graph_options import NO_FILE, GraphFile
from .network_flags import request_of_network
from .table_options import AS_GIVEN, TableOptions
from .whole_number import WHOLE


def impute(
    model: str,
    data: Path,
    /,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    mask: Path | None = None,
    layout: Literal["long", "wide"] | None = None,
    steps: Annotated[int | None, WHOLE] = None,
    keep: Path | None = None,
    table: TableOptions = AS_GIVEN,
    network: GraphFile = NO_FILE,
) -> int:
    """Fill what was not measured, from both sides in time and from the neighbours (GRIN).

    What was measured stays. A long table says in its column `filled` which values were not.

    Parameters
    ----------
    model
        grin, which is trained on DATA, or a folder that finetune or --keep wrote for a network.
    data
        CSV, Parquet or NetCDF; a row a node and time, or a column a node.
    output
        CSV, Parquet or NetCDF to write; printed as CSV when not given.
    mask
        CSV or Parquet for a table of True and False, a column a node: which values were filled.
    layout
        long (a row a node and time, and a column filled) or wide (a column a node); as DATA if not given.
    steps
        Training steps; 2000 when not given.
    keep
        Folder for the trained imputer, which can then be named as MODEL.
    """
    from ..network_imputation import impute_network, mask_of, require_imputer, summary, table_of
    from ..output_file import check_folder, check_output, write_frame, write_whole

    for file, suffixes in ((output, (".csv", ".parquet", ".nc")), (mask, (".csv", ".parquet"))):
        if file is not None:
            check_output(file, suffixes, inputs=(data, network.graph))
    if keep is not None:
        check_folder(keep)
    require_imputer(model)
    if table.missing not in (None, "mask"):
        raise InputError(
            "--missing", f"{table.missing} leaves no gap to fill", expected="mask", remedy="Leave it out"
        )
    run = (output or mask or keep or Path(data.stem)).absolute()
    request = request_of_network(model, data, table, network)
    filled = impute_network(request, steps=steps, keep=keep, run=run.with_name(f".{run.stem}.run"))
    if output is None:
        table_of(filled, layout).to_csv(sys.stdout, index=False)
    elif output.suffix.lower() == ".nc":
        from ...domains.graphs.signals.xarray_signals import to_xarray

        dataset = to_xarray(filled)
        write_whole(output, lambda path: dataset.to_netcdf(path, engine="scipy"))
    else:
        write_frame(table_of(filled, layout), output)
    if mask is not None:
        write_frame(mask_of(filled), mask)
    if output is not None:
        print(f"{summary(filled)}: {output}")
    return 0
