"""Folders of photos for the benchmarks: found, picked, read, freed of colour."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from colorize_cli import codec
from colorize_cli.errors import PhotoError
from colorize_cli.imaging.color import lab_to_rgb, rgb_to_lab
from colorize_cli.imaging.photo import Photo

__all__ = ["draw_photos", "find_sets", "grey_of", "pick", "read_photos"]


def find_sets(folder: Path) -> dict[str, list[Path]]:
    """The photos of each sub-folder, and those of the folder itself under its name."""
    photos = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in codec.READABLE_SUFFIXES and path.is_file()
    )
    sets: dict[str, list[Path]] = {}
    for path in photos:
        parts = path.relative_to(folder).parts
        sets.setdefault(parts[0] if len(parts) > 1 else folder.name, []).append(path)
    return sets


def pick(paths: list[Path], limit: int | None, seed: int) -> list[Path]:
    """`limit` of the paths, the same ones for the same seed, in their order."""
    if limit is None or limit >= len(paths):
        return paths
    return sorted(Random(seed).sample(paths, limit))


def read_photos(paths: list[Path]) -> Iterator[tuple[Path, Photo]]:
    """Decode one after the other; says which ones cannot be read."""
    for path in paths:
        try:
            photo = codec.decode(path.read_bytes(), path)
        except PhotoError as error:
            print(f"left out: {error}")
            continue
        yield path, photo


def draw_photos(folder: Path, limit: int) -> Iterator[Photo]:
    """`limit` photos of each set, the same ones every time."""
    for paths in find_sets(folder).values():
        for _, photo in read_photos(pick(paths, limit, seed=0)):
            yield photo


def grey_of(photo: Photo) -> Photo:
    """The photo with its luminance alone: a and b are 0."""
    lab = rgb_to_lab(photo.rgb)
    lab[..., 1:] = 0
    return photo.with_rgb(lab_to_rgb(lab, photo.rgb.dtype))
