"""Photos between reading and writing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from colorize_cli.batch.resume import Decision
from colorize_cli.batch.shelf import Shelf
from colorize_cli.files import Job, Stamp
from colorize_cli.imaging.photo import Photo
from colorize_cli.pipeline import Canvas, Row, rows_of
from colorize_cli.variants import Product

__all__ = ["Flight", "Landing", "Page", "Reading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known of a photo's file once it has been read.

    Attributes:
        hash: `content_hash` of it.
        stamp: Size and time before it was read; None if not known.
        began_s: When reading began, on the clock of `time.perf_counter`.
    """

    hash: str
    stamp: Stamp | None
    began_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """A photo of which nothing is to be made, as was found out by reading it."""

    job: Job
    reading: Reading
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Page:
    """A page of a file; most have only one.

    Attributes:
        index: Which, from 0.
        canvas: The page at working size; None if it keeps the colours that it has.
        photo: None if there was no room on the shelf, so it is decoded again.
        is_in_colour: Whether it has colours of its own.
        raw_bytes: What its pixels take as colours.
    """

    index: int
    canvas: Canvas | None
    photo: Photo | None
    is_in_colour: bool
    raw_bytes: int

    def rows(self, samples: Sequence[int]) -> list[Row]:
        """The rows of these samples, sample by sample."""
        return [] if self.canvas is None else rows_of(self.canvas, samples)


@dataclass(slots=True, eq=False)
class Flight:
    """A photo that has been read and is not yet written."""

    job: Job
    reading: Reading
    # What is to be made, and which samples are to be drawn for it, from 0.
    decision: Decision
    samples: tuple[int, ...]
    pages: tuple[Page, ...]
    # ab of each finished row, (2, H, W) in Lab units.
    fields: dict[Row, NDArray[np.float32]] = field(default_factory=dict)
    # `content_hash` of each result that has been written.
    hashes: dict[Product, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[Row]:
        """The rows of the samples that are to be drawn."""
        return [row for page in self.pages for row in page.rows(self.samples)]

    @property
    def is_complete(self) -> bool:
        """Whether every row has its colours."""
        return len(self.fields) == len(self.rows)

    @property
    def is_copy(self) -> bool:
        """Whether the photo is in colour, and stays as it is."""
        return all(page.canvas is None for page in self.pages)

    @property
    def on_color(self) -> str:
        """What becomes of its pages in colour, as the ledger has it."""
        if not any(page.is_in_colour for page in self.pages):
            return ""
        return "keep" if any(page.canvas is None for page in self.pages) else "recolor"

    def blended_fields(self, page: Page) -> NDArray[np.float32]:
        """The colours of all samples of a page, windows joined, (K, 2, h, w).

        Args:
            page: One with a canvas.
        """
        if page.canvas is None:
            raise ValueError("a page that keeps its colours has no fields")
        return np.stack(
            [
                page.canvas.grid.blend(
                    np.stack([self.fields[row] for row in page.rows([sample])])
                )
                for sample in self.samples
            ]
        )

    def release(self, shelf: Shelf) -> None:
        """Free the room on the shelf."""
        for page in self.pages:
            shelf.release(page.photo)
