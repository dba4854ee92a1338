"""`fourfold diagnose MODEL DATA --graph EDGES`: is there anything left to learn, and where?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...shared.errors import InputError
from .graph_options import NO_GRAPH, GraphOptions
from .network_flags import network_request
from .table_options import AS_GIVEN, TableOptions


def diagnose(
    model: str,
    data: Path,
    /,
    *,
    test: float = 0.2,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    table: TableOptions = AS_GIVEN,
    network: GraphOptions = NO_GRAPH,
) -> int:
    """Test whether a network's errors are still correlated, along the graph or in time, and at which nodes.

    Uncorrelated errors mean that it has learnt all there is to learn from neighbours and the past (the
    AZ-whiteness test). `fourfold run traffic` draws the same as a map in its report.

    Parameters
    ----------
    model
        A network by name, which is fitted on the rows before, or a folder that finetune wrote.
    data
        CSV, Parquet or NetCDF; a row a node and time, or a column a node.
    test
        Last share of DATA, whose errors one step ahead are tested.
    output
        CSV or Parquet for the table of all nodes: the statistic along edges (space), in time and of both, its
        p-value, and in words what its sign means.
    """
    from ..network_diagnosis import diagnose_network, print_diagnosis
    from ..output_file import check_output, write_frame

    if output is not None:
        check_output(output, (".csv", ".parquet"), inputs=(data, network.graph))
    if not 0 < test < 1:
        raise InputError(
            "--test", f"{test:g} is no share of the rows", expected="between 0 and 1, such as 0.2"
        )
    request = network_request(model, data, table, network)
    if request is None:
        raise InputError(
            "MODEL",
            f"{model} is no network on a graph",
            expected="a network by name (fourfold models) or a folder that finetune wrote",
        )
    found = diagnose_network(request, test)
    if output is not None:
        write_frame(found.by_node(), output)
    print_diagnosis(found)
    return 0
