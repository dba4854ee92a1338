"""`fourfold run citations`: what the labelled nodes of a graph say of the others."""
