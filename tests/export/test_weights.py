"""Weights inside the graph, and weights left where they are."""

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, numpy_helper
from safetensors.torch import save_file

from colorize_cli.errors import CheckpointError
from colorize_cli.model.checkpoint import save_network
from export.graph import denoiser_graph
from export.weights import EmbeddedWeights, SharedWeights


@pytest.fixture
def half_path(tmp_path, tiny_network, header_of):
    """`tiny_network` as float16 safetensors."""
    path = tmp_path / "half.safetensors"
    save_network(path, tiny_network, header_of(tiny_network), torch.float16)
    return path


def entries(tensor: TensorProto) -> dict[str, str]:
    """The external data entries of a tensor."""
    return {entry.key: entry.value for entry in tensor.external_data}


@pytest.mark.parametrize(
    ("wanted", "dtype"),
    [(TensorProto.FLOAT, np.float32), (TensorProto.FLOAT16, np.float16)],
)
def test_embedded_weights_have_the_wanted_type_and_shape(tiny_network, wanted, dtype):
    """The numbers are the network's, rounded if float16 is wanted."""
    state = tiny_network.state_dict()
    name = "unet.out.0.weight"
    made = EmbeddedWeights(state).initializer(name, [32, 1, 1], wanted)
    array = numpy_helper.to_array(made)
    assert array.dtype == dtype
    np.testing.assert_array_equal(array.ravel(), state[name].numpy().astype(dtype))
    assert array.shape == (32, 1, 1)


def test_shared_weights_point_at_the_tensor_s_own_bytes(half_path, tiny_network):
    """Name, offset and length lead to the very numbers that were saved."""
    weights = SharedWeights(half_path)
    for name, tensor in tiny_network.state_dict().items():
        made = weights.initializer(name, tensor.shape, TensorProto.FLOAT)
        place = entries(made)
        assert made.data_type == TensorProto.FLOAT16
        assert place["location"] == "half.safetensors"
        start, length = int(place["offset"]), int(place["length"])
        stored = np.frombuffer(half_path.read_bytes()[start : start + length], "<f2")
        np.testing.assert_array_equal(stored, tensor.half().numpy().ravel())


def test_a_graph_with_shared_weights_is_small(half_path, tiny_network):
    """Nothing but structure is left in it: 358 k parameters would be 1.4 MB."""
    model = denoiser_graph(tiny_network, SharedWeights(half_path), opset=18, fp16=False)
    inside = [t for t in model.graph.initializer if not t.external_data]
    assert sum(numpy_helper.to_array(t).nbytes for t in inside) < 2_000
    assert len(model.SerializeToString()) < 100_000
    assert not any(t.name.startswith("unet.") for t in inside)


def test_float16_weights_are_cast_where_float32_is_computed(half_path, tiny_network):
    """One Cast after each shared tensor; none where the types agree."""
    cast_counts = {}
    for fp16 in (False, True):
        weights = SharedWeights(half_path)
        graph = denoiser_graph(tiny_network, weights, opset=18, fp16=fp16).graph
        convolution = "unet.middle_block.0.in_layers.2.weight"
        readers = [n.op_type for n in graph.node if convolution in n.input]
        cast_counts[fp16] = readers
    assert cast_counts == {False: ["Cast"], True: ["Conv"]}


def test_float32_files_can_be_shared(tiny_model_path, tiny_network):
    """No Cast is needed then."""
    weights = SharedWeights(tiny_model_path)
    graph = denoiser_graph(tiny_network, weights, opset=18, fp16=False).graph
    assert "Cast" not in {node.op_type for node in graph.node}


def test_other_formats_are_refused(tmp_path):
    """A graph would read them wrongly."""
    path = tmp_path / "brain.safetensors"
    save_file({"unet.weight": torch.zeros(2, dtype=torch.bfloat16)}, path)
    with pytest.raises(CheckpointError, match=r"brain.*unet\.weight as BF16"):
        SharedWeights(path)


def test_references_survive_the_checker(half_path, tiny_network):
    """onnx.checker follows every reference to a file that is there, and no other."""
    model = denoiser_graph(tiny_network, SharedWeights(half_path), opset=18, fp16=False)
    path = half_path.with_suffix(".onnx")
    path.write_bytes(model.SerializeToString())
    onnx.checker.check_model(path, full_check=True)
    half_path.unlink()
    with pytest.raises(onnx.checker.ValidationError):
        onnx.checker.check_model(path)
