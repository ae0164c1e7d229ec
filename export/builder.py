"""Writing an ONNX graph node by node.

Why graphs are written and not traced: docs/decisions/0008-written-graphs.md.
"""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import ArrayLike
from onnx import TensorProto, helper, numpy_helper

from export.weights import WeightSource

__all__ = ["FLOAT", "GraphBuilder", "Shape"]

# Sizes of a tensor's dimensions; a name stands for a size known when the graph runs.
Shape = Sequence[str | int]

FLOAT = TensorProto.FLOAT


class GraphBuilder:
    """A graph under construction. Its tensors are known by name, as ONNX has it."""

    def __init__(self, weights: WeightSource, *, fp16: bool) -> None:
        """Start an empty graph.

        Args:
            weights: Gives the network's tensors.
            fp16: Whether convolutions, products and attention are in float16.
        """
        self.compute_type: int = TensorProto.FLOAT16 if fp16 else FLOAT
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, TensorProto] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, shape: Shape) -> str:
        """Declare a float32 input."""
        self._inputs.append(helper.make_tensor_value_info(name, FLOAT, shape))
        return name

    def output(self, name: str, tensor: str, shape: Shape) -> None:
        """Declare a float32 output with the value of `tensor`."""
        self._nodes.append(
            helper.make_node("Identity", [tensor], [name], f"out_{name}")
        )
        self._outputs.append(helper.make_tensor_value_info(name, FLOAT, shape))

    def node(self, op: str, *inputs: str, **attributes: object) -> str:
        """Append an operator; returns its output."""
        return self.nodes(op, *inputs, outputs=1, **attributes)[0]

    def nodes(
        self, op: str, *inputs: str, outputs: int, **attributes: object
    ) -> list[str]:
        """Append an operator of several outputs; returns them."""
        name = f"{op}_{len(self._nodes)}"
        made = [f"{name}_{i}" for i in range(outputs)] if outputs > 1 else [name]
        node = helper.make_node(op, inputs, made, name)
        for key, value in attributes.items():
            node.attribute.append(helper.make_attribute(key, value))
        self._nodes.append(node)
        return made

    def constant(self, value: ArrayLike, dtype: type[np.generic] = np.float32) -> str:
        """A constant; equal ones are kept once."""
        array = np.asarray(value, dtype)
        digits = "_".join(str(v) for v in array.ravel()[:4].tolist())
        name = f"const_{array.dtype}_{digits}"
        while name in self._initializers:
            if np.array_equal(numpy_helper.to_array(self._initializers[name]), array):
                return name
            name += "_"
        self._initializers[name] = numpy_helper.from_array(array, name)
        return name

    def sizes(self, values: Sequence[int]) -> str:
        """A constant list of sizes, for Reshape and its like."""
        return self.constant(values, np.int64)

    def weight(self, name: str, shape: Sequence[int], wanted: int | None = None) -> str:
        """A tensor of the network.

        Args:
            name: Its name in the network's state dict.
            shape: Its shape here; the elements and their order are the same.
            wanted: ONNX type; None is the type that is computed in.
        """
        wanted = wanted or self.compute_type
        stored = self._weights.initializer(name, shape, wanted)
        self._initializers[name] = stored
        return self.cast(name, wanted) if stored.data_type != wanted else name

    def cast(self, tensor: str, wanted: int) -> str:
        """The tensor in another type."""
        return self.node("Cast", tensor, to=wanted)

    def to_compute(self, tensor: str) -> str:
        """A float32 tensor in the type that is computed in."""
        if self.compute_type == FLOAT:
            return tensor
        return self.cast(tensor, self.compute_type)

    def to_float(self, tensor: str) -> str:
        """A tensor of the type that is computed in as float32."""
        return tensor if self.compute_type == FLOAT else self.cast(tensor, FLOAT)

    def model(self, name: str, opset: int) -> onnx.ModelProto:
        """The finished graph as a model."""
        graph = helper.make_graph(
            self._nodes,
            name,
            self._inputs,
            self._outputs,
            list(self._initializers.values()),
        )
        opsets = [helper.make_opsetid("", opset)]
        return helper.make_model(
            graph,
            opset_imports=opsets,
            ir_version=helper.find_min_ir_version_for(opsets),
            producer_name="colorize",
        )
