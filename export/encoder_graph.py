"""The image encoder as ONNX nodes, walked as `model.encoder.Encoder.forward` does.

P photos, C channels, E_H and E_W the encoder's size.
"""

from torch import nn

from colorize_cli.model.encoder import (
    GREY_MEAN,
    GREY_STD,
    Encoder,
    InvertedResidual,
    SameConv,
)
from export.builder import GraphBuilder
from export.layers import conv

__all__ = ["encoder_nodes"]

BACKBONE = "encoder.backbone"


def encoder_nodes(g: GraphBuilder, encoder: Encoder, luminance: str) -> list[str]:
    """Append the encoder; returns its projected features, in float32.

    Args:
        g: The graph.
        encoder: Its parameters are `encoder.*` in the state dict.
        luminance: L in [-1, 1], (P, 1, E_H, E_W), float32.
    """
    # (L + 1) / 2, then as the backbone normalises, once for its three equal channels.
    half = g.constant(0.5 / GREY_STD)
    offset = g.constant((0.5 - GREY_MEAN) / GREY_STD)
    grey = g.to_compute(g.node("Add", g.node("Mul", luminance, half), offset))
    rgb = g.node("Concat", grey, grey, grey, axis=1)
    backbone = encoder.backbone
    h = _relu6(g, _same_conv(g, backbone.stem, f"{BACKBONE}.stem", rgb))
    coarsest = max(int(stride) for stride in encoder.projections)
    deepest = {}
    for index, stride in enumerate(backbone.strides):
        if stride > coarsest:
            break
        block = backbone.blocks[index]
        assert isinstance(block, InvertedResidual)
        h = _inverted_residual(g, block, f"{BACKBONE}.blocks.{index}", h)
        deepest[stride] = h
    return [
        g.to_float(
            conv(g, projection, f"encoder.projections.{stride}", deepest[int(stride)])
        )
        for stride, projection in encoder.projections.items()
        if isinstance(projection, nn.Conv2d)
    ]


def _inverted_residual(
    g: GraphBuilder, block: InvertedResidual, name: str, x: str
) -> str:
    h = x
    if isinstance(block.expand, nn.Sequential):
        expand = block.expand[0]
        assert isinstance(expand, SameConv)
        h = _relu6(g, _same_conv(g, expand, f"{name}.expand.0", h))
    h = _relu6(g, _same_conv(g, block.depthwise, f"{name}.depthwise", h))
    h = _same_conv(g, block.project, f"{name}.project", h)
    return g.node("Add", x, h) if block.is_residual else h


def _same_conv(g: GraphBuilder, layer: SameConv, name: str, x: str) -> str:
    if not layer.after:
        return conv(g, layer, name, x)
    before, after = [layer.before] * 2, [layer.after] * 2
    return conv(g, layer, name, x, pads=before + after)


def _relu6(g: GraphBuilder, x: str) -> str:
    low, high = g.to_compute(g.constant(0)), g.to_compute(g.constant(6))
    return g.node("Clip", x, low, high)
