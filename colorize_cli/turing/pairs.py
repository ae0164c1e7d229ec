"""Pairs of a camera's photo and its colorized version, alike in all but colour.

Both pictures of a pair go through the same steps: the largest centred square, one size,
one encoder at one quality, no metadata. What tells them apart is what the model did.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from colorize_cli.codec import encode, read_document
from colorize_cli.errors import PlanError
from colorize_cli.files.disk import identity, read
from colorize_cli.files.walk import photos_under
from colorize_cli.imaging.color import lab_to_rgb, rgb_to_lab
from colorize_cli.imaging.luminance import resize
from colorize_cli.imaging.metrics import LEAST_CHROMA
from colorize_cli.imaging.photo import Photo, Pixels

__all__ = ["Pair", "PairFiles", "encoded", "find_pairs", "miscoloured", "prepare"]

QUALITY = 95
# Two versions of one photo have the same proportions but for rounding.
ASPECT_TOLERANCE = 0.02
# Colorizing keeps the luminance; compression and resizing change it little.
LEAST_CORRELATION, LEAST_CONTRAST = 0.8, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFiles:
    """Where the two versions of a photo are.

    Attributes:
        name: The photo's place under its folder, POSIX style.
        real: Taken by a camera.
        colorized: The same photo, colorized.
    """

    name: str
    real: Path
    colorized: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Both versions as they are shown, (S, S, 3) uint8."""

    name: str
    real: NDArray[np.uint8]
    colorized: NDArray[np.uint8]


def find_pairs(real: Path, colorized: Path) -> list[PairFiles]:
    """Photos that are in both folders under one name, whatever their suffixes.

    Raises:
        PlanError: If a folder is missing, both are one, or nothing is in both.
    """
    if identity(real) is not None and identity(real) == identity(colorized):
        raise PlanError(
            f"{real} and {colorized}: are one folder; name that of the colour photos, "
            "then the one they were colorized into"
        )
    found = []
    for folder in (real, colorized):
        if not folder.is_dir():
            raise PlanError(f"{folder}: is not a folder")
        # No folder lies at the second path, so none is left out.
        paths, _ = photos_under(folder, folder / ".gallery")
        by_stem: dict[str, Path] = {}
        for path in sorted(paths):
            stem = path.relative_to(folder).with_suffix("").as_posix()
            by_stem.setdefault(stem, path)
        found.append(by_stem)
    photos, results = found
    shared = sorted(photos.keys() & results.keys())
    if not shared:
        raise PlanError(
            f"{real} and {colorized}: no photo is in both under the same name; name "
            "the folder of colour photos, then the one they were colorized into with "
            "--on-color recolor"
        )
    return [
        PairFiles(
            name=photos[stem].relative_to(real).as_posix(),
            real=photos[stem],
            colorized=results[stem],
        )
        for stem in shared
    ]


def prepare(files: PairFiles, size_px: int) -> Pair | None:
    """Read both versions and make them alike; None if the photo has no colours.

    Of a file with several pages, the first is taken.

    Raises:
        DecodeError: If one of them cannot be read.
        UnsupportedPhotoError: If one of them is of a kind that is not read.
        PlanError: If they do not show the same photo.
    """
    photo = read_document(read(files.real), files.real).read()
    result = read_document(read(files.colorized), files.colorized).read()
    aspects = [each.size[1] / each.size[0] for each in (photo, result)]
    if abs(aspects[0] / aspects[1] - 1) > ASPECT_TOLERANCE:
        raise PlanError(
            f"{files.colorized}: has other proportions than {files.real}; the test "
            "needs both versions of the same photo"
        )
    real, colorized = square(photo, size_px), square(result, size_px)
    lab = rgb_to_lab(real)
    if float(np.hypot(lab[..., 1], lab[..., 2]).mean()) < LEAST_CHROMA:
        return None
    if correlation(lab[..., 0], rgb_to_lab(colorized)[..., 0]) < LEAST_CORRELATION:
        raise PlanError(
            f"{files.colorized}: does not show the same picture as {files.real}"
        )
    return Pair(name=files.name, real=real, colorized=colorized)


def square(photo: Photo, size_px: int) -> NDArray[np.uint8]:
    """The largest centred square, (size_px, size_px, 3) uint8."""
    height, width = photo.size
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    rgb: Pixels = photo.rgb[top : top + side, left : left + side].copy()
    small = resize(rgb, size_px, size_px)
    # Through Lab, which changes no 8-bit colour and rounds 16 bits to 8.
    return lab_to_rgb(rgb_to_lab(small), np.uint8).astype(np.uint8, copy=False)


def correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Of two planes of L; 1 if one is too flat to say anything."""
    if min(one.std(), other.std()) < LEAST_CONTRAST:
        return 1.0
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def miscoloured(pair: Pair, others: Iterator[Pair]) -> NDArray[np.uint8]:
    """The photo's luminance with the colours of another one, the least like its own.

    An attention check: the Random baseline of Zhang et al. 2016, less the chance that
    the colours happen to fit.
    """
    lab = rgb_to_lab(pair.real)
    fields = [rgb_to_lab(each.real)[..., 1:] for each in others]
    lab[..., 1:] = max(fields, key=lambda ab: float(np.abs(ab - lab[..., 1:]).mean()))
    return lab_to_rgb(lab, np.uint8).astype(np.uint8, copy=False)


def encoded(rgb: NDArray[np.uint8]) -> bytes:
    """JPEG of full chroma resolution, without metadata, the same for all."""
    return encode(Photo(rgb=rgb), "jpg", quality=QUALITY)
