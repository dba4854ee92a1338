"""fourfold: time series, graphs, audio and materials on one training core."""

__version__ = "0.1.0"
