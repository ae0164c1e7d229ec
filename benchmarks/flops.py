"""How many floating-point operations a network takes, counted and not estimated.

A multiplication and an addition are two. Only products count (convolutions and matrix
products): they are what multipliers are kept busy with, everything else waits for
memory.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import onnxruntime
from numpy.typing import NDArray
from torch import Tensor, inference_mode, nn
from torch.utils.flop_counter import FlopCounterMode

__all__ = ["graph_flops", "network_flops"]

PRODUCTS = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul", "FusedMatMul"})


def network_flops(network: nn.Module, *inputs: Tensor) -> int:
    """Operations of one pass as the layers are defined: direct convolutions."""
    with FlopCounterMode(display=False) as counter, inference_mode():
        network(*inputs)
    return counter.get_total_flops()


def graph_flops(path: Path, inputs: Mapping[str, NDArray[Any]]) -> int:
    """Operations that an ONNX graph does for these inputs, with its short cuts.

    The graph is run once and tells the shapes. Constants are folded as always; layouts
    are left alone, which would hide shapes.
    """
    with TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder) / "profile")
        options.graph_optimization_level = (
            onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        )
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        session.run(None, dict(inputs))
        events = json.loads(Path(session.end_profiling()).read_text())
    ran = [e["args"] for e in events if e["name"].endswith("_kernel_time")]
    return sum(node_flops(node) for node in ran if node["op_name"] in PRODUCTS)


def node_flops(node: Mapping[str, Any]) -> int:
    """Operations of one node, from the shapes that the profile has for it."""
    # Of matrix products with a constant, only the first factor is told.
    first, *others = (shape_of(entry) for entry in node["input_type_shape"])
    output = shape_of(node["output_type_shape"][0])
    if node["op_name"] == "Conv":
        return 2 * math.prod(output) * math.prod(others[0][1:])
    if node["op_name"] == "ConvTranspose":
        return 2 * math.prod(first) * math.prod(others[0][1:])
    return 2 * math.prod(output) * first[-1]


def shape_of(entry: Mapping[str, list[int]]) -> list[int]:
    """The shape in an entry such as {"float": [1, 3, 64, 64]}."""
    return next(iter(entry.values()))
