"""The graphs answer as the modules that they were written from."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto

from colorize_cli.model.network import Network
from colorize_cli.model.onnx_graphs import feature_names
from export.builder import GraphBuilder
from export.bundle import export_model
from export.graph import denoiser_graph, encoder_graph
from export.layers import arccos
from export.options import HIGHEST_OPSET, LOWEST_OPSET, ExportOptions
from export.weights import EmbeddedWeights
from tests.random_weights import randomized

# Relative. The embedding's phases reach 1000 radians, which float32 knows to 6e-5; the
# two runtimes' arccos may fall on either side.
CLOSE = 5e-5
# Those of ONNX Runtime's CUDA provider that the graphs use, by its OperatorKernels.md;
# Shape and what is made of it lies on the CPU by design, and costs no copy.
ON_CUDA = {
    *("Add", "AveragePool", "Cast", "Clip", "Concat", "Conv", "Cos", "DepthToSpace"),
    *("Div", "Gemm", "Identity", "InstanceNormalization", "MatMul", "Mod", "Mul"),
    *("Pad", "Reshape", "Resize", "Shape", "Sigmoid", "Sin", "Slice", "Softmax"),
    *("SpaceToDepth", "Split", "Sqrt", "Sub", "Transpose"),
}


def session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """The graph in ONNX Runtime, on the CPU."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def denoiser(network, *, opset=18, fp16=False) -> onnx.ModelProto:
    """The denoiser of a network with its weights inside."""
    weights = EmbeddedWeights(network.state_dict())
    return denoiser_graph(network, weights, opset=opset, fp16=fp16)


def inputs_for(network, batch: int, height: int, width: int) -> dict[str, np.ndarray]:
    """Random inputs of the denoiser; every row has a noise level of its own."""
    rng = np.random.default_rng(batch * height + width)
    config = network.config
    inputs = {
        "x": rng.standard_normal((batch, 3, height, width), np.float32),
        "gamma": np.linspace(0.05, 0.95, batch, dtype=np.float32),
    }
    if network.encoder is not None:
        scale = config.encoder.scale
        luminance = torch.zeros(batch, 1, scale * height, scale * width)
        with torch.inference_mode():
            shapes = [feature.shape for feature in network.encode(luminance)]
        for name, shape in zip(feature_names(config), shapes, strict=True):
            inputs[name] = rng.standard_normal(shape, np.float32)
    return inputs


def in_torch(network, inputs) -> np.ndarray:
    """What the UNet itself answers."""
    with torch.inference_mode():
        return network.unet(*map(torch.from_numpy, inputs.values())).numpy()


def relative(found: np.ndarray, wanted: np.ndarray) -> float:
    """Largest difference over the largest wanted value."""
    return float(np.abs(found - wanted).max() / np.abs(wanted).max())


def test_arccos_is_as_good_as_float32():
    """Over the whole range of gamma's root, both ends included."""
    g = GraphBuilder(EmbeddedWeights({}), fp16=False)
    g.output("angle", arccos(g, g.input("x", ("batch",))), ("batch",))
    x = np.linspace(0, 1, 10001, dtype=np.float32)
    (found,) = session(g.model("angles", 18)).run(None, {"x": x})
    np.testing.assert_allclose(found, np.arccos(x.astype(float)), atol=3e-7, rtol=0)


def test_graphs_have_only_what_a_gpu_has(network, tmp_path, header_of):
    """One operator on the CPU is a round trip in every step, and no CUDA graph."""
    target = tmp_path / "model.onnx"
    export_model(network, header_of(network), target, ExportOptions(with_step=True))
    for path in tmp_path.glob("*.onnx"):
        graph = onnx.load(path, load_external_data=False).graph
        assert {node.op_type for node in graph.node} <= ON_CUDA


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("cells", [(2, 2), (3, 5), (6, 3)])
def test_denoiser_agrees_for_any_batch_and_size(network, batch, cells):
    """One graph serves every batch and every size that the levels divide."""
    height, width = (count * network.config.size_multiple_px for count in cells)
    inputs = inputs_for(network, batch, height, width)
    (found,) = session(denoiser(network)).run(None, inputs)
    assert found.shape == (batch, 2, height, width)
    assert relative(found, in_torch(network, inputs)) < CLOSE


@pytest.mark.parametrize("opset", [LOWEST_OPSET, 20, HIGHEST_OPSET])
def test_every_opset_gives_a_valid_graph_of_that_version(encoder_network, opset):
    """The version that is asked for is what the file declares and follows."""
    model = denoiser(encoder_network, opset=opset)
    onnx.checker.check_model(model, full_check=True)
    assert [entry.version for entry in model.opset_import] == [opset]
    inputs = inputs_for(encoder_network, 1, 16, 16)
    (found,) = session(model).run(None, inputs)
    assert relative(found, in_torch(encoder_network, inputs)) < CLOSE


@pytest.mark.parametrize("size", [(64, 64), (96, 160)])
def test_encoder_agrees(encoder_network, size):
    """All features, for square and for landscape photos."""
    weights = EmbeddedWeights(encoder_network.state_dict())
    model = encoder_graph(encoder_network, weights, opset=18, fp16=False)
    onnx.checker.check_model(model, full_check=True)
    rng = np.random.default_rng(0)
    luminance = rng.uniform(-1, 1, (2, 1, *size)).astype(np.float32)
    with torch.inference_mode():
        wanted = encoder_network.encode(torch.from_numpy(luminance))
    found = session(model).run(None, {"luminance": luminance})
    for ours, theirs in zip(found, wanted, strict=True):
        assert relative(ours, theirs.numpy()) < CLOSE


def test_half_precision_keeps_float32_ends(encoder_network):
    """Convolution weights are float16, inputs, outputs and normalisation float32."""
    model = denoiser(encoder_network, fp16=True)
    types = {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    assert types["unet.middle_block.0.in_layers.2.weight"] == TensorProto.FLOAT16
    assert types["unet.cond_embed.0.weight"] == TensorProto.FLOAT16
    assert types["unet.middle_block.0.in_layers.0.weight"] == TensorProto.FLOAT
    ends = [*model.graph.input, *model.graph.output]
    assert {end.type.tensor_type.elem_type for end in ends} == {TensorProto.FLOAT}


def test_half_precision_is_near(encoder_network):
    """float16 costs a few parts in a thousand."""
    inputs = inputs_for(encoder_network, 2, 16, 32)
    (found,) = session(denoiser(encoder_network, fp16=True)).run(None, inputs)
    assert 0 < relative(found, in_torch(encoder_network, inputs)) < 1e-2


def test_dimensions_have_names(encoder_network):
    """A reader of the file sees what may vary."""
    graph = denoiser(encoder_network).graph
    shapes = {
        end.name: [d.dim_param or d.dim_value for d in end.type.tensor_type.shape.dim]
        for end in (*graph.input, *graph.output)
    }
    assert shapes == {
        "x": ["batch", 3, "height", "width"],
        "gamma": ["batch"],
        "feature_8": ["batch", 32, "feature_8_height", "feature_8_width"],
        "prediction": ["batch", 2, "height", "width"],
    }


def test_every_weight_is_in_one_of_the_graphs(encoder_network):
    """No parameter that counts is left out.

    The encoder's blocks beyond the last stride that is used do not count.
    """
    weights = EmbeddedWeights(encoder_network.state_dict())
    graphs = [
        make(encoder_network, weights, opset=18, fp16=False).graph
        for make in (denoiser_graph, encoder_graph)
    ]
    found = {tensor.name for graph in graphs for tensor in graph.initializer}
    backbone = encoder_network.encoder.backbone
    unused = {
        f"encoder.backbone.blocks.{index}."
        for index, stride in enumerate(backbone.strides)
        if stride > 8
    }
    wanted = {
        name
        for name in encoder_network.state_dict()
        if not any(name.startswith(prefix) for prefix in unused)
    }
    assert wanted <= found


def test_a_layer_without_a_form_is_refused(tiny_config):
    """A network that has grown a new kind of layer is not exported wrongly."""
    network = randomized(Network(tiny_config))
    network.unet.middle_block.append(torch.nn.Dropout2d())
    with pytest.raises(TypeError, match="no ONNX form for Dropout2d"):
        denoiser(network)
