"""Layers that are computed in another way than PyTorch computes them."""

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from export.builder import GraphBuilder
from export.layers import doubled_conv
from export.weights import EmbeddedWeights
from export.winograd import pays, winograd_conv


def run(write, layer: nn.Conv2d, x: np.ndarray) -> np.ndarray:
    """One layer as a graph of its own, in ONNX Runtime."""
    torch.manual_seed(0)
    state = {f"layer.{name}": tensor for name, tensor in layer.state_dict().items()}
    g = GraphBuilder(EmbeddedWeights(state), fp16=False)
    shape = ("batch", x.shape[1], "height", "width")
    y = write(g, layer, "layer", g.input("x", shape))
    g.output("y", y, ("batch", layer.out_channels, "out_height", "out_width"))
    session = onnxruntime.InferenceSession(
        g.model("layer", 18).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"x": x})[0]


@pytest.mark.parametrize("size", [(4, 6), (5, 7), (1, 2), (1, 1)])
def test_winograd_is_the_same_convolution(size):
    """Even, odd and tiny grids, more than one row, borders included."""
    layer = nn.Conv2d(5, 3, 3, padding=1)
    x = np.random.default_rng(0).standard_normal((2, 5, *size), np.float32)
    with torch.inference_mode():
        wanted = layer(torch.from_numpy(x)).numpy()
    found = run(winograd_conv, layer, x)
    np.testing.assert_allclose(found, wanted, atol=2e-6)


@pytest.mark.parametrize("size", [(4, 6), (1, 3)])
def test_doubled_conv_is_upsampling_and_convolution(size):
    """The four phases make the grid that convolving the doubled one makes."""
    layer = nn.Conv2d(5, 3, 3, padding=1)
    x = np.random.default_rng(0).standard_normal((2, 5, *size), np.float32)
    with torch.inference_mode():
        wanted = layer(F.interpolate(torch.from_numpy(x), scale_factor=2)).numpy()
    found = run(doubled_conv, layer, x)
    np.testing.assert_allclose(found, wanted, atol=2e-6)


@pytest.mark.parametrize(
    ("layer", "wanted"),
    [
        (nn.Conv2d(256, 256, 3, padding=1), True),
        (nn.Conv2d(512, 128, 3, padding=1), False),
        (nn.Conv2d(256, 256, 1), False),
        (nn.Conv2d(256, 256, 3, padding=1, stride=2), False),
    ],
)
def test_winograd_is_for_wide_3x3_convolutions(layer, wanted):
    """Below 256 channels the transforms cost what the products save."""
    assert pays(layer) is wanted
