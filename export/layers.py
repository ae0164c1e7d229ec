"""The network's simple layers as ONNX nodes.

Each function takes the layer itself, for its sizes, and the name of its parameters in
the network's state dict. B batch, C channels, H and W a grid.
"""

from collections.abc import Sequence

import numpy as np
from torch import nn

from export.builder import FLOAT, GraphBuilder

__all__ = [
    "affine",
    "arccos",
    "conv",
    "doubled",
    "doubled_conv",
    "linear",
    "normalize",
    "silu",
]

# Coefficients of arccos(x) / sqrt(1 - x), constant first (Abramowitz and Stegun 1964,
# 4.4.46); off by 2e-8 at most.
ARCCOS = (
    *(1.5707963050, -0.2145988016, 0.0889789874, -0.0501743046),
    *(0.0308918810, -0.0170881256, 0.0066700901, -0.0012624911),
)

# For the even and the odd rows of a doubled grid: which of the three rows of a kernel
# fall on the first and which on the second of the two pixels under it.
PHASES = (((1, 0, 0), (0, 1, 1)), ((1, 1, 0), (0, 0, 1)))


def arccos(g: GraphBuilder, x: str) -> str:
    """Angles in [0, pi / 2] of x in [0, 1], by a polynomial.

    ONNX Runtime has Acos for the CPU alone. In a graph on a GPU it would fetch x and
    bring the angle back, in every step, and forbid CUDA graphs.
    """
    *lower, polynomial = map(g.constant, ARCCOS)
    for coefficient in reversed(lower):
        polynomial = g.node("Add", g.node("Mul", polynomial, x), coefficient)
    root = g.node("Sqrt", g.node("Sub", g.constant(1), x))
    return g.node("Mul", root, polynomial)


def conv(
    g: GraphBuilder,
    layer: nn.Conv1d | nn.Conv2d,
    name: str,
    x: str,
    *,
    pads: Sequence[int] | None = None,
) -> str:
    """Convolve; `pads`, all befores and then all afters, replace the layer's own."""
    assert layer.bias is not None
    assert not isinstance(layer.padding, str)
    return g.node(
        "Conv",
        x,
        g.weight(f"{name}.weight", layer.weight.shape),
        g.weight(f"{name}.bias", layer.bias.shape),
        kernel_shape=list(layer.kernel_size),
        strides=list(layer.stride),
        pads=list(pads or layer.padding * 2),
        group=layer.groups,
    )


def doubled(g: GraphBuilder, x: str) -> str:
    """Each pixel of (B, C, H, W) as 2 x 2 equal ones."""
    return g.node(
        "Resize",
        x,
        "",
        g.constant([1, 1, 2, 2]),
        mode="nearest",
        nearest_mode="floor",
        coordinate_transformation_mode="asymmetric",
    )


def doubled_conv(g: GraphBuilder, layer: nn.Conv2d, name: str, x: str) -> str:
    """A 3 x 3 convolution of the doubled x, at 4 / 9 of its cost.

    A 3 x 3 window of a doubled grid covers only 2 x 2 different pixels, so each of the
    four output phases is a 2 x 2 convolution of x itself, with sums of the weights.
    """
    weight = g.weight(f"{name}.weight", layer.weight.shape)
    assert layer.bias is not None
    bias = g.weight(f"{name}.bias", layer.bias.shape)
    phases = []
    for row in (0, 1):
        for column in (0, 1):
            rows = g.to_compute(g.constant(PHASES[row]))
            columns = g.to_compute(g.constant(np.transpose(PHASES[column])))
            # Constants, which ONNX Runtime works out when it opens the graph.
            summed = g.node("MatMul", rows, g.node("MatMul", weight, columns))
            pads = [1 - row, 1 - column, row, column]
            phases.append(
                g.node("Conv", x, summed, bias, kernel_shape=[2, 2], pads=pads)
            )
    stacked = g.node("Concat", *phases, axis=1)
    return g.node("DepthToSpace", stacked, blocksize=2, mode="DCR")


def linear(g: GraphBuilder, layer: nn.Linear, name: str, x: str) -> str:
    """Multiply x, (B, C), by the weight as it is stored, (width, C)."""
    weight = g.weight(f"{name}.weight", layer.weight.shape)
    bias = g.weight(f"{name}.bias", layer.bias.shape)
    return g.node("Gemm", x, weight, bias, transB=1)


def silu(g: GraphBuilder, x: str) -> str:
    """X * sigmoid(x), which ONNX Runtime makes one operator of."""
    return g.node("Mul", x, g.node("Sigmoid", x))


def normalize(g: GraphBuilder, layer: nn.GroupNorm, x: str, shape: str) -> str:
    """Group normalisation without its weights, in float32.

    InstanceNormalization over the groups, for which ONNX Runtime has a kernel on the
    CPU; it takes GroupNormalization apart into a dozen passes.

    Args:
        g: The graph.
        layer: The normalisation.
        x: (B, C, ...).
        shape: Name of the tensor with the shape that the result is to have.
    """
    groups = g.node("Reshape", g.to_float(x), g.sizes([0, layer.num_groups, -1]))
    ones = g.constant(np.ones(layer.num_groups))
    zeros = g.constant(np.zeros(layer.num_groups))
    normal = g.node(
        "InstanceNormalization", groups, ones, zeros, epsilon=float(layer.eps)
    )
    return g.node("Reshape", normal, shape)


def affine(g: GraphBuilder, name: str, shape: Sequence[int]) -> tuple[str, str]:
    """Weight and bias of a normalisation, in float32 and in a shape that broadcasts."""
    return (
        g.weight(f"{name}.weight", shape, FLOAT),
        g.weight(f"{name}.bias", shape, FLOAT),
    )
