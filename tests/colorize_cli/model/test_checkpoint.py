"""Weights files: what is written is what is read, and nothing else is read."""

import pytest
import torch
from safetensors.torch import load_file, save_file

from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.errors import CheckpointError
from colorize_cli.model.checkpoint import load_network, read_header, save_network
from colorize_cli.model.header import HEADER_KEY, Header


@pytest.fixture
def header(tiny_config):
    """A header for `tiny_network`."""
    return Header(config=tiny_config, schedule=NoiseSchedule.cosine(5))


@pytest.mark.parametrize("kind", ["tiny", "encoder"])
def test_float32_round_trip_is_exact(request, kind):
    """Every weight comes back bit for bit, in evaluation mode, with its header."""
    network = request.getfixturevalue(f"{kind}_network")
    loaded, header = load_network(request.getfixturevalue(f"{kind}_model_path"))
    wanted = network.state_dict()
    state = loaded.state_dict()
    assert list(state) == list(wanted)
    assert all(torch.equal(state[name], wanted[name]) for name in wanted)
    assert not loaded.training
    assert header.config == network.config
    assert header.schedule == NoiseSchedule.cosine(3)
    assert header.provenance["data"] == "random weights"


def test_float16_halves_the_file_and_rounds_the_weights(tmp_path, tiny_network, header):
    """Stored as fp16, weights are read as float32 within fp16's rounding."""
    path = tmp_path / "half.safetensors"
    save_network(path, tiny_network, header, torch.float16)
    assert {t.dtype for t in load_file(path).values()} == {torch.float16}
    loaded, _ = load_network(path)
    for name, tensor in tiny_network.state_dict().items():
        stored = loaded.state_dict()[name]
        assert stored.dtype == torch.float32
        assert torch.equal(stored, tensor.half().float())


def test_a_model_may_be_read_by_whoever_reads_other_files(tiny_model_path):
    """Machines that share a disk share models, so the mode is that of any new file."""
    other = tiny_model_path.with_name("notes.txt")
    other.touch()
    assert tiny_model_path.stat().st_mode == other.stat().st_mode


def test_a_loaded_network_predicts_the_same(tiny_network, tiny_model_path):
    """The file is the network: same input, same output."""
    loaded, _ = load_network(tiny_model_path)
    x, gamma = torch.randn(2, 3, 16, 24), torch.tensor([0.2, 0.9])
    with torch.no_grad():
        assert torch.equal(loaded(x, gamma), tiny_network(x, gamma))


def write_changed(path, change, header) -> None:
    """Write the file again after `change` has edited its dict of weights."""
    state = load_file(path)
    change(state)
    save_file(state, path, metadata={HEADER_KEY: header.to_text()})


def test_missing_weights_are_named(tiny_model_path, header):
    """One weight too few: the error says which."""
    write_changed(tiny_model_path, lambda s: s.pop("unet.out.2.bias"), header)
    with pytest.raises(CheckpointError, match=r"lacks 1 weights.*unet\.out\.2\.bias"):
        load_network(tiny_model_path)


def test_extra_weights_are_named(tiny_model_path, header):
    """One weight too many: the error says which."""
    write_changed(tiny_model_path, lambda s: s.update(tail=torch.ones(1)), header)
    with pytest.raises(CheckpointError, match=r"unknown 1 weights.*tail"):
        load_network(tiny_model_path)


def test_misshaped_weights_are_named(tiny_model_path, header):
    """A weight of another shape: the error gives both shapes."""
    write_changed(
        tiny_model_path, lambda s: s.update({"unet.out.2.bias": torch.ones(3)}), header
    )
    with pytest.raises(CheckpointError, match=r"unet\.out\.2\.bias is \(3,\).*\(8,\)"):
        load_network(tiny_model_path)


def test_safetensors_without_our_header_is_refused(tmp_path):
    """Other programs' safetensors files are not models."""
    path = tmp_path / "other.safetensors"
    save_file({"weight": torch.ones(1)}, path)
    with pytest.raises(CheckpointError, match="no colorize header"):
        read_header(path)


def test_a_missing_file_is_a_checkpoint_error(tmp_path):
    """The message names the path."""
    with pytest.raises(CheckpointError, match=r"absent\.safetensors: no such file"):
        load_network(tmp_path / "absent.safetensors")


@pytest.mark.parametrize("kept", [0, 5, 1000, -1])
def test_a_truncated_file_is_a_checkpoint_error(tiny_model_path, kept):
    """Cut in the length, the JSON or the weights, the file is refused."""
    tiny_model_path.write_bytes(tiny_model_path.read_bytes()[:kept])
    with pytest.raises(CheckpointError, match="cannot be read as safetensors"):
        load_network(tiny_model_path)


def test_a_folder_is_a_checkpoint_error(tmp_path):
    """Something that cannot be opened as a file is refused with its name."""
    with pytest.raises(CheckpointError, match="cannot be read as safetensors"):
        read_header(tmp_path)
