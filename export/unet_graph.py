"""The UNet as ONNX nodes, walked as `model.unet.UNet.forward` walks it.

B batch, C channels, H and W the working size, T positions, N attention heads.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import nn

from colorize_cli.model.blocks import AttentionBlock, ResBlock
from colorize_cli.model.unet import UNet
from export.builder import FLOAT, GraphBuilder
from export.layers import (
    affine,
    arccos,
    conv,
    doubled,
    doubled_conv,
    linear,
    normalize,
    silu,
)
from export.winograd import pays, winograd_conv

__all__ = ["unet_nodes"]


def unet_nodes(
    g: GraphBuilder, unet: UNet, x: str, gamma: str, features: Sequence[str]
) -> str:
    """Append the whole network; returns the prediction, in float32.

    Args:
        g: The graph.
        unet: The network, whose parameters are `unet.*` in the state dict.
        x: (B, 3, H, W), float32.
        gamma: (B,), float32.
        features: One per level that the encoder is added to, float32.
    """
    return _UNetWriter(g, unet, gamma).write(x, features)


class _UNetWriter:
    """Carries what every block needs: the graph, the embedding, the current level."""

    def __init__(self, g: GraphBuilder, unet: UNet, gamma: str) -> None:
        self.g = g
        self.unet = unet
        self.emb = silu(g, self._embedding(gamma))
        self.level = 0
        # Number of rows of each level's grid, known when the graph runs.
        self.rows: list[str] = []
        self.shapes: dict[tuple[int, int], str] = {}

    def write(self, x: str, features: Sequence[str]) -> str:
        g, unet, config = self.g, self.unet, self.unet.config
        h = g.to_compute(self._fold(x))
        levels = zip(config.encoder_levels(), features, strict=True)
        entry = {level * (config.res_blocks + 1): added for level, added in levels}
        skips = []
        for index, block in enumerate(unet.input_blocks):
            h = self._sequence(block, f"unet.input_blocks.{index}", h)
            if index in entry:
                h = g.node("Add", h, g.to_compute(entry[index]))
            skips.append(h)
        h = self._sequence(unet.middle_block, "unet.middle_block", h)
        for index, block in enumerate(unet.output_blocks):
            h = g.node("Concat", h, skips.pop(), axis=1)
            h = self._sequence(block, f"unet.output_blocks.{index}", h)
        norm, _, last = _layers(unet.out)
        h = silu(g, self._group_norm(norm, "unet.out.0", h))
        h = g.to_float(conv(g, last, "unet.out.2", h))
        if config.patch == 1:
            return h
        return g.node("DepthToSpace", h, blocksize=config.patch, mode="CRD")

    def _embedding(self, gamma: str) -> str:
        """The noise level as sinusoids, then its two layers."""
        g, config = self.g, self.unet.config
        level = gamma
        if config.embedding == "angle":
            level = arccos(g, g.node("Sqrt", gamma))
            level = g.node("Mul", level, g.constant(2000 / math.pi))
        half = config.inner_channel // 2
        frequencies = np.exp(
            np.arange(half, dtype=np.float32) * np.float32(-math.log(10000) / half)
        )
        column = g.node("Reshape", level, g.sizes([-1, 1]))
        phases = g.node("Mul", column, g.constant(frequencies[None]))
        waves = g.node("Concat", g.node("Cos", phases), g.node("Sin", phases), axis=1)
        first, _, second = _layers(self.unet.cond_embed)
        emb = linear(g, first, "unet.cond_embed.0", g.to_compute(waves))
        return linear(g, second, "unet.cond_embed.2", silu(g, emb))

    def _fold(self, x: str) -> str:
        """Pixel-unshuffle, and the first level's number of rows.

        SpaceToDepth orders channels as PixelUnshuffle does where there is one channel,
        so the channels become rows of the batch for its sake.
        """
        g, config = self.g, self.unet.config
        height = g.node("Shape", x, start=2, end=3)
        self.rows.append(g.node("Div", height, g.sizes([config.patch])))
        if config.patch == 1:
            return x
        plane = g.node("Concat", g.sizes([-1, 1]), g.node("Shape", x, start=2), axis=0)
        planes = g.node("Reshape", x, plane)
        folded = g.node("SpaceToDepth", planes, blocksize=config.patch)
        batch = g.node("Shape", x, start=0, end=1)
        channels = g.sizes([config.in_channel * config.patch**2])
        grid = g.node("Concat", batch, channels, self.rows[0], g.sizes([-1]), axis=0)
        return g.node("Reshape", folded, grid)

    def _shape(self, channels: int) -> str:
        """The shape (B, channels, ...) of the current level's grid."""
        key = (self.level, channels)
        if key not in self.shapes:
            while len(self.rows) <= self.level:
                halved = self.g.node("Div", self.rows[-1], self.g.sizes([2]))
                self.rows.append(halved)
            # In a Reshape 0 keeps the input's size, and -1 is what is left.
            parts = (
                self.g.sizes([0, channels]),
                self.rows[self.level],
                self.g.sizes([-1]),
            )
            self.shapes[key] = self.g.node("Concat", *parts, axis=0)
        return self.shapes[key]

    def _sequence(self, sequence: nn.Module, name: str, h: str) -> str:
        for index, layer in enumerate(_layers(sequence)):
            own = f"{name}.{index}"
            if isinstance(layer, ResBlock):
                h = self._res_block(layer, own, h)
            elif isinstance(layer, AttentionBlock):
                h = self._attention(layer, own, h)
            elif isinstance(layer, nn.Conv2d):
                h = conv(self.g, layer, own, h)
            else:
                raise TypeError(f"no ONNX form for {type(layer).__name__}")
        return h

    def _res_block(self, block: ResBlock, name: str, x: str) -> str:
        g = self.g
        norm, _, first = _layers(block.in_layers)
        h = silu(g, self._group_norm(norm, f"{name}.in_layers.0", x))
        own = f"{name}.in_layers.2"
        if isinstance(block.resample, nn.AvgPool2d):
            self.level += 1
            h, x = self._halved(h), self._halved(x)
        if isinstance(block.resample, nn.Upsample):
            self.level -= 1
            h, x = doubled_conv(g, first, own, h), doubled(g, x)
        else:
            h = self._conv(first, own, h)
        second = _layers(block.out_layers)[-1]
        h = silu(g, self._film(block, name, h))
        h = self._conv(second, f"{name}.out_layers.3", h)
        if isinstance(block.skip_connection, nn.Conv2d):
            x = conv(g, block.skip_connection, f"{name}.skip_connection", x)
        return g.node("Add", x, h)

    def _group_norm(self, norm: nn.GroupNorm, name: str, x: str) -> str:
        g, channels = self.g, norm.num_channels
        normal = normalize(g, norm, x, self._shape(channels))
        weight, bias = affine(g, name, [channels, 1, 1])
        return g.to_compute(g.node("Add", g.node("Mul", normal, weight), bias))

    def _film(self, block: ResBlock, name: str, h: str) -> str:
        """Normalisation, its weights, and the embedding's scale and shift.

        (n w + b) (1 + scale) + shift is written as n (w (1 + scale)) + (...), which
        leaves two passes over the grid.
        """
        g = self.g
        norm, emb_layer = _layers(block.out_layers)[0], _layers(block.emb_layers)[1]
        channels = norm.num_channels
        dense = linear(g, emb_layer, f"{name}.emb_layers.1", self.emb)
        dense = g.node("Reshape", g.to_float(dense), g.sizes([0, -1, 1, 1]))
        halves = g.sizes([channels, channels])
        scale, shift = g.nodes("Split", dense, halves, outputs=2, axis=1)
        scale = g.node("Add", scale, g.constant(1))
        weight, bias = affine(g, f"{name}.out_layers.0", [channels, 1, 1])
        shift = g.node("Add", g.node("Mul", bias, scale), shift)
        scale = g.node("Mul", weight, scale)
        normal = normalize(g, norm, h, self._shape(channels))
        return g.to_compute(g.node("Add", g.node("Mul", normal, scale), shift))

    def _conv(self, layer: nn.Conv2d, name: str, x: str) -> str:
        # float16 is for GPUs, whose libraries have algorithms of their own.
        if self.g.compute_type == FLOAT and pays(layer):
            return winograd_conv(self.g, layer, name, x)
        return conv(self.g, layer, name, x)

    def _halved(self, x: str) -> str:
        two = [2, 2]
        return self.g.node("AveragePool", x, kernel_shape=two, strides=two)

    def _attention(self, block: AttentionBlock, name: str, x: str) -> str:
        g, heads = self.g, block.head_count
        channels = block.norm.num_channels
        flat = g.sizes([0, channels, -1])
        normal = normalize(g, block.norm, x, flat)
        weight, bias = affine(g, f"{name}.norm", [channels, 1])
        h = g.to_compute(g.node("Add", g.node("Mul", normal, weight), bias))
        qkv = conv(g, block.qkv, f"{name}.qkv", h)
        width = channels // heads
        by_head = g.node("Reshape", qkv, g.sizes([0, heads, 3 * width, -1]))
        thirds = g.sizes([width] * 3)
        q, k, v = g.nodes("Split", by_head, thirds, outputs=3, axis=2)  # (B, N, c, T)
        q = g.node("Mul", q, g.to_compute(g.constant(width**-0.5)))
        turn = [0, 1, 3, 2]
        scores = g.node("MatMul", g.node("Transpose", q, perm=turn), k)
        attention = g.node("Softmax", scores, axis=-1)
        h = g.node("MatMul", v, g.node("Transpose", attention, perm=turn))
        h = conv(g, block.proj_out, f"{name}.proj_out", g.node("Reshape", h, flat))
        h = g.node("Reshape", h, self._shape(channels))
        return g.node("Add", x, h)


def _layers(sequence: nn.Module) -> list[Any]:
    """The layers of a sequence; of which types is fixed by the network's own code."""
    return list(sequence.children())
