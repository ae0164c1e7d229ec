"""`load_model`: which file is run by which backend."""

import builtins
import re
import sys
from dataclasses import replace

import pytest
import torch

from colorize_cli import model as models
from colorize_cli.errors import BackendError, CheckpointError
from colorize_cli.extras import cure
from colorize_cli.model import load_model, read_network
from colorize_cli.model.checkpoint import load_network, save_network
from colorize_cli.model.config import ModelConfig
from colorize_cli.model.unet import UNet
from export.bundle import export_model
from export.options import ExportOptions
from tests.random_weights import randomized


@pytest.fixture
def exported(tiny_model_path):
    """`tiny_model_path` with its export beside it; the export's path."""
    network, header = load_network(tiny_model_path)
    target = tiny_model_path.with_suffix(".onnx")
    export_model(network, header, target, ExportOptions())
    return target


@pytest.fixture
def without(monkeypatch):
    """Pretend that a package is not installed."""

    def pretend(package: str) -> None:
        real = builtins.__import__

        def fail(name, *args, **kwargs):
            if name.partition(".")[0] == package:
                raise ModuleNotFoundError(f"No module named {package!r}", name=package)
            return real(name, *args, **kwargs)

        for name in list(sys.modules):
            ours = name.startswith("colorize_cli.model.") and package in vars(
                sys.modules[name]
            )
            if ours or name.endswith((".reference", ".checkpoint", "_backend")):
                monkeypatch.delitem(sys.modules, name)
        monkeypatch.setattr(builtins, "__import__", fail)
        find_spec = models.find_spec
        monkeypatch.setattr(
            models, "find_spec", lambda n: None if n == package else find_spec(n)
        )

    return pretend


@pytest.fixture
def tutorial_path(tmp_path):
    """A checkpoint of the tutorial's UNet."""
    path = tmp_path / "best_model.pth"
    config = ModelConfig(inner_channel=32, channel_mults=(1, 1), attn_res=())
    torch.save(randomized(UNet(config)).state_dict(), path)
    return path


def test_safetensors_run_on_pytorch(tiny_model_path):
    """Where nothing has been exported."""
    model = load_model(tiny_model_path, device="cpu")
    assert (model.path, model.backend.name) == (tiny_model_path, "torch")


def test_an_export_beside_the_weights_is_preferred(tiny_model_path, exported):
    """It needs no torch; `--backend torch` still has its way."""
    assert exported.is_file()
    assert load_model(tiny_model_path, device="cpu").backend.name == "onnx"
    assert load_model(tiny_model_path, "torch", "cpu").backend.name == "torch"


def test_an_export_of_other_weights_is_not_run(tiny_model_path, exported):
    """Weights that were trained further have another header."""
    network, header = load_network(tiny_model_path)
    save_network(tiny_model_path, network, replace(header, provenance={"iteration": 9}))
    assert load_model(tiny_model_path, device="cpu").backend.name == "torch"
    with pytest.raises(
        BackendError, match=r"made from other weights; run colorize exp"
    ):
        load_model(tiny_model_path, "onnx", "cpu")


def test_a_stranger_s_graph_beside_the_weights_is_not_run(tiny_model_path, exported):
    """It has no header at all."""
    import onnx

    model = onnx.load(exported)
    model.ClearField("metadata_props")
    onnx.save(model, exported)
    assert load_model(tiny_model_path, device="cpu").backend.name == "torch"


def test_asking_for_onnx_without_an_export_names_the_command(tiny_model_path):
    """Ready to be copied."""
    with pytest.raises(BackendError, match=f"export-onnx --model {tiny_model_path}"):
        load_model(tiny_model_path, "onnx")


def test_onnx_files_run_on_onnx_runtime_only(exported):
    """PyTorch cannot read them."""
    assert load_model(exported, device="cpu").backend.name == "onnx"
    with pytest.raises(BackendError, match=r"give the \.safetensors file"):
        load_model(exported, "torch")


def test_tutorial_checkpoints_run_on_pytorch_only(tutorial_path):
    """ONNX Runtime needs an import and an export first."""
    model = load_model(tutorial_path, device="cpu")
    assert model.backend.name == "torch"
    assert model.header.config.prediction == "epsilon"
    with pytest.raises(BackendError, match="import-checkpoint, then export"):
        load_model(tutorial_path, "onnx")


def test_what_is_no_model_file_is_refused(tmp_path):
    """A folder, a missing file, one that may not be looked at, one of another kind."""
    other = tmp_path / "photo.jpg"
    other.touch()
    for path, message in {
        tmp_path: "is a folder",
        tmp_path / "none.onnx": "no such file",
        tmp_path / f"{'long' * 99}.onnx": r"cannot be looked at \(File name too long",
        other: "is not a model file",
    }.items():
        with pytest.raises(CheckpointError, match=message):
            load_model(path)


def test_a_missing_embedded_model_is_explained(monkeypatch, tmp_path):
    """It is part of the installation."""
    monkeypatch.setattr(models, "EMBEDDED_MODEL", tmp_path / "colorize.safetensors")
    with pytest.raises(CheckpointError, match="missing from this installation"):
        load_model(None)


def test_no_torch_is_explained(without, tiny_model_path):
    """With the line to type."""
    without("torch")
    with pytest.raises(BackendError, match=re.escape(cure("torch"))):
        load_model(tiny_model_path)


def test_no_torch_and_a_stale_export_is_explained(without, tiny_model_path, exported):
    """The export is what could run, if it were made again."""
    network, header = load_network(tiny_model_path)
    save_network(tiny_model_path, network, replace(header, provenance={"iteration": 9}))
    without("torch")
    with pytest.raises(BackendError, match="made from other weights"):
        load_model(tiny_model_path)


def test_no_onnx_runtime_is_explained(without, exported):
    """With the line to type."""
    without("onnxruntime")
    with pytest.raises(BackendError, match="pip install onnxruntime-gpu"):
        load_model(exported)


def test_networks_are_read_from_weights_only(tiny_model_path, exported):
    """The exporter and `inspect` use it."""
    _, header = read_network(tiny_model_path)
    assert header.config.image_size == 32
    with pytest.raises(BackendError, match=r"give the \.safetensors file"):
        read_network(exported)
