"""Sensor graphs: made from edges, matrices, distances and places; read from files; checked."""

from .changing_graph import ChangingGraph as ChangingGraph
from .components import components as components
from .components import warn_of_components as warn_of_components
from .dense_adjacency import from_adjacency as from_adjacency
from .direction import one_way_edges as one_way_edges
from .direction import require_undirected as require_undirected
from .direction import to_undirected as to_undirected
from .edge_list import from_edges as from_edges
from .gaussian_kernel import DistanceGraph as DistanceGraph
from .gaussian_kernel import from_distances as from_distances
from .graph_files import read_graph as read_graph
from .place_distances import from_coordinates as from_coordinates
from .policies import settle_graph as settle_graph
from .pyg_data import from_pyg as from_pyg
from .pyg_data import to_pyg as to_pyg
from .sensor_graph import SensorGraph as SensorGraph
