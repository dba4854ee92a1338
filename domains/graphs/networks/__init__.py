"""One file a known network: from its published files to signals and a graph."""
