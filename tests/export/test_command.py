"""`colorize export-onnx` and `python -m export`."""

import pytest
import torch

from colorize_cli.cli import main as colorize
from colorize_cli.model import load_model
from colorize_cli.model.checkpoint import save_network
from colorize_cli.model.config import ModelConfig
from colorize_cli.model.unet import UNet
from export.__main__ import main as as_module
from tests.random_weights import randomized


def test_the_graph_lies_beside_the_model_by_default(cli, tiny_model_path):
    """Where `--backend onnx` looks for it."""
    result = cli.invoke(colorize, ["export-onnx", "--model", str(tiny_model_path)])
    assert result.exit_code == 0, result.stderr
    exported = tiny_model_path.with_suffix(".onnx")
    assert str(exported) in result.stdout
    assert "largest difference from PyTorch" in result.stdout
    assert load_model(tiny_model_path, "onnx", "cpu").backend.name == "onnx"


def test_all_options_together(cli, tmp_path, encoder_network, header_of):
    """float16, shared weights, a step graph and another opset are one export."""
    model = tmp_path / "half.safetensors"
    save_network(model, encoder_network, header_of(encoder_network), torch.float16)
    arguments = ["--fp16", "--with-step", "--share-weights", "--opset", "21"]
    target = tmp_path / "gpu.onnx"
    result = cli.invoke(
        colorize, ["export-onnx", "-m", str(model), "-o", str(target), *arguments]
    )
    assert result.exit_code == 0, result.stderr
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        "half.safetensors",
        "gpu.onnx",
        "gpu.encoder.onnx",
        "gpu.step.onnx",
    }
    assert target.stat().st_size < 150_000


def test_the_module_takes_the_model_first(tiny_model_path, tmp_path, capsys):
    """`python -m export MODEL --out FILE`."""
    target = tmp_path / "other.onnx"
    assert as_module([str(tiny_model_path), "--out", str(target)]) == 0
    assert target.is_file()
    assert "other.onnx" in capsys.readouterr().out


def test_the_module_reports_errors_as_the_command_does(tmp_path, capsys):
    """One line and the exit code, no traceback."""
    missing = tmp_path / "none.safetensors"
    assert as_module([str(missing)]) == 1
    assert capsys.readouterr().err == f"Error: {missing}: no such file\n"
    assert as_module([str(missing), "--opset", "3"]) == 2


def test_ctrl_c_ends_the_module_quietly(monkeypatch, tiny_model_path):
    """With the exit code of an interrupt."""

    def interrupt(path):
        raise KeyboardInterrupt

    monkeypatch.setattr("colorize_cli.model.read_network", interrupt)
    assert as_module([str(tiny_model_path)]) == 130


def test_a_name_that_onnx_cannot_write_is_an_error_of_one_line(
    tiny_model_path, tmp_path, capsys
):
    """A byte that is not UTF-8, as old archives have them."""
    target = tmp_path / "caf\udce9.onnx"
    assert as_module([str(tiny_model_path), "--out", str(target)]) == 2
    error = capsys.readouterr().err
    assert error.endswith("ONNX takes no name that is not UTF-8\n")
    assert error.count("\n") == 1


def test_a_tutorial_checkpoint_can_be_exported(cli, tmp_path):
    """A state dict of the tutorial's UNet, without importing it first."""
    config = ModelConfig(inner_channel=32, channel_mults=(1, 1, 1), attn_res=())
    path = tmp_path / "best_model.pth"
    torch.save(randomized(UNet(config)).state_dict(), path)
    result = cli.invoke(colorize, ["export-onnx", "--model", str(path)])
    assert result.exit_code == 0, result.stderr
    assert load_model(path.with_suffix(".onnx")).header.config.prediction == "epsilon"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--model", "tiny.onnx"], 1, "give the .safetensors file"),
        (["--output", "graph.pb"], 2, "must be called NAME.onnx"),
        (["--output", "gone/graph.onnx"], 2, "does not exist"),
        (["--share-weights", "--output", "out/graph.onnx"], 2, "in the folder of"),
    ],
)
def test_what_cannot_work_is_refused(
    cli, monkeypatch, tiny_model_path, arguments, code, message
):
    """One line, with the cure, before any work."""
    monkeypatch.chdir(tiny_model_path.parent)
    tiny_model_path.with_suffix(".onnx").touch()
    (tiny_model_path.parent / "out").mkdir()
    before = sorted(tiny_model_path.parent.rglob("*"))
    given = [] if "--model" in arguments else ["--model", tiny_model_path.name]
    result = cli.invoke(colorize, ["export-onnx", *given, *arguments])
    assert result.exit_code == code
    assert message in result.stderr
    assert sorted(tiny_model_path.parent.rglob("*")) == before
