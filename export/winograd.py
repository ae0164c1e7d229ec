"""3 x 3 convolutions of many channels by Winograd's minimal filtering, as ONNX nodes.

F(2 x 2, 3 x 3) of Lavin and Gray 2016: each 2 x 2 tile of the output takes 16 products
instead of 36, after a transform of the 4 x 4 tile of input that it depends on. The
products become 16 matrix products over the channels, so it pays where there are many;
on a CPU 1.3 to 1.6 times from 256 channels on, nothing at 128. GPU libraries choose
such algorithms themselves.

B batch, C and O channels in and out, T tiles, h = H / 2 and w = W / 2 rounded up.
"""

import numpy as np
from torch import nn

from export.builder import GraphBuilder

__all__ = ["pays", "winograd_conv"]

FEWEST_CHANNELS = 256

# Transforms of the paper, eq. 7: along one axis, of a tile, a kernel and the products.
TILE = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]])
KERNEL = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
OUTPUT = np.array([[1, 1, 1, 0], [0, 1, -1, -1]])
LAST = np.iinfo(np.int64).max


def pays(layer: nn.Conv2d) -> bool:
    """Whether the layer is a 3 x 3 convolution with channels enough."""
    return (
        layer.kernel_size == (3, 3)
        and layer.stride == layer.padding == (1, 1)
        and layer.groups == 1
        and min(layer.in_channels, layer.out_channels) >= FEWEST_CHANNELS
    )


def winograd_conv(g: GraphBuilder, layer: nn.Conv2d, name: str, x: str) -> str:
    """Convolve x, (B, C, H, W), to (B, O, H, W)."""
    outputs = layer.out_channels
    size = g.node("Shape", x, start=2)
    tiles = g.node("Reshape", _tiles(g, x, size), g.sizes([0, 16, -1]))
    tiles = g.node("MatMul", g.constant(_by_cell(np.kron(TILE, TILE))), tiles)
    tiles = g.node("Reshape", tiles, g.sizes([0, 16, layer.in_channels, -1]))
    products = g.node("MatMul", _kernels(g, layer, name), tiles)  # (B, 16, O, T)
    products = g.node("Reshape", products, g.sizes([0, 16, -1]))
    pixels = g.node("MatMul", g.constant(np.kron(OUTPUT, OUTPUT)), products)
    half = g.node("Div", g.node("Add", size, g.sizes([1, 1])), g.sizes([2, 2]))
    grid = g.node("Concat", g.sizes([0, 4 * outputs]), half, axis=0)
    pixels = g.node("Reshape", pixels, grid)  # (B, 4 O, h, w)
    y = g.node("DepthToSpace", pixels, blocksize=2, mode="DCR")
    y = g.node("Slice", y, g.sizes([0, 0]), size, g.sizes([2, 3]))
    return g.node("Add", y, g.weight(f"{name}.bias", [outputs, 1, 1]))


def _tiles(g: GraphBuilder, x: str, size: str) -> str:
    """The 4 x 4 tiles at every second pixel, (B, 16 C, h, w), cell by cell.

    A cell is 2 x 2 pixels, a tile 2 x 2 cells; the channels of the result run over
    cells of the tile, pixels of the cell, and C.
    """
    # One pixel around, and one more below or right of an odd size.
    odd = g.node("Mod", size, g.sizes([2, 2]))
    after = g.node("Add", odd, g.sizes([1, 1]))
    pads = g.node("Concat", g.sizes([0, 0, 1, 1, 0, 0]), after, axis=0)
    cells = g.node("SpaceToDepth", g.node("Pad", x, pads), blocksize=2)
    axes, end = g.sizes([2, 3]), (-1, LAST)
    neighbours = [
        g.node("Slice", cells, g.sizes([a, b]), g.sizes([end[a], end[b]]), axes)
        for a in (0, 1)
        for b in (0, 1)
    ]
    return g.node("Concat", *neighbours, axis=1)


def _by_cell(transform: np.ndarray) -> np.ndarray:
    """The transform of a tile for tiles stored cell by cell instead of row by row."""
    cells = transform.reshape(
        16, 2, 2, 2, 2
    )  # (16, cell row, row, cell column, column)
    return cells.transpose(0, 1, 3, 2, 4).reshape(16, 16)


def _kernels(g: GraphBuilder, layer: nn.Conv2d, name: str) -> str:
    """The transformed kernels, (16, O, C); worked out when the graph is opened."""
    weight = g.weight(f"{name}.weight", layer.weight.shape)
    wide = g.node("MatMul", weight, g.constant(KERNEL.T))
    kernels = g.node("MatMul", g.constant(KERNEL), wide)  # (O, C, 4, 4)
    flat = [layer.out_channels, layer.in_channels, 16]
    kernels = g.node("Reshape", kernels, g.sizes(flat))
    return g.node("Transpose", kernels, perm=[2, 0, 1])
