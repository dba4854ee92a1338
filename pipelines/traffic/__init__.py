"""`fourfold run traffic`: from what a network of sensors measures to forecasts of every node and a report."""
