"""`colorize inspect`: what a model is, and what can run it here."""

import builtins
import sys

import pytest

from colorize_cli import model
from colorize_cli.cli import main
from colorize_cli.extras import cure
from colorize_cli.model import available_devices


@pytest.fixture
def inspect(cli):
    """Runs `colorize inspect ARGUMENTS` and returns the words of each line."""

    def run(*arguments):
        result = cli.invoke(main, ["inspect", *map(str, arguments)])
        assert result.exit_code == 0, result.stderr
        return [line.split() for line in result.stdout.splitlines()]

    return run


@pytest.fixture
def no_torch(monkeypatch):
    """A machine without PyTorch."""
    import_module = builtins.__import__

    def refuse(name, *arguments, **keywords):
        if name.partition(".")[0] in {"torch", "safetensors"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return import_module(name, *arguments, **keywords)

    for name in list(sys.modules):
        if name.startswith("colorize_cli.model.torch_backend"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(model, "torch_backend", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)


def test_it_says_what_the_model_is(inspect, tiny_model_path, tiny_network):
    """Parameters, provenance, config, schedule, and backends."""
    lines = inspect(tiny_model_path)
    assert [str(tiny_model_path)] in lines
    count = sum(parameter.numel() for parameter in tiny_network.parameters())
    assert ["parameters", f"{count:,}"] in lines
    assert ["data", "random", "weights"] in lines
    assert ["prediction", "v"] in lines
    assert ["square", "False"] in lines
    assert ["ab_std", "(11.8,", "17.2)"] in lines
    assert ["steps", "3"] in lines
    assert ["gammas", "0,", "0.25,", "0.75"] in lines
    assert ["onnx", "cpu", "works"] in lines
    assert ["torch", "cpu", "works"] in lines


def test_it_needs_no_torch(inspect, tiny_model_path, no_torch):
    """To read a safetensors model; it says how to get what is missing."""
    lines = inspect(tiny_model_path)
    assert ["prediction", "v"] in lines
    (line,) = (line for line in lines if line[:2] == ["torch", "any"])
    assert "not installed" in " ".join(line)


def test_a_package_that_does_not_load_is_none(no_torch):
    """A broken installation is told, not raised."""
    (status,) = available_devices()["torch"]
    assert cure("torch") in status.problem
    assert "No module named" in status.problem


def test_without_a_model_it_is_the_embedded_one(inspect, tiny_model_path, monkeypatch):
    """The file that is installed with the tool."""
    monkeypatch.setattr(model, "EMBEDDED_MODEL", tiny_model_path)
    assert [str(tiny_model_path)] in inspect()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("m.safetensors", b"", "is not a safetensors file"),
        ("m.onnx", b"", "is not an ONNX file"),
        ("m.onnx", b"\x08\x07", "has no colorize header"),
        ("m.txt", b"", "is not a model file"),
        ("m.pth", b"no pickle", "m.pth"),
    ],
)
def test_what_is_no_model_is_one_line(cli, tmp_path, name, data, message):
    """Exit code 1."""
    (tmp_path / name).write_bytes(data)
    result = cli.invoke(main, ["inspect", str(tmp_path / name)])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {tmp_path / name}: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
