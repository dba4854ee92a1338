"""Sixteen float32 side by side, as a value that numba kernels can hold in a register.

The compiler's own vectoriser does not keep sums of several rows in registers; with these few operations a
kernel says so itself. Where registers are shorter, the compiler cuts the sixteen into pieces.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import extending, types
from numba.core import cgutils
from numba.extending import models, register_model

COUNT = 16
intrinsic: Any = extending.intrinsic  # what it makes is called without its typing context
_VECTOR = ir.VectorType(ir.FloatType(), COUNT)


class _Lanes(types.Type):
    def __init__(self) -> None:
        super().__init__(name=f"Lanes{COUNT}")


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, front: Any) -> None:
        super().__init__(manager, front, _VECTOR)


LANES = _Lanes()
_FLOATS = types.Array(types.float32, 1, "C")


def _pointer(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), _VECTOR.as_pointer())


def _named(builder: Any, name: str, arguments: int) -> Any:
    """The compiler's own function of that name for lanes."""
    kind = ir.FunctionType(_VECTOR, [_VECTOR] * arguments)
    return cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{COUNT}f32")


def _splat(builder: Any, number: Any) -> Any:
    first = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), number, ir.IntType(32)(0))
    nowhere = ir.Constant(_VECTOR, ir.Undefined)
    return builder.shuffle_vector(
        first, nowhere, ir.Constant(ir.VectorType(ir.IntType(32), COUNT), [0] * COUNT)
    )


@intrinsic
def load(typing_context: Any, array: Any, index: Any) -> Any:
    """array[index : index + 16] of a flat float32 array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        return builder.load(_pointer(context, builder, kind, *arguments), align=4)

    return LANES(_FLOATS, types.intp), generate


@intrinsic
def store(typing_context: Any, array: Any, index: Any, lanes: Any) -> Any:
    """array[index : index + 16] = lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, index, lanes = arguments
        builder.store(lanes, _pointer(context, builder, signature.args[0], array, index), align=4)
        return context.get_dummy_value()

    return types.void(_FLOATS, types.intp, LANES), generate


@intrinsic
def splat(typing_context: Any, number: Any) -> Any:
    """The number sixteen times."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _splat(builder, arguments[0])

    return LANES(types.float32), generate


@intrinsic
def spread(typing_context: Any, array: Any, index: Any) -> Any:
    """array[index] of a flat float32 array, sixteen times; an index below 0 does not count from the end."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, index = arguments
        data = context.make_array(signature.args[0])(context, builder, array).data
        return _splat(builder, builder.load(builder.gep(data, [index])))

    return LANES(_FLOATS, types.intp), generate


@intrinsic
def fma(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c, lane by lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.call(_named(builder, "llvm.fma", 3), arguments)

    return LANES(LANES, LANES, LANES), generate


@intrinsic
def divide(typing_context: Any, a: Any, b: Any) -> Any:
    """a / b, lane by lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fdiv(*arguments)

    return LANES(LANES, LANES), generate


@intrinsic
def total(typing_context: Any, a: Any) -> Any:
    """The sum of the sixteen, halves upon halves."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes, width = arguments[0], COUNT
        while width > 1:
            width //= 2
            halves = [
                ir.Constant(ir.VectorType(ir.IntType(32), width), list(range(at, at + width)))
                for at in (0, width)
            ]
            low, high = (builder.shuffle_vector(lanes, lanes, half) for half in halves)
            lanes = builder.fadd(low, high)
        return builder.extract_element(lanes, ir.IntType(32)(0))

    return types.float32(LANES), generate


@intrinsic
def magnitude(typing_context: Any, a: Any, most: Any) -> Any:
    """|a|, but not above `most`; NaN stays NaN."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes, most = arguments
        size = builder.call(_named(builder, "llvm.fabs", 1), [lanes])
        return builder.select(builder.fcmp_ordered(">", size, most), most, size)

    return LANES(LANES, LANES), generate


@intrinsic
def positive(typing_context: Any, a: Any) -> Any:
    """a where it is positive, else 0; NaN stays NaN."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        zero = ir.Constant(_VECTOR, [0.0] * COUNT)
        return builder.select(builder.fcmp_ordered("<=", arguments[0], zero), zero, arguments[0])

    return LANES(LANES), generate
