"""Prepare: read the graph, decide who is learnt from, and keep both as plain arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from ...domains.graphs.classification.karate_club import read_karate_club
from ...domains.graphs.classification.labelled_graph import LabelledGraph, NodeSplit, random_split
from ...domains.graphs.classification.planetoid import read_cora
from ...domains.graphs.classification.reading import read_labelled_graph
from ...domains.graphs.sensor_graph.sensor_graph import SensorGraph
from ...shared.errors import InputError
from .settings import Settings

FILES = ("edges.csv", "features.csv", "labels.csv")
KNOWN = ("cora", "karate-club")


class DataSummary(BaseModel):
    """What the report says of the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    source: str
    nodes: int
    edges: int
    """Directed: an edge both ways counts twice."""
    features: int
    classes: dict[str, int]
    """Labelled nodes of each."""
    unlabelled: int
    isolated: int
    train: int
    validation: int
    test: int

    def facts(self) -> dict[str, object]:
        """For the report's list."""
        return {
            "source": self.source,
            "nodes": f"{self.nodes:,} ({self.isolated:,} without an edge)",
            "edges": f"{self.edges:,}, both directions counted",
            "features": f"{self.features:,} a node",
            "learnt from": f"{self.train:,} nodes",
            "chosen by": f"{self.validation:,} nodes",
            "judged by": f"{self.test:,} nodes",
            "without a label": f"{self.unlabelled:,} nodes",
        }


def is_folder(data: str) -> bool:
    """Whether `data` means a folder of the person's own."""
    return data not in ("auto", *KNOWN)


def chosen_data(settings: Settings) -> str:
    """`settings.data`, with auto decided."""
    if settings.data != "auto":
        return settings.data
    from ...shared.datasets.location import locate

    try:
        locate("cora")
    except InputError:
        return "karate-club"
    return "cora"


def read_graph(settings: Settings) -> tuple[LabelledGraph, NodeSplit, DataSummary]:
    """The graph, its split and what to say of them.

    Raises:
        InputError: the files are not there or do not fit together.
    """
    name = chosen_data(settings)
    if name == "cora":
        title, source = "Cora", "2,708 papers on machine learning (Planetoid's public split)"
        data, split = read_cora()
    elif name == "karate-club":
        title = "Zachary's karate club"
        source = "34 members and the side each took; drawn in 1977, packaged with networkx"
        data, split = read_karate_club()
        if settings.data == "auto":
            source += ". Cora is not on this machine: set FOURFOLD_DATA or run `fourfold data fetch cora`"
    else:
        title, source = Path(name).resolve().name, f"the files {', '.join(FILES)} of a folder"
        data = _read_folder(Path(name), directed=settings.directed)
        split = random_split(data, validation=settings.validation_share, test=settings.test_share)
        if not len(split.test) or not len(split.validation):
            raise InputError(
                "labels.csv",
                f"{len(data.labelled)} labelled nodes are too few to learn, choose and judge by",
                expected="five of each class at least",
            )
    return data, split, _summary(title, source, data, split)


def _read_folder(folder: Path, *, directed: bool) -> LabelledGraph:
    import pandas as pd

    if not folder.is_dir():
        expected = f"{', '.join(KNOWN)}, or a folder with {', '.join(FILES)}"
        raise InputError("data", f"{folder} is no folder", expected=expected)
    absent = [name for name in FILES if not (folder / name).is_file()]
    if absent:
        raise InputError("data", f"{folder} lacks {', '.join(absent)}", expected=f"{', '.join(FILES)}")
    frames: dict[str, Any] = {}
    as_text: Any = {"node": str, "from": str, "to": str, "label": str}
    for file in FILES:
        try:
            frames[file] = pd.read_csv(folder / file, dtype=as_text)
        except (ValueError, OSError) as error:
            raise InputError(str(folder / file), f"cannot be read ({error})") from None
    if "node" not in frames["features.csv"].columns:
        raise InputError("features.csv", "there is no column node", expected="node, and a column a feature")
    return read_labelled_graph(
        frames["features.csv"], frames["edges.csv"], frames["labels.csv"], directed=directed
    )


def _summary(title: str, source: str, data: LabelledGraph, split: NodeSplit) -> DataSummary:
    known = data.label[data.labelled]
    touched = np.zeros(data.n_nodes, bool)
    touched[data.graph.edge_index.ravel()] = True
    return DataSummary(
        title=title,
        source=source,
        nodes=data.n_nodes,
        edges=data.graph.n_edges,
        features=data.features.shape[1],
        classes={name: int((known == place).sum()) for place, name in enumerate(data.classes)},
        unlabelled=data.n_nodes - len(known),
        isolated=int((~touched).sum()),
        train=len(split.train),
        validation=len(split.validation),
        test=len(split.test),
    )


def save_graph(data: LabelledGraph, split: NodeSplit, path: Path) -> None:
    """Everything as arrays, without pickle."""
    with path.open("wb") as stream:
        np.savez(
            stream,
            allow_pickle=False,
            nodes=np.array(data.graph.nodes, dtype=np.str_),
            edge_index=data.graph.edge_index,
            edge_weight=data.graph.edge_weight,
            features=data.features,
            feature_names=np.array(data.feature_names, dtype=np.str_),
            label=data.label,
            classes=np.array(data.classes, dtype=np.str_),
            train=split.train,
            validation=split.validation,
            test=split.test,
        )


def load_graph(path: Path) -> tuple[LabelledGraph, NodeSplit]:
    """What `save_graph` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        kept = {name: stored[name] for name in stored.files}
    graph = SensorGraph(
        nodes=tuple(kept["nodes"].tolist()), edge_index=kept["edge_index"], edge_weight=kept["edge_weight"]
    )
    data = LabelledGraph(
        graph=graph,
        features=kept["features"],
        label=kept["label"],
        classes=tuple(kept["classes"].tolist()),
        feature_names=tuple(kept["feature_names"].tolist()),
    )
    return data, NodeSplit(kept["train"], kept["validation"], kept["test"])
