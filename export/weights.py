"""Where an exported graph's weights are kept: inside it, or in a safetensors file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import torch
from onnx import TensorProto, numpy_helper
from torch import Tensor

from colorize_cli.errors import CheckpointError
from colorize_cli.model.safetensors_file import read_index

__all__ = ["EmbeddedWeights", "SharedWeights", "WeightSource"]

# Formats of a safetensors file that a graph can refer to.
ONNX_TYPES = {"F16": TensorProto.FLOAT16, "F32": TensorProto.FLOAT}


class WeightSource(Protocol):
    """Makes initializers of the network's tensors."""

    def initializer(self, name: str, shape: Sequence[int], wanted: int) -> TensorProto:
        """The tensor of that name in the network's state dict.

        Args:
            name: Its name there, and in the graph.
            shape: Its shape in the graph; the elements and their order are the same.
            wanted: ONNX type that the graph computes in. The answer may be of another
                and has then to be cast.
        """


class EmbeddedWeights:
    """The weights become part of the ONNX file, in the type that is computed in."""

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        """Take a network's state dict."""
        self._state = state

    def initializer(self, name: str, shape: Sequence[int], wanted: int) -> TensorProto:
        """The tensor itself."""
        dtype = torch.float16 if wanted == TensorProto.FLOAT16 else torch.float32
        array = self._state[name].detach().to("cpu", dtype).reshape(*shape).numpy()
        return numpy_helper.from_array(array, name)


class SharedWeights:
    """The weights stay in a safetensors file, to which the ONNX file refers.

    ONNX external data is a file name, an offset and a length, and safetensors stores
    raw little-endian tensors, so the one can point into the other.
    """

    def __init__(self, path: Path) -> None:
        """Take the weights file, which must lie beside the graph when it is used.

        Raises:
            CheckpointError: If the file is not safetensors, or holds its weights in
                a format other than float16 or float32.
        """
        self._index = read_index(path)
        for name, stored in self._index.tensors.items():
            if stored.dtype not in ONNX_TYPES:
                raise CheckpointError(
                    path, f"stores {name} as {stored.dtype}, a graph needs F16 or F32"
                )

    def initializer(self, name: str, shape: Sequence[int], wanted: int) -> TensorProto:
        """A reference to the tensor, of whatever type the file stores."""
        stored = self._index.tensors[name]
        tensor = TensorProto(
            name=name,
            dims=shape,
            data_type=ONNX_TYPES[stored.dtype],
            data_location=TensorProto.EXTERNAL,
        )
        place = {
            "location": self._index.path.name,
            "offset": stored.offset_bytes,
            "length": stored.length_bytes,
        }
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor
