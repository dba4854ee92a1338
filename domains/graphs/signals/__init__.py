"""Signals of sensors: read, checked, matched to a graph's nodes, and turned into graphs themselves."""

from .cube import forecast_channels as forecast_channels
from .missing_zeros import mask_zeros as mask_zeros
from .node_matching import match_nodes as match_nodes
from .reading import read_signals as read_signals
from .signals import Signals as Signals
from .similarity_graph import from_signals as from_signals
from .xarray_signals import to_xarray as to_xarray
