"""A network's three ONNX graphs: denoiser, encoder, and the whole reverse step.

B batch, P photos, C channels, H and W the working size, E_H and E_W the encoder's.
"""

import onnx

from colorize_cli.model.network import Network
from colorize_cli.model.onnx_graphs import (
    CLEAN,
    COEFFICIENTS,
    GAMMA,
    LUMINANCE,
    OTHER,
    PREDICTION,
    Y_NEXT,
    X,
    Y,
)
from export.builder import GraphBuilder, Shape
from export.encoder_graph import encoder_nodes
from export.unet_graph import unet_nodes
from export.weights import WeightSource

__all__ = ["denoiser_graph", "encoder_graph", "step_graph"]


def denoiser_graph(
    network: Network, weights: WeightSource, *, opset: int, fp16: bool
) -> onnx.ModelProto:
    """The UNet: x, gamma and features in, prediction out.

    Args:
        network: Gives the structure.
        weights: Gives the parameters.
        opset: Version of the operator set.
        fp16: Convolutions, products and attention in float16; normalisation, the noise
            level's embedding, inputs and outputs stay float32.
    """
    g = GraphBuilder(weights, fp16=fp16)
    x = g.input(X, ("batch", 3, "height", "width"))
    gamma = g.input(GAMMA, ("batch",))
    features = _feature_inputs(g, network)
    prediction = unet_nodes(g, network.unet, x, gamma, features)
    g.output(PREDICTION, prediction, ("batch", 2, "height", "width"))
    return g.model("denoiser", opset)


def encoder_graph(
    network: Network, weights: WeightSource, *, opset: int, fp16: bool
) -> onnx.ModelProto:
    """The encoder: luminance in, features out; arguments as above."""
    assert network.encoder is not None
    g = GraphBuilder(weights, fp16=fp16)
    luminance = g.input(LUMINANCE, ("photos", 1, "encoder_height", "encoder_width"))
    features = encoder_nodes(g, network.encoder, luminance)
    shapes = _feature_shapes(network, "photos")
    for feature, (name, shape) in zip(features, shapes.items(), strict=True):
        g.output(name, feature, shape)
    return g.model("encoder", opset)


def step_graph(
    network: Network, weights: WeightSource, *, opset: int, fp16: bool
) -> onnx.ModelProto:
    """One whole reverse step: y in, less noisy y out; arguments as above.

    The coefficients are those of `diffusion.coefficients.step_coefficients`, so that
    one graph serves every schedule and every sampler.
    """
    g = GraphBuilder(weights, fp16=fp16)
    plane = ("batch", 2, "height", "width")
    y = g.input(Y, plane)
    luminance = g.input(LUMINANCE, ("batch", 1, "height", "width"))
    gamma = g.input(GAMMA, ("batch",))
    coefficients = g.input(COEFFICIENTS, (5,))
    other = g.input(OTHER, plane)
    features = _feature_inputs(g, network)
    x = g.node("Concat", luminance, y, axis=1)
    predicted = unet_nodes(g, network.unet, x, gamma, features)
    from_y, from_prediction, clean, noisy, extra = g.nodes(
        "Split", coefficients, g.sizes([1] * 5), outputs=5, axis=0
    )

    def weighted(*terms: tuple[str, str]) -> str:
        first, *others = [g.node("Mul", weight, tensor) for weight, tensor in terms]
        for term in others:
            first = g.node("Add", first, term)
        return first

    y0 = weighted((from_y, y), (from_prediction, predicted))
    clip = network.config.clip
    y0 = g.node("Clip", y0, g.constant(-clip), g.constant(clip))
    g.output(Y_NEXT, weighted((clean, y0), (noisy, y), (extra, other)), plane)
    g.output(CLEAN, y0, plane)
    return g.model("step", opset)


def _feature_inputs(g: GraphBuilder, network: Network) -> list[str]:
    shapes = _feature_shapes(network, "batch")
    return [g.input(name, shape) for name, shape in shapes.items()]


def _feature_shapes(network: Network, rows: str) -> dict[str, Shape]:
    if network.encoder is None:
        return {}
    weights = network.encoder.state_dict()
    shapes: dict[str, Shape] = {}
    for stride in network.encoder.projections:
        name, width = f"feature_{stride}", len(weights[f"projections.{stride}.bias"])
        shapes[name] = (rows, width, f"{name}_height", f"{name}_width")
    return shapes
