"""By which weights a model is known."""

import hashlib

import pytest

from colorize_cli.errors import CheckpointError
from colorize_cli.model import EMBEDDED_MODEL, load_model, weights_hash


def test_it_is_the_hash_of_the_file(tiny_model_path):
    """As `b2sum -l 128` prints it, and as a loaded model has it."""
    data = tiny_model_path.read_bytes()
    known = hashlib.blake2b(data, digest_size=16).hexdigest()
    assert weights_hash(tiny_model_path) == known
    assert load_model(tiny_model_path, "torch", "cpu").weights_hash == known


def test_other_weights_have_another_hash(tiny_model_path):
    """One bit is enough."""
    before = weights_hash(tiny_model_path)
    data = bytearray(tiny_model_path.read_bytes())
    data[-1] ^= 1
    tiny_model_path.write_bytes(data)
    assert weights_hash(tiny_model_path) != before


def test_graphs_that_share_weights_share_their_hash():
    """So changing the backend makes nothing again."""
    graph = EMBEDDED_MODEL.with_suffix(".onnx")
    assert weights_hash(graph) == weights_hash(EMBEDDED_MODEL)


def test_a_graph_with_weights_inside_is_hashed_itself(tmp_path):
    """Together with its encoder's."""
    graph, encoder = tmp_path / "m.onnx", tmp_path / "m.encoder.onnx"
    # A message of one field that nobody knows: no reference to another file.
    graph.write_bytes(b"\x08\x07")
    alone = weights_hash(graph)
    assert alone == hashlib.blake2b(b"\x08\x07", digest_size=16).hexdigest()
    hashes = [alone]
    for version in (b"\x08\x08", b"\x08\x09"):
        encoder.write_bytes(version)
        hashes.append(weights_hash(graph))
    assert len(set(hashes)) == 3


def test_a_missing_file_is_said(tmp_path):
    """By its name."""
    with pytest.raises(CheckpointError, match=r"gone\.safetensors: cannot be read"):
        weights_hash(tmp_path / "gone.safetensors")
