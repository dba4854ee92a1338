"""torch-geometric's MessagePassing, imported in silence.

Its import takes seconds and touches deprecated parts of torch, whose warnings nobody here can act on. So
layers built on it take it from this module, and are imported where they are used.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    for noise in (FutureWarning, DeprecationWarning, UserWarning):
        warnings.simplefilter("ignore", noise)
    from torch_geometric.nn import MessagePassing

__all__ = ["MessagePassing"]
