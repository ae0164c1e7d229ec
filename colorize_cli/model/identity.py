"""By which weights a model is known, whichever backend runs it."""

import hashlib
from pathlib import Path

from colorize_cli.errors import CheckpointError
from colorize_cli.model.onnx_file import check_external_data, external_data
from colorize_cli.model.onnx_graphs import ENCODER_SUFFIX

__all__ = ["weights_hash"]

HASH_BYTES = 16


def weights_hash(path: Path) -> str:
    """BLAKE2b of 128 bits of the file or files that hold a model's weights.

    An ONNX graph that takes its weights from NAME.safetensors has the hash of that, so
    a model is the same on every backend.

    Args:
        path: As `find_model` returns it.

    Returns:
        32 hexadecimal digits.

    Raises:
        CheckpointError: If a file is missing, damaged, or takes its weights from
            outside its folder.
    """
    hashes = [file_hash(each) for each in weights_files(path)]
    if len(hashes) == 1:
        return hashes[0]
    return hashlib.blake2b("".join(hashes).encode(), digest_size=HASH_BYTES).hexdigest()


def weights_files(path: Path) -> list[Path]:
    """The files that hold the weights, each once, sorted."""
    if path.suffix != ".onnx":
        return [path]
    graphs = [path, path.with_name(path.stem + ENCODER_SUFFIX)]
    files = set()
    for graph in (each for each in graphs if each.is_file()):
        check_external_data(graph)
        places = {graph.with_name(each.location) for each in external_data(graph)}
        files |= places
        # Beside a safetensors file, which has them all, a graph holds no weights.
        if not places or any(each.suffix != ".safetensors" for each in places):
            files.add(graph)
    return sorted(files)


def file_hash(path: Path) -> str:
    """The hash of one file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(
                file, lambda: hashlib.blake2b(digest_size=HASH_BYTES)
            ).hexdigest()
    except OSError as error:
        raise CheckpointError(path, f"cannot be read: {error.strerror}") from error
