"""The table of contents of a safetensors file, read without torch."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from colorize_cli.errors import CheckpointError
from colorize_cli.model.checkpoint import read_header
from colorize_cli.model.safetensors_file import read_index


def test_places_lead_to_the_numbers(tmp_path):
    """Of every tensor, whatever its type and shape; an empty one included."""
    tensors = {
        "half": torch.arange(6).reshape(2, 3).half(),
        "single": torch.randn(5),
        "scalar": torch.tensor(2.0),
        "empty": torch.zeros(0, 3),
    }
    path = tmp_path / "t.safetensors"
    save_file(tensors, path, metadata={"note": "ü"})
    index, content = read_index(path), path.read_bytes()
    assert index.metadata == {"note": "ü"}
    for name, tensor in tensors.items():
        stored = index.tensors[name]
        end = stored.offset_bytes + stored.length_bytes
        array = np.frombuffer(
            content[stored.offset_bytes : end],
            {"F16": "<f2", "F32": "<f4"}[stored.dtype],
        )
        np.testing.assert_array_equal(array.reshape(stored.shape), tensor.numpy())


def test_the_header_is_the_one_that_torch_reads(tiny_model_path):
    """Both readers agree on what the model is."""
    assert read_index(tiny_model_path).header() == read_header(tiny_model_path)


def test_a_file_without_our_header_is_no_model(tmp_path):
    """Weights alone do not say what they are weights of."""
    path = tmp_path / "w.safetensors"
    save_file({"w": torch.zeros(1)}, path)
    with pytest.raises(CheckpointError, match="has no colorize header"):
        read_index(path).header()


def test_a_missing_file_is_named(tmp_path):
    """With its path."""
    with pytest.raises(CheckpointError, match=r"none\.safetensors: no such file"):
        read_index(tmp_path / "none.safetensors")


def test_a_folder_cannot_be_read(tmp_path):
    """The system's reason is passed on."""
    with pytest.raises(CheckpointError, match="cannot be read: Is a directory"):
        read_index(tmp_path)


def table(entry: object) -> bytes:
    """A file with this table and eight bytes of data."""
    text = json.dumps(entry).encode()
    return len(text).to_bytes(8, "little") + text + bytes(8)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text, not weights",
        (2**60).to_bytes(8, "little"),
        table([1, 2]),
        table({"w": 3}),
        table({"w": {"dtype": "F32", "shape": [2]}}),
        table({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0]}}),
        table({"w": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}),
        table({"__metadata__": 1, "w": {}}),
    ],
)
def test_other_files_are_refused(tmp_path, content):
    """Empty, text, a size beyond reason, JSON of another kind."""
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="is not a safetensors file"):
        read_index(path)


def test_a_truncated_file_is_refused(tiny_model_path):
    """One byte is enough."""
    tiny_model_path.write_bytes(tiny_model_path.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match="is truncated"):
        read_index(tiny_model_path)
