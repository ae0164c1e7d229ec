"""Where colour photos come from: folders and Parquet shards.

A source is a sequence of decoded photos: `source[i]` is (H, W, 3) uint8 sRGB, or None
for a file that cannot be used.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.errors import DataError
from colorize_cli.extras import cure

__all__ = ["FolderPhotos", "ParquetPhotos", "Photos", "Subset", "decode_rgb"]


class Photos(Protocol):
    """A sequence of photos."""

    def __len__(self) -> int:
        """How many there are, usable or not."""

    def __getitem__(self, index: int) -> NDArray[np.uint8] | None:
        """Photo `index`, (H, W, 3) uint8 sRGB, or None if it is broken."""

    def name(self, index: int) -> str:
        """What to call photo `index` in a message."""


def decode_rgb(data: bytes | None) -> NDArray[np.uint8] | None:
    """Decode an image file's bytes to (H, W, 3) uint8 sRGB, or None."""
    if not data:
        return None
    try:
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:  # for instance a header that claims a billion pixels
        return None
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

    def name(self, index: int) -> str:
        """The file's path."""
        return str(self.paths[index])


class ParquetPhotos:
    """Rows of Parquet shards in the Hugging Face image layout, encoded in memory."""

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
        except ImportError as error:
            raise DataError(paths[0], f"needs pyarrow; {cure('train')}") from error
        self.paths = list(paths)
        chunks = [read_shard(path, source) for path in paths]
        self.encoded = pa.chunked_array(chunks, type=pa.large_binary())
        # Index of the first photo of each shard.
        self.starts = np.cumsum([0, *map(len, chunks)])

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.encoded)

    def __getitem__(self, index: int) -> NDArray[np.uint8] | None:
        """Decode row `index`."""
        return decode_rgb(self.encoded[index].as_py())

    def name(self, index: int) -> str:
        """Shard and row, among the rows kept."""
        shard = int(np.searchsorted(self.starts, index, side="right")) - 1
        return f"{self.paths[shard]} row {index - self.starts[shard]}"


def read_shard(path: Path, source: str) -> Any:  # noqa: ANN401
    """The shard's encoded images, a pyarrow array of large binaries.

    Raises:
        DataError: If the file is no Parquet, or lacks the columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    filters = [("source", "=", source)] if source else None
    try:
        table = pq.read_table(path, columns=["image"], filters=filters)
        column = table.column("image").combine_chunks()
        return column.field("bytes").cast(pa.large_binary())
    except (OSError, pa.ArrowException, KeyError, AttributeError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(path, f"is not a readable image shard: {reason}") from error


class Subset:
    """Some photos of another source."""

    def __init__(self, photos: Photos, indices: Sequence[int]) -> None:
        """Keep which ones, in which order."""
        self.photos = photos
        self.indices = indices

    def __len__(self) -> int:
        """Number of photos kept."""
        return len(self.indices)

    def __getitem__(self, index: int) -> NDArray[np.uint8] | None:
        """Photo `index` of those kept."""
        return self.photos[self.indices[index]]

    def name(self, index: int) -> str:
        """Its name in the other source."""
        return self.photos.name(self.indices[index])
