"""Vocoders as ONNX graphs, written node by node: no tracing, no complex numbers, any length."""
