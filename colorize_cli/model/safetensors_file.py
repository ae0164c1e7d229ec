"""What a safetensors file holds and where, read without torch and without weights.

Layout: 8 bytes little-endian length N, N bytes of JSON, then the tensors' raw
little-endian bytes. The JSON gives each tensor's place relative to the first of them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorize_cli.errors import CheckpointError
from colorize_cli.model.header import HEADER_KEY, Header

__all__ = ["SafetensorsIndex", "StoredTensor", "read_index"]

# The format's own limit on the JSON.
LARGEST_JSON_BYTES = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTensor:
    """One tensor of the file."""

    # safetensors' name: "F16", "F32", ...
    dtype: str
    shape: tuple[int, ...]
    # Counted from the start of the file.
    offset_bytes: int
    length_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetensorsIndex:
    """The file's metadata, and its tensors by name."""

    path: Path
    metadata: Mapping[str, str]
    tensors: Mapping[str, StoredTensor]

    def header(self) -> Header:
        """The model header.

        Raises:
            CheckpointError: If there is none, or it is not of this version.
        """
        return Header.from_text(self.path, self.metadata.get(HEADER_KEY))


def read_index(path: Path) -> SafetensorsIndex:
    """Read the file's table of contents.

    Raises:
        CheckpointError: If the file is missing, truncated, or not safetensors.
    """
    try:
        with path.open("rb") as file:
            json_bytes = int.from_bytes(file.read(8), "little")
            if json_bytes > LARGEST_JSON_BYTES:
                raise CheckpointError(path, "is not a safetensors file")
            table = json.loads(file.read(json_bytes))
        metadata = table.pop("__metadata__", {})
        tensors = {
            name: _stored(entry, 8 + json_bytes) for name, entry in table.items()
        }
    except FileNotFoundError as error:
        raise CheckpointError(path, "no such file") from error
    except OSError as error:
        raise CheckpointError(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(path, "is not a safetensors file") from error
    ends = [tensor.offset_bytes + tensor.length_bytes for tensor in tensors.values()]
    if max(ends, default=0) > path.stat().st_size:
        raise CheckpointError(path, "is truncated: it ends before its last weights")
    return SafetensorsIndex(path=path, metadata=metadata, tensors=tensors)


def _stored(entry: Mapping[str, Any], data_start: int) -> StoredTensor:
    begin, end = (int(offset) for offset in entry["data_offsets"])
    if not 0 <= begin <= end:
        raise ValueError("offsets run backwards")
    return StoredTensor(
        dtype=str(entry["dtype"]),
        shape=tuple(entry["shape"]),
        offset_bytes=data_start + begin,
        length_bytes=end - begin,
    )
