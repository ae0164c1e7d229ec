"""Where colour photos come from: folders and Parquet shards.

A source is a sequence of decoded photos: `source[i]` is (H, W, 3) uint8 sRGB, or None
for a file that cannot be used.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.errors import DataError

__all__ = ["FolderPhotos", "ParquetPhotos", "Photos", "decode_rgb"]


class Photos(Protocol):
    """A sequence of photos."""

    def __len__(self) -> int:
        """How many there are, usable or not."""

    def __getitem__(self, index: int) -> NDArray[np.uint8] | None:
        """Photo `index`, (H, W, 3) uint8 sRGB, or None if it is broken."""


def decode_rgb(data: bytes) -> NDArray[np.uint8] | None:
    """Decode an image file's bytes to (H, W, 3) uint8 sRGB, or None."""
    if not data:
        return None
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return None if bgr is None else bgr[..., ::-1].copy()


class FolderPhotos:
    """Image files, in the order given."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Keep the paths; files are read one at a time."""
        self.paths = list(paths)

    def __len__(self) -> int:
        """Number of files."""
        return len(self.paths)

    def __getitem__(self, index: int) -> NDArray[np.uint8] | None:
        """Read and decode file `index`."""
        try:
            return decode_rgb(self.paths[index].read_bytes())
        except OSError:
            return None


class ParquetPhotos:
    """Rows of Parquet shards in the Hugging Face image layout, kept in memory."""

    def __init__(self, paths: Sequence[Path], source: str = "") -> None:
        """Read the encoded bytes.

        Args:
            paths: Shards with a column `image: struct<bytes, path>`.
            source: Keep only rows whose `source` column has this value; "" is all.

        Raises:
            DataError: If pyarrow is missing or a shard is corrupt.
        """
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError as error:
            raise DataError(
                paths[0], "needs pyarrow; pip install 'colorize-diffusion[train]'"
            ) from error
        chunks = []
        for path in paths:
            try:
                filters = [("source", "=", source)] if source else None
                table = pq.read_table(path, columns=["image"], filters=filters)
                column = table.column("image").combine_chunks()
                chunks.append(column.field("bytes").cast(pa.large_binary()))
            except (OSError, pa.ArrowException, KeyError) as error:
                reason = f"is not a readable image shard: {error}"
                raise DataError(path, reason) from error
        self.encoded = pa.chunked_array(chunks)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.encoded)

    def __getitem__(self, index: int) -> NDArray[np.uint8] | None:
        """Decode row `index`."""
        return decode_rgb(self.encoded[index].as_py())
