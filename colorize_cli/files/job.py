"""One photo to colorize, and what its results are called."""

import os
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Self

from colorize_cli.codec.formats import (
    READABLE_SUFFIXES,
    Format,
    output_format,
    suffix_of,
)
from colorize_cli.files.source import Source
from colorize_cli.variants import Product

__all__ = ["Job"]

# Of ext4, APFS, NTFS and most others.
MAX_NAME_BYTES = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One photo to read and where its results go.

    Attributes:
        source: The photo.
        target: Where the first sample is written, relative to the destination.
        format: How results are encoded.
    """

    source: Source
    target: PurePosixPath
    format: Format

    @classmethod
    def of(cls, source: Source, format: Format | None) -> Self:
        """The job of a photo, whose result takes its place under the destination.

        Args:
            source: The photo.
            format: The format of the result; None to keep the photo's own.
        """
        place = PurePosixPath(source.name)
        chosen = output_format(place, format)
        return cls(source=source, target=target_of(place, chosen), format=chosen)

    def target_of_sample(self, index: int) -> PurePosixPath:
        """Where a sample is written: `target` for index 0, then name_s2, name_s3."""
        if index == 0:
            return self.target
        return self._beside(f"_s{index + 1}{self.target.suffix}")

    def place_of(self, product: Product) -> PurePosixPath:
        """Where a product is written, relative to the destination."""
        if product.kind == "picture":
            return self.target_of_sample(product.number)
        return self._beside(f"_{product.kind}{suffix_of(self.format_of(product))}")

    def format_of(self, product: Product) -> Format:
        """How a product is encoded: pictures as asked for, others for any viewer."""
        if product.kind == "picture":
            return self.format
        is_photographic = product.kind == "sheet" and self.format in {"jpg", "webp"}
        return "jpg" if is_photographic else "png"

    def _beside(self, ending: str) -> PurePosixPath:
        """The target with another end to its name."""
        return self.target.with_name(fitted(self.target.stem, ending))


def target_of(relative: PurePosixPath, format: Format) -> PurePosixPath:
    """A photo's relative path with the suffix of its result."""
    is_photo = relative.suffix.lower() in READABLE_SUFFIXES
    stem = relative.stem if is_photo else relative.name
    return relative.with_name(fitted(stem, suffix_of(format, relative)))


def fitted(stem: str, ending: str) -> str:
    """Stem and ending as a file name, the stem shortened if the name is too long."""
    tail, raw = os.fsencode(ending), os.fsencode(stem)
    cut = MAX_NAME_BYTES - len(tail)
    if len(raw) <= cut:
        return stem + ending
    # Bytes 10xxxxxx continue a letter in UTF-8; no letter has more than three.
    for _ in range(3):
        cut -= raw[cut] & 0xC0 == 0x80
    return os.fsdecode(raw[:cut] + tail)
