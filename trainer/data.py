"""Batches of training examples, reproducible from the seed and the position.

Example k of epoch e is the same tensor whatever the number of workers, and a resumed
run goes on with the very next example.
"""

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from colorize_cli.errors import DataError
from trainer.config import DataConfig
from trainer.crops import Cropper
from trainer.photos import FolderPhotos, ParquetPhotos, Photos

__all__ = ["Example", "Examples", "batches", "open_photos"]

Example = tuple[Tensor, Tensor, Tensor]
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}


def open_photos(patterns: Sequence[str], root: Path, data: DataConfig) -> Photos:
    """The photos that the patterns name.

    Args:
        patterns: Folders, files, Parquet shards, or globs, relative to `root`.
        root: Folder of the TOML file.
        data: For `source`.

    Raises:
        DataError: If nothing is there.
    """
    paths: list[Path] = []
    for pattern in patterns:
        found = sorted(glob.glob(str(root / pattern), recursive=True))  # noqa: PTH207
        if not found:
            raise DataError(root / pattern, "no such folder or file")
        paths += map(Path, found)
    shards = [path for path in paths if path.suffix == ".parquet"]
    if shards:
        return ParquetPhotos(shards, data.source)
    files: list[Path] = []
    for path in paths:
        files += sorted(path.rglob("*")) if path.is_dir() else [path]
    photos = [path for path in files if path.suffix.lower() in SUFFIXES]
    if not photos:
        raise DataError(paths[0] if paths else root, "holds no photos")
    return FolderPhotos(photos)


class Examples(Dataset[Example | None]):
    """Photos through a cropper, addressed by (epoch, index)."""

    def __init__(
        self, photos: Photos, cropper: Cropper, data: DataConfig, seed: int
    ) -> None:
        """Bind the parts; nothing is read yet."""
        self.photos = photos
        self.cropper = cropper
        self.data = data
        self.seed = seed

    def __getitem__(self, key: tuple[int, int]) -> Example | None:
        """The example, or None for a broken, tiny or near-grey photo."""
        epoch, index = key
        rgb = self.photos[index]
        if rgb is None or min(rgb.shape[:2]) < self.data.min_side_px:
            return None
        if is_near_grey(rgb, self.data.min_chroma):
            return None
        words = np.random.SeedSequence([self.seed, epoch, index]).generate_state(1)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(words[0]))
            return self.cropper(rgb)


def is_near_grey(rgb: NDArray[np.uint8], min_chroma: float) -> bool:
    """Whether the channels differ too little for the photo to teach colour.

    The mean range of the channels in 8-bit levels is about 2.5 times the mean chroma
    in Lab units for pale colours; it is far cheaper than Lab.
    """
    small = rgb[::4, ::4].astype(np.int16)
    return bool((small.max(-1) - small.min(-1)).mean() < 2.5 * min_chroma)


class Shuffled(Sampler[list[tuple[int, int]]]):
    """Endless batches of (epoch, index), shuffled anew each epoch, from a position."""

    def __init__(self, count: int, batch_size: int, seed: int, start: int) -> None:
        """`start` is the number of batches already used."""
        self.count = count
        self.batch_size = batch_size
        self.seed = seed
        self.start = start

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        """Whole batches only; what is left of an epoch is dropped."""
        per_epoch = self.count // self.batch_size
        batch = self.start
        while True:
            epoch, first = divmod(batch, per_epoch)
            order = np.random.default_rng([self.seed, epoch]).permutation(self.count)
            for k in range(first, per_epoch):
                chosen = order[k * self.batch_size : (k + 1) * self.batch_size]
                yield [(epoch, int(i)) for i in chosen]
                batch += 1


def stack(examples: list[Example | None]) -> tuple[list[Tensor], int]:
    """Stacked tensors of the usable examples, and how many were skipped."""
    usable = [example for example in examples if example is not None]
    if not usable:
        return [], len(examples)
    stacked = [torch.stack(parts) for parts in zip(*usable, strict=True)]
    return stacked, len(examples) - len(usable)


def batches(
    examples: Examples, batch_size: int, start: int
) -> Iterator[tuple[list[Tensor], int]]:
    """Endless (tensors, skipped count), from batch number `start`.

    Raises:
        DataError: If there are fewer photos than one batch needs.
    """
    count = len(examples.photos)
    if count < batch_size:
        raise DataError(
            "training photos", f"{count} found, one batch needs {batch_size}"
        )
    sampler = Shuffled(count, batch_size, examples.seed, start)
    workers = examples.data.workers
    return iter(
        DataLoader(
            examples,
            batch_sampler=sampler,
            num_workers=workers,
            collate_fn=stack,
            prefetch_factor=4 if workers else None,
        )
    )
