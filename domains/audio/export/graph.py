"""An ONNX graph under construction: operators as calls, arrays as constants."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np
import torch

from ....shared.errors import InputError

OPSET, IR_VERSION = 17, 8
"""Old enough for runtimes from 2022 on."""
Value = str
"""Name of a value in the graph."""
Array = np.ndarray | np.generic | torch.Tensor


def onnx_package() -> ModuleType:
    """The package `onnx`.

    Raises:
        InputError: it is not installed.
    """
    try:
        import onnx
    except ImportError as error:
        raise InputError(
            "export",
            f"needs the package onnx ({error})",
            remedy="Install it: pip install 'fourfold[onnx]'",
        ) from error
    return onnx


class Graph:
    """Nodes and constants in the order in which they are named."""

    def __init__(self) -> None:
        self.onnx = onnx_package()
        self.nodes: list[Any] = []
        self.constants: dict[object, Any] = {}

    def __call__(self, operator: str, *inputs: Value | Array, **attributes: Any) -> Value:
        """The first output of a new node; arrays among the inputs become constants."""
        names = [given if isinstance(given, str) else self.constant(given) for given in inputs]
        output = f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(operator, names, [output], name=output, **attributes))
        return output

    def constant(self, array: Array) -> Value:
        """Name of an array, float64 as float32; the same array has one name."""
        values = array.detach().cpu().numpy() if isinstance(array, torch.Tensor) else np.asarray(array)
        if values.dtype == np.float64:
            values = values.astype(np.float32)
        values = np.ascontiguousarray(values) if values.ndim else values
        key = (values.dtype.str, values.shape, values.tobytes())
        name = f"constant_{len(self.constants)}"
        return self.constants.setdefault(key, self.onnx.numpy_helper.from_array(values, name)).name

    def double(self, number: float) -> Value:
        """A scalar of double precision."""
        name = f"double_{len(self.constants)}"
        tensor = self.onnx.numpy_helper.from_array(np.array(number, np.float64), name)
        return self.constants.setdefault(f"double{number!r}", tensor).name

    def shaped(self, x: Value, *shape: int) -> Value:
        """Another shape; 0 keeps a size, -1 takes what is left."""
        return self("Reshape", x, np.array(shape, np.int64))

    def padded(self, x: Value, before: list[int], after: list[int], *, reflect: bool) -> Value:
        """Room on all axes, reflected or zero."""
        if not any(before + after):
            return x
        pads = np.array(before + after, np.int64)
        return self("Pad", x, pads, mode="reflect" if reflect else "constant")

    def model(
        self,
        inputs: Mapping[str, list[str | int]],
        output: tuple[str, Value, list[str | int]],
        facts: Mapping[str, str],
    ) -> Any:
        """The finished model with float inputs and one float output, checked.

        Args:
            inputs: shapes by name; words stand for sizes that vary.
            output: its name, the value, its shape.
            facts: metadata.
        """
        helper, floats = self.onnx.helper, self.onnx.TensorProto.FLOAT
        name, value, shape = output
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        graph = helper.make_graph(
            self.nodes,
            "vocoder",
            [helper.make_tensor_value_info(given, floats, size) for given, size in inputs.items()],
            [helper.make_tensor_value_info(name, floats, shape)],
            initializer=list(self.constants.values()),
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="fourfold"
        )
        model.ir_version = IR_VERSION
        helper.set_model_props(model, dict(facts))
        self.onnx.checker.check_model(model, full_check=True)
        return model
