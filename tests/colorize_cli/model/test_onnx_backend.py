"""The ONNX Runtime backend: the same answers as PyTorch, and clear refusals."""

import shutil

import numpy as np
import onnx
import pytest

from colorize_cli.errors import BackendError, CheckpointError
from colorize_cli.model.checkpoint import load_network
from colorize_cli.model.onnx_backend import OnnxBackend
from colorize_cli.model.torch_backend import TorchBackend
from export.bundle import export_model
from export.options import ExportOptions


@pytest.fixture
def graph_path(encoder_model_path):
    """An export of `encoder_model_path` that shares its weights."""
    network, header = load_network(encoder_model_path)
    target = encoder_model_path.with_suffix(".onnx")
    options = ExportOptions(shared_weights=encoder_model_path)
    export_model(network, header, target, options)
    return target


def rewritten(path, change):
    """Load a graph without its weights, change it, and write it back."""
    model = onnx.load(path, load_external_data=False)
    change(model)
    path.write_bytes(model.SerializeToString())
    return path


def test_answers_are_those_of_pytorch(graph_path, encoder_network):
    """Features and predictions, several photos at once, gamma as a plain number."""
    exported, header = OnnxBackend.open(graph_path, "cpu")
    ours = TorchBackend(graph_path, encoder_network, "cpu")
    assert (exported.name, exported.device) == ("onnx", "cpu")
    assert header.config == encoder_network.config
    rng = np.random.default_rng(0)
    luminance = rng.uniform(-1, 1, (3, 1, 64, 96)).astype(np.float32)
    x = rng.standard_normal((3, 3, 32, 48), np.float32)
    features = exported.encode(luminance)
    for found, wanted in zip(features, ours.encode(luminance), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-4)
    found = exported.denoiser_for(features)(x, 0.3)
    assert found.dtype == np.float32
    wanted = ours.denoiser_for(features)(x, 0.3)
    np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_rows_do_not_meet(graph_path):
    """A row's answer does not depend on its neighbours, up to rounding."""
    backend, _ = OnnxBackend.open(graph_path, "cpu")
    rng = np.random.default_rng(0)
    luminance = rng.uniform(-1, 1, (2, 1, 64, 64)).astype(np.float32)
    x = rng.standard_normal((2, 3, 32, 32), np.float32)
    features = backend.encode(luminance)
    together = backend.denoiser_for(features)(x, 0.5)
    for row in (0, 1):
        own = tuple(feature[row : row + 1] for feature in features)
        alone = backend.denoiser_for(own)(x[row : row + 1], 0.5)
        np.testing.assert_allclose(alone[0], together[row], atol=1e-5)


def test_strided_inputs_will_do(graph_path):
    """A view of a larger batch is as good as a copy."""
    backend, _ = OnnxBackend.open(graph_path, "cpu")
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4, 3, 32, 32), np.float32)[::2]
    luminance = rng.standard_normal((4, 1, 64, 64), np.float32)[::2]
    features = tuple(f[:] for f in backend.encode(luminance))
    found = backend.denoiser_for(features)(x, 0.5)
    wanted = backend.denoiser_for(features)(x.copy(), 0.5)
    np.testing.assert_array_equal(found, wanted)


def test_threads_do_not_change_the_answer_much(graph_path):
    """One thread and two split the same sums."""
    answers = []
    for threads in (1, 2):
        backend, _ = OnnxBackend.open(graph_path, "cpu", threads)
        features = backend.encode(np.zeros((1, 1, 64, 64), np.float32))
        x = np.ones((1, 3, 32, 32), np.float32)
        answers.append(backend.denoiser_for(features)(x, 0.5))
    np.testing.assert_allclose(answers[0], answers[1], atol=1e-5)


def test_a_failing_run_is_a_backend_error(graph_path):
    """Here a size that the levels do not divide."""
    backend, _ = OnnxBackend.open(graph_path, "cpu")
    features = backend.encode(np.zeros((1, 1, 64, 64), np.float32))
    x = np.zeros((1, 3, 40, 40), np.float32)
    with pytest.raises(BackendError, match=r"encoder\.onnx: failed on cpu"):
        backend.denoiser_for(features)(x, 0.5)


@pytest.mark.parametrize("content", [b"", b"not a graph\n" * 100, b"\x08\x07"])
def test_other_files_are_refused(tmp_path, content):
    """Empty, text, and protobuf that holds no graph."""
    path = tmp_path / "other.onnx"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"other\.onnx"):
        OnnxBackend.open(path, "cpu")


def test_a_missing_file_is_named(tmp_path):
    """As a checkpoint problem, not as ONNX Runtime's."""
    with pytest.raises(CheckpointError, match=r"none\.onnx: no such file"):
        OnnxBackend.open(tmp_path / "none.onnx", "cpu")


def test_a_truncated_file_is_refused(graph_path):
    """Half a graph is none."""
    content = graph_path.read_bytes()
    graph_path.write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match="is not an ONNX file"):
        OnnxBackend.open(graph_path, "cpu")


def test_a_graph_of_another_tool_is_refused(graph_path):
    """Without our header nobody knows what it computes."""
    rewritten(graph_path, lambda model: model.ClearField("metadata_props"))
    with pytest.raises(CheckpointError, match="has no colorize header"):
        OnnxBackend.open(graph_path, "cpu")


def test_a_graph_with_other_inputs_is_refused(graph_path):
    """The header says which inputs there are."""

    def rename(model):
        model.graph.input[0].name = "image"
        for node in model.graph.node:
            node.input[:] = ["image" if n == "x" else n for n in node.input]

    rewritten(graph_path, rename)
    with pytest.raises(CheckpointError, match=r"takes inputs \['image'"):
        OnnxBackend.open(graph_path, "cpu")


def test_a_wrong_encoder_is_refused(graph_path):
    """The denoiser in the encoder's place, for instance."""
    shutil.copyfile(graph_path, graph_path.with_suffix(".encoder.onnx"))
    with pytest.raises(CheckpointError, match=r"encoder\.encoder\.onnx: takes inputs"):
        OnnxBackend.open(graph_path, "cpu")


def test_a_missing_encoder_is_named(graph_path):
    """With what to do."""
    graph_path.with_suffix(".encoder.onnx").unlink()
    with pytest.raises(CheckpointError, match=r"needs .*encoder\.encoder\.onnx beside"):
        OnnxBackend.open(graph_path, "cpu")


@pytest.mark.parametrize("name", ["../encoder.encoder.onnx", "/etc/passwd", None])
def test_an_encoder_elsewhere_is_refused(graph_path, name):
    """Metadata of a downloaded file does not get to choose paths."""

    def point(model):
        kept = [p for p in model.metadata_props if p.key != "colorize_encoder"]
        del model.metadata_props[:]
        model.metadata_props.extend(kept)
        if name is not None:
            model.metadata_props.add(key="colorize_encoder", value=name)

    rewritten(graph_path, point)
    with pytest.raises(CheckpointError, match="does not name its encoder graph"):
        OnnxBackend.open(graph_path, "cpu")


@pytest.mark.parametrize("which", ["encoder.onnx", "encoder.encoder.onnx"])
def test_weights_outside_the_folder_are_refused(graph_path, which):
    """In either graph, before ONNX Runtime sees it."""

    def escape(model):
        for tensor in model.graph.initializer:
            for entry in tensor.external_data:
                if entry.key == "location":
                    entry.value = "../encoder.safetensors"

    rewritten(graph_path.with_name(which), escape)
    with pytest.raises(CheckpointError, match="outside its folder"):
        OnnxBackend.open(graph_path, "cpu")


def test_missing_weights_are_named(graph_path, encoder_model_path):
    """A graph that was copied without its weights says which file it misses."""
    encoder_model_path.unlink()
    with pytest.raises(CheckpointError, match=r"encoder\.safetensors, which is not"):
        OnnxBackend.open(graph_path, "cpu")


def test_truncated_weights_are_refused(graph_path, encoder_model_path):
    """A download that broke off is no model with zeros in it."""
    content = encoder_model_path.read_bytes()
    encoder_model_path.write_bytes(content[:-1])
    with pytest.raises(CheckpointError, match=r"beyond the end of encoder\.s"):
        OnnxBackend.open(graph_path, "cpu")
