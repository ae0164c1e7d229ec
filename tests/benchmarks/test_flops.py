"""Counting operations: by hand, by PyTorch, and from a profiled graph."""

import numpy as np
import pytest
import torch

from benchmarks.flops import graph_flops, network_flops
from colorize_cli.model.checkpoint import load_network
from export.bundle import export_model
from export.options import ExportOptions

SIZE = 32


def test_a_convolution_is_counted_by_hand():
    """Two operations per output, input channel and kernel element."""
    layer = torch.nn.Conv2d(3, 5, 3, padding=1)
    flops = network_flops(layer, torch.zeros(2, 3, 8, 8))
    assert flops == 2 * (2 * 5 * 8 * 8) * (3 * 3 * 3)


def test_a_graph_does_what_its_network_defines(tmp_path, tiny_model_path):
    """Less what the phases of a doubled grid save; twice that for twice the batch."""
    network, header = load_network(tiny_model_path)
    target = tmp_path / "tiny.onnx"
    export_model(network, header, target, ExportOptions())

    def inputs(batch: int) -> dict[str, np.ndarray]:
        x = np.zeros((batch, 3, SIZE, SIZE), np.float32)
        return {"x": x, "gamma": np.full(batch, 0.5, np.float32)}

    one, two = graph_flops(target, inputs(1)), graph_flops(target, inputs(2))
    arrays = map(torch.from_numpy, inputs(1).values())
    defined = network_flops(network.unet, *arrays)
    # One convolution on the doubled grid, 32 to 32 channels, takes 4/9 of the products.
    saved = 2 * (32 * (SIZE // 2) ** 2) * (32 * 9) * 5 / 9
    assert one == pytest.approx(defined - saved, rel=0.01)
    assert two == 2 * one
