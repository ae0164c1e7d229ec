"""Where an ONNX file keeps its weights, read without the onnx package.

An ONNX file is a protobuf message: a sequence of fields, each a key (field number and
wire type) and a value. Weights may lie in other files, named by `external_data`
entries; this module finds those entries and checks them before ONNX Runtime opens
anything. Field numbers are those of onnx.proto.
"""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from colorize_cli.errors import CheckpointError

__all__ = ["ExternalData", "check_external_data", "external_data", "metadata"]

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
# Message -> field number -> message in that field; only what can contain a tensor.
MESSAGES = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {
        5: "tensor",
        6: "graph",
        10: "tensor",
        11: "graph",
        22: "sparse",
        23: "sparse",
    },
    "sparse": {1: "tensor", 2: "tensor"},
}
# Entries of ModelProto and of TensorProto; StringStringEntryProto: key and value.
METADATA_FIELD = 14
EXTERNAL_DATA_FIELD = 13
ENTRY_KEY_FIELD, ENTRY_VALUE_FIELD = 1, 2
# Graphs nest where a model has If or Loop nodes; ours have none.
DEEPEST_NESTING = 64


@dataclass(frozen=True, slots=True)
class ExternalData:
    """Where one tensor's bytes lie."""

    # Relative to the folder of the ONNX file.
    location: str
    offset_bytes: int
    # None: to the end of the file.
    length_bytes: int | None


def metadata(path: Path) -> dict[str, str]:
    """The model's own key-value pairs, where the header is.

    Raises:
        CheckpointError: If the file is missing, empty, or not protobuf.
    """
    with _protobuf_errors(path):
        return _entries(_mapped(path), METADATA_FIELD)


def external_data(path: Path) -> list[ExternalData]:
    """Every reference to bytes in other files.

    Raises:
        CheckpointError: If the file is missing, empty, or not protobuf.
    """
    with _protobuf_errors(path):
        return list(_in_message(_mapped(path), "model", 0))


def check_external_data(path: Path) -> None:
    """Make sure that the weights are there, complete, and beside the graph.

    Raises:
        CheckpointError: If weights would be read from outside the graph's folder, are
            missing, or reach beyond the end of their file.
    """
    folder = path.parent.resolve()
    sizes: dict[str, int] = {}
    for data in external_data(path):
        if data.location not in sizes:
            sizes[data.location] = _size_inside(path, folder, data.location)
        size = sizes[data.location]
        end = data.offset_bytes + (data.length_bytes or 0)
        if min(data.offset_bytes, data.length_bytes or 0) < 0 or end > size:
            raise CheckpointError(
                path,
                f"its weights reach beyond the end of {data.location} "
                f"({end} of {size} bytes); copy or export both files again",
            )


def _size_inside(path: Path, folder: Path, location: str) -> int:
    """Size of the weights file, once it is known to be in the folder."""
    try:
        target = (folder / location).resolve()
        # A plain name, which is no link to elsewhere either.
        is_inside = Path(location).name == location and target.is_relative_to(folder)
        is_there = target.is_file()
    except (OSError, ValueError) as error:  # a name that no file can have
        raise CheckpointError(
            path, f"its weights are in {location!r}, which cannot be a file: {error}"
        ) from error
    if not is_inside:
        raise CheckpointError(
            path,
            f"takes weights from outside its folder ({location}), which is refused",
        )
    if not is_there:
        raise CheckpointError(
            path, f"its weights are in {location}, which is not beside it"
        )
    return target.stat().st_size


@contextmanager
def _protobuf_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise CheckpointError(path, "no such file") from error
    except OSError as error:
        raise CheckpointError(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, IndexError) as error:
        raise CheckpointError(path, "is not an ONNX file") from error


def _mapped(path: Path) -> memoryview:
    """The file's bytes, of which only those looked at are read."""
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _in_message(buffer: memoryview, kind: str, depth: int) -> Iterator[ExternalData]:
    """References in a message and all messages within it."""
    if depth > DEEPEST_NESTING:
        raise ValueError("nested too deeply")
    if kind == "tensor":
        yield from _in_tensor(buffer)
        return
    inner = MESSAGES[kind]
    for number, value in _fields(buffer):
        if number in inner and value is not None:
            yield from _in_message(value, inner[number], depth + 1)


def _in_tensor(buffer: memoryview) -> Iterator[ExternalData]:
    entries = _entries(buffer, EXTERNAL_DATA_FIELD)
    if entries:
        length = entries.get("length")
        yield ExternalData(
            entries.get("location", ""),
            int(entries.get("offset", "0")),
            None if length is None else int(length),
        )


def _entries(buffer: memoryview, number: int) -> dict[str, str]:
    """The key-value pairs in one field of a message."""
    pairs = {}
    for found, value in _fields(buffer):
        if found == number and value is not None:
            pair = {n: bytes(v).decode() for n, v in _fields(value) if v is not None}
            pairs[pair.get(ENTRY_KEY_FIELD, "")] = pair.get(ENTRY_VALUE_FIELD, "")
    return pairs


def _fields(buffer: memoryview) -> Iterator[tuple[int, memoryview | None]]:
    """Field numbers of a message, with the value where it is a run of bytes."""
    at = 0
    while at < len(buffer):
        key, at = _varint(buffer, at)
        number, wire_type = key >> 3, key & 7
        value = None
        if wire_type == VARINT:
            _, at = _varint(buffer, at)
        elif wire_type == BYTES:
            length, at = _varint(buffer, at)
            value = buffer[at : at + length]
            at += length
        elif wire_type in (FIXED32, FIXED64):
            at += 4 if wire_type == FIXED32 else 8
        else:
            raise ValueError(f"no such wire type: {wire_type}")
        if number == 0 or at > len(buffer):
            raise ValueError("the message ends within a field")
        yield number, value


def _varint(buffer: memoryview, at: int) -> tuple[int, int]:
    """A variable-length integer, seven bits a byte, and the position after it."""
    result = shift = 0
    while True:
        byte = buffer[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, at
        shift += 7
        if shift > 63:
            raise ValueError("no integer is longer than ten bytes")
