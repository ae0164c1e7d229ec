"""Colour photos made grey and colorized again, several photos to a batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.photo_sets import grey_of
from colorize_cli.imaging.photo import Photo
from colorize_cli.model import Model
from colorize_cli.pipeline import Canvas, Sampling, denoise, finish, prepare, rows_of

__all__ = ["RGB", "Colorized", "colorized", "rgb_of"]

# (H, W, 3), 8-bit sRGB.
RGB = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Colorized:
    """A photo and what was made of it; all pictures are (H, W, 3), 8-bit sRGB.

    Attributes:
        truth: The photo in colour.
        grey: What the model was given.
        samples: The variants.
        mean: The photo with the mean of the variants' ab fields.
    """

    truth: RGB
    grey: RGB
    samples: list[RGB]
    mean: RGB


def colorized(
    photos: Sequence[Photo],
    model: Model,
    sampling: Sampling,
    samples: int,
    batch_size: int,
) -> Iterator[Colorized]:
    """Take the colour away and let the real pipeline find some, photo by photo."""
    greys = [grey_of(photo) for photo in photos]
    canvases = [prepare(grey, model.header.config, sampling.size) for grey in greys]
    all_fields = denoise_all(canvases, model, sampling, samples, batch_size)
    for photo, grey, canvas, fields in zip(
        photos, greys, canvases, all_fields, strict=True
    ):
        yield Colorized(
            truth=rgb_of(photo),
            grey=rgb_of(grey),
            samples=[rgb_of(finish(grey, canvas, sample)) for sample in fields],
            mean=rgb_of(finish(grey, canvas, fields.mean(axis=0))),
        )


def rgb_of(photo: Photo) -> RGB:
    """The pixels as 8 bits."""
    if photo.rgb.dtype == np.uint16:
        return (photo.rgb >> 8).astype(np.uint8)
    return photo.rgb.astype(np.uint8, copy=False)


def denoise_all(
    canvases: Sequence[Canvas],
    model: Model,
    sampling: Sampling,
    samples: int,
    batch_size: int,
) -> list[NDArray[np.float32]]:
    """The ab fields of each canvas, (samples, windows, 2, h, w) in Lab units."""
    rows = [row for canvas in canvases for row in rows_of(canvas, samples)]
    rows.sort(key=lambda row: row.canvas.grid.tile)
    found: dict[int, list[NDArray[np.float32]]] = {
        id(canvas): [] for canvas in canvases
    }
    while rows:
        tile = rows[0].canvas.grid.tile
        batch = [row for row in rows[:batch_size] if row.canvas.grid.tile == tile]
        del rows[: len(batch)]
        for row, field in zip(batch, denoise(model, batch, sampling), strict=True):
            found[id(row.canvas)].append(field)
    # The sort was stable, so the rows of a canvas are still in `rows_of`'s order.
    return [
        np.stack(found[id(canvas)]).reshape(
            samples, len(canvas.luminance), 2, *canvas.grid.tile
        )
        for canvas in canvases
    ]
