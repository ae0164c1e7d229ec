"""What this machine can do at most: products through the libraries that we use.

A large matrix product, and a 3 x 3 convolution of sizes as networks have them, in
ONNX Runtime and in PyTorch with the threads that our backends use.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper

from colorize_cli.model.onnx_session import thread_count

__all__ = ["Ceiling", "ceilings"]

# Side of the matrices; batch, channels and side of the convolution's input and output.
SIDE = 1024
BATCH, CHANNELS, GRID = 4, 256, 32
OPSET = 18

# A call to time, and its floating-point operations.
Ceiling = tuple[Callable[[], object], int]


def ceilings() -> dict[str, Ceiling]:
    """The calls by name; float32."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, SIDE, SIDE), np.float32)
    x = rng.standard_normal((BATCH, CHANNELS, GRID, GRID), np.float32)
    kernel = rng.standard_normal((CHANNELS, CHANNELS, 3, 3), np.float32)
    product, convolution = 2 * SIDE**3, 2 * x.size * CHANNELS * 9
    matmul = session("MatMul", a.shape, b)
    conv = session("Conv", x.shape, kernel, pads=[1, 1, 1, 1])
    ta, tb, tx, tk = (torch.from_numpy(each) for each in (a, b, x, kernel))
    tx, tk = (each.contiguous(memory_format=torch.channels_last) for each in (tx, tk))
    return {
        "matrix product, onnx": (partial(matmul.run, None, {"x": a}), product),
        "convolution, onnx": (partial(conv.run, None, {"x": x}), convolution),
        "matrix product, torch": (partial(inferred, torch.mm, ta, tb), product),
        "convolution, torch": (
            partial(inferred, partial(torch.conv2d, padding=1), tx, tk),
            convolution,
        ),
    }


def inferred(operation: Callable[..., object], *tensors: torch.Tensor) -> object:
    """Without a trace for gradients."""
    with torch.inference_mode():
        return operation(*tensors)


def session(
    op: str,
    shape: tuple[int, ...],
    factor: NDArray[np.float32],
    pads: Sequence[int] | None = None,
) -> onnxruntime.InferenceSession:
    """A graph of one operator whose second input is constant, as weights are."""
    graph = helper.make_graph(
        [helper.make_node(op, ["x", "factor"], ["y"], pads=pads)],
        "ceiling",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(factor, "factor")],
    )
    opsets = [helper.make_opsetid("", OPSET)]
    version = helper.find_min_ir_version_for(opsets)
    model = helper.make_model(graph, opset_imports=opsets, ir_version=version)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = thread_count()
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
