"""Finds the photos that the settings name, and splits them for validation."""

import glob
from collections.abc import Sequence
from pathlib import Path

from colorize_cli.errors import DataError
from trainer.config import DataConfig
from trainer.photos import FolderPhotos, ParquetPhotos, Photos, Subset

__all__ = ["open_photos", "open_split"]

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}
CELEBA = "img_align_celeba"
PARTITION = "list_eval_partition.txt"
CELEBA_HELP = (
    "no such folder; download img_align_celeba.zip and list_eval_partition.txt from "
    "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html and unpack them as "
    "img_align_celeba/000001.jpg ... with list_eval_partition.txt beside the folder"
)


def open_split(data: DataConfig) -> tuple[Photos, Photos]:
    """Training and validation photos, no photo in both.

    Raises:
        DataError: If something is missing, or one of the two would be empty.
    """
    if not data.train:
        raise DataError("data.train", "names no photos; give a folder or shards")
    photos = open_photos(data.train, data)
    if data.val:
        train, val = photos, open_photos(data.val, data)
        train = first(train, data.data_len) if data.data_len else train
        val = spread(val, data.val_len)
    else:
        train, val = split(photos, data)
    for name, part in (("train", train), ("val", val)):
        if not len(part):
            raise DataError(
                f"data.{name}",
                f"the split leaves no photos of {len(photos)}; "
                f"lower data.data_len ({data.data_len}) or data.val_len",
            )
    return train, val


def split(photos: Photos, data: DataConfig) -> tuple[Photos, Photos]:
    """The official CelebA split if its list is there, else the first and the next."""
    partition = celeba_partition(photos)
    if partition is not None and isinstance(photos, FolderPhotos):
        parts = [partition.get(path.name) for path in photos.paths]
        train = Subset(photos, [i for i, part in enumerate(parts) if part == 0])
        val = Subset(photos, [i for i, part in enumerate(parts) if part == 1])
        train = first(train, data.data_len) if data.data_len else train
        return train, first(val, data.val_len)
    train_count = data.data_len or len(photos) - data.val_len
    train_count = max(0, min(train_count, len(photos)))
    rest = range(train_count, min(train_count + data.val_len, len(photos)))
    return first(photos, train_count), Subset(photos, rest)


def celeba_partition(photos: Photos) -> dict[str, int] | None:
    """File name -> 0 train, 1 validation, 2 test, from the official list.

    The list is looked for inside the photos' folder and beside it.

    Raises:
        DataError: If the list is there but cannot be read.
    """
    if not isinstance(photos, FolderPhotos):
        return None
    folder = photos.paths[0].parent
    for path in (folder / PARTITION, folder.parent / PARTITION):
        if path.is_file():
            try:
                pairs = (line.split() for line in path.read_text().splitlines())
                return {pair[0]: int(pair[1]) for pair in pairs if pair}
            except (OSError, UnicodeDecodeError, ValueError, IndexError) as error:
                raise DataError(path, f"is not CelebA's split list: {error}") from error
    return None


def first(photos: Photos, count: int) -> Subset:
    """The first `count` photos, or all if there are fewer."""
    return Subset(photos, range(min(count, len(photos))))


def spread(photos: Photos, count: int) -> Subset:
    """`count` photos evenly over the whole, so that every folder has its share."""
    total = len(photos)
    kept = min(count, total)
    return Subset(photos, [i * total // kept for i in range(kept)])


def open_photos(patterns: Sequence[str], data: DataConfig) -> Photos:
    """The photos that the patterns name.

    Args:
        patterns: Folders, files, Parquet shards, or globs, from the current folder.
        data: For `source`.

    Raises:
        DataError: If nothing is there, or a shard is corrupt.
    """
    paths: list[Path] = []
    for pattern in patterns:
        # A name that is there may look like a pattern: "scans [1950]".
        found = matches(glob.escape(pattern)) or matches(pattern)
        if not found:
            is_celeba = CELEBA in pattern
            raise DataError(
                pattern, CELEBA_HELP if is_celeba else "no such folder or file"
            )
        paths += map(Path, found)
    files: list[Path] = []
    for path in paths:
        files += sorted(path.rglob("*")) if path.is_dir() else [path]
    shards = [path for path in files if path.suffix == ".parquet"]
    if shards:
        return checked(ParquetPhotos(shards, data.source), shards[0], data)
    photos = [path for path in files if path.suffix.lower() in SUFFIXES]
    return checked(FolderPhotos(photos), paths[0], data)


def matches(pattern: str) -> list[str]:
    """What a glob from the current folder finds, sorted."""
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207


def checked(photos: Photos, path: Path, data: DataConfig) -> Photos:
    """The same photos, or a DataError if there are none."""
    if len(photos):
        return photos
    if isinstance(photos, ParquetPhotos) and data.source:
        raise DataError(path, f"has no rows with source {data.source!r}")
    raise DataError(path, "holds no photos")
