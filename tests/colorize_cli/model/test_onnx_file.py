"""Finding the references of an ONNX file without the onnx package."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper

from colorize_cli.errors import CheckpointError
from colorize_cli.model.onnx_file import (
    ExternalData,
    check_external_data,
    external_data,
    metadata,
)


def reference(name: str, location: str = "w.bin", **place: int) -> TensorProto:
    """A tensor whose bytes are in another file."""
    tensor = TensorProto(name=name, dims=[1], data_type=TensorProto.FLOAT)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **place}.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def model_with(*initializers: TensorProto, nodes=()) -> ModelProto:
    """A model that is only its initializers and nodes."""
    graph = helper.make_graph(list(nodes), "g", [], [], list(initializers))
    return helper.make_model(graph)


def written(folder: Path, model: ModelProto) -> Path:
    """The model as a file, with eight bytes of weights beside it."""
    (folder / "w.bin").write_bytes(bytes(8))
    path = folder / "m.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def test_references_of_initializers_are_found(tmp_path):
    """With offset and length, or up to the end of the file; others are passed over."""
    plain = helper.make_tensor("plain", TensorProto.FLOAT, [1], [1.0])
    model = model_with(reference("a", offset=4, length=4), plain, reference("b"))
    assert external_data(written(tmp_path, model)) == [
        ExternalData("w.bin", 4, 4),
        ExternalData("w.bin", 0, None),
    ]


def test_references_that_hide_in_nodes_are_found(tmp_path):
    """Constants, branches, and functions can hold tensors too."""
    constant = helper.make_node("Constant", [], ["c"], value=reference("c", "c.bin"))
    branch = helper.make_graph([constant], "b", [], [], [reference("d", "d.bin")])
    either = helper.make_node("If", ["x"], ["y"], then_branch=branch)
    model = model_with(nodes=[either])
    inner = helper.make_node("Constant", [], ["e"], value=reference("e", "e.bin"))
    opset = [helper.make_opsetid("", 18)]
    model.functions.append(helper.make_function("d", "f", [], ["e"], [inner], opset))
    sparse = model.graph.sparse_initializer.add()
    sparse.values.CopyFrom(reference("s", "s.bin"))
    found = {data.location for data in external_data(written(tmp_path, model))}
    assert found == {"c.bin", "d.bin", "e.bin", "s.bin"}


def test_metadata_is_read(tmp_path):
    """All pairs, in any alphabet."""
    model = model_with()
    helper.set_model_props(model, {"colorize": "{}", "Zweck": "Übung"})
    path = written(tmp_path, model)
    assert metadata(path) == {"colorize": "{}", "Zweck": "Übung"}


@pytest.mark.parametrize(
    "location",
    ["../w.bin", "/etc/passwd", "sub/../../w.bin", "sub/w.bin", "..", "", "link.bin"],
)
def test_weights_elsewhere_are_refused(tmp_path, location):
    """By a path, or by a link; only a plain file in the folder will do."""
    folder = tmp_path / "model"
    (folder / "sub").mkdir(parents=True)
    for place in (tmp_path, folder / "sub"):
        (place / "w.bin").write_bytes(bytes(8))
    (folder / "link.bin").symlink_to(tmp_path / "w.bin")
    path = written(folder, model_with(reference("a", location)))
    with pytest.raises(CheckpointError, match=r"outside its folder|not beside it"):
        check_external_data(path)


@pytest.mark.parametrize(
    "place",
    [
        {"offset": 8, "length": 1},
        {"offset": 9},
        {"length": 9},
        {"offset": -4, "length": 4},
        {"offset": 4, "length": -1},
    ],
)
def test_weights_beyond_the_file_are_refused(tmp_path, place):
    """Eight bytes are there."""
    path = written(tmp_path, model_with(reference("a", **place)))
    with pytest.raises(CheckpointError, match=r"beyond the end of w\.bin"):
        check_external_data(path)


def test_weights_that_fill_the_file_are_accepted(tmp_path):
    """The last byte is still inside."""
    path = written(tmp_path, model_with(reference("a", offset=4, length=4)))
    check_external_data(path)


def test_numbers_that_are_none_are_refused(tmp_path):
    """An offset must be an integer."""
    tensor = reference("a")
    tensor.external_data.add(key="offset", value="four")
    with pytest.raises(CheckpointError, match="is not an ONNX file"):
        check_external_data(written(tmp_path, model_with(tensor)))


@given(st.binary(max_size=200))
def test_any_bytes_end_in_an_answer_or_our_error(tmp_path_factory, content):
    """A hostile file cannot make the reader crash or loop."""
    path = tmp_path_factory.mktemp("fuzz") / "m.onnx"
    path.write_bytes(content)
    try:
        check_external_data(path)
        metadata(path)
    except CheckpointError as error:
        assert "m.onnx" in str(error)


@example(377, 0)  # a NUL in the name of the weights file
@given(st.integers(0, 400), st.integers(0, 255))
def test_one_changed_byte_ends_in_an_answer_or_our_error(
    tmp_path_factory, position, value
):
    """Nearly valid files reach deeper than random ones."""
    node = helper.make_node("Constant", [], ["c"], value=reference("c", offset=1))
    model = model_with(reference("a", offset=4, length=4), nodes=[node])
    content = bytearray(model.SerializeToString())
    content[position % len(content)] = value
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "w.bin").write_bytes(bytes(8))
    path = folder / "m.onnx"
    path.write_bytes(content)
    try:
        check_external_data(path)
    except CheckpointError as error:
        assert "m.onnx" in str(error)


def field(number: int, content: bytes) -> bytes:
    """One protobuf field that is a run of bytes."""
    length = len(content)
    size = [length & 0x7F | 0x80, length >> 7] if length > 127 else [length]
    return bytes([number << 3 | 2, *size]) + content


def test_endless_nesting_is_refused(tmp_path):
    """A branch in a branch in a branch; ours have none."""
    graph = b""
    for _ in range(40):
        graph = field(1, field(5, field(6, graph)))
    path = tmp_path / "m.onnx"
    path.write_bytes(field(7, graph))
    with pytest.raises(CheckpointError, match="is not an ONNX file"):
        external_data(path)
