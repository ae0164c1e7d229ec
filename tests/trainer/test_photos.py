"""Sources of photos: folders, Parquet shards, subsets."""

import sys

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from colorize_cli.errors import DataError
from colorize_cli.extras import cure
from trainer.photos import FolderPhotos, ParquetPhotos, Subset, decode_rgb

RED = np.full((8, 8, 3), (200, 10, 20), np.uint8)


def encoded(rgb: np.ndarray) -> bytes:
    """PNG bytes of an RGB picture."""
    return cv2.imencode(".png", rgb[..., ::-1])[1].tobytes()


def shard(path, rows: list[tuple[bytes | None, str]]):
    """A Parquet shard in the Hugging Face layout from (bytes, source)."""
    images = [{"bytes": data, "path": f"{k}.png"} for k, (data, _) in enumerate(rows)]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    sources = pa.array([source for _, source in rows]).dictionary_encode()
    columns = {"image": pa.array(images, kind), "source": sources}
    pq.write_table(pa.table(columns), path)
    return path


def test_decoding_gives_rgb():
    """Red stays the first channel."""
    np.testing.assert_array_equal(decode_rgb(encoded(RED)), RED)


@pytest.mark.parametrize("data", [None, b"", b"not a photo", encoded(RED)[:40]])
def test_broken_bytes_are_no_photo(data):
    """Nothing is raised for one bad file among thousands."""
    assert decode_rgb(data) is None


def test_unreadable_file_is_no_photo(tmp_path):
    """A file that vanished, or a folder named like a photo."""
    (tmp_path / "a.jpg").mkdir()
    photos = FolderPhotos([tmp_path / "a.jpg", tmp_path / "gone.jpg"])
    assert photos[0] is None
    assert photos[1] is None


def test_shards_are_one_sequence(tmp_path):
    """Rows of all shards in order, each with its own name."""
    blue = RED[..., ::-1].copy()
    paths = [
        shard(tmp_path / "a.parquet", [(encoded(RED), "x"), (None, "x")]),
        shard(tmp_path / "b.parquet", [(encoded(blue), "y")]),
    ]
    photos = ParquetPhotos(paths)
    assert len(photos) == 3
    np.testing.assert_array_equal(photos[0], RED)
    assert photos[1] is None
    np.testing.assert_array_equal(photos[2], blue)
    assert photos.name(1) == f"{paths[0]} row 1"
    assert photos.name(2) == f"{paths[1]} row 0"


def test_source_keeps_its_rows_only(tmp_path):
    """Rows of another source are not there."""
    path = shard(tmp_path / "a.parquet", [(b"", "x"), (encoded(RED), "y")])
    photos = ParquetPhotos([path], "y")
    assert len(photos) == 1
    np.testing.assert_array_equal(photos[0], RED)


def test_corrupt_shard_is_named(tmp_path):
    """A truncated download."""
    path = shard(tmp_path / "a.parquet", [(encoded(RED), "x")])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"a\.parquet: is not a readable image shard"):
        ParquetPhotos([path])


def test_shard_without_images_is_named(tmp_path):
    """A Parquet file of something else."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"image": [1, 2]}), path)
    with pytest.raises(DataError, match=r"a\.parquet: is not a readable image shard"):
        ParquetPhotos([path])


def test_missing_pyarrow_is_named(tmp_path, monkeypatch):
    """The message has the pip command."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError) as caught:
        ParquetPhotos([tmp_path / "a.parquet"])
    assert str(caught.value).endswith(f"needs pyarrow; {cure('train')}")


def test_subset_is_a_choice_of_photos(colour_folder):
    """Photos and names follow the indices."""
    paths = sorted(colour_folder.iterdir())
    subset = Subset(FolderPhotos(paths), [3, 1])
    assert len(subset) == 2
    assert [subset.name(0), subset.name(1)] == [str(paths[3]), str(paths[1])]
    np.testing.assert_array_equal(subset[1], FolderPhotos(paths)[1])
