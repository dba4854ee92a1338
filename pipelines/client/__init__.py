"""A fourfold service from Python: `fourfold.Client(url)`, with the verbs of the local classes."""
