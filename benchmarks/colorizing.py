"""The ab fields of many photos, several photos to a batch."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.model import Model
from colorize_cli.pipeline import Canvas, Sampling, denoise, rows_of

__all__ = ["denoise_all", "fields_along"]


def fields_along(
    schedule: NoiseSchedule,
    canvases: Sequence[Canvas],
    model: Model,
    sampling: Sampling,
    samples: int,
    batch_size: int,
) -> list[NDArray[np.float32]]:
    """The whole ab fields of each canvas, (samples, 2, h, w), along another schedule.

    Args:
        schedule: Walked in the place of what `sampling` asks for.
        canvases: Photos.
        model: As in `denoise`, with the rest.
        sampling: Sampler and seed.
        samples: Of each photo.
        batch_size: Rows that run together.
    """
    fields = denoise_all(canvases, model, sampling, samples, batch_size, schedule)
    return [
        np.stack([canvas.grid.blend(windows) for windows in each])
        for canvas, each in zip(canvases, fields, strict=True)
    ]


def denoise_all(
    canvases: Sequence[Canvas],
    model: Model,
    sampling: Sampling,
    samples: int,
    batch_size: int,
    schedule: NoiseSchedule | None = None,
) -> list[NDArray[np.float32]]:
    """The ab fields of each canvas, (samples, windows, 2, h, w) in Lab units."""
    rows = [row for canvas in canvases for row in rows_of(canvas, range(samples))]
    rows.sort(key=lambda row: row.canvas.grid.tile)
    found: dict[int, list[NDArray[np.float32]]] = {
        id(canvas): [] for canvas in canvases
    }
    while rows:
        tile = rows[0].canvas.grid.tile
        batch = [row for row in rows[:batch_size] if row.canvas.grid.tile == tile]
        del rows[: len(batch)]
        denoised = denoise(model, batch, sampling, schedule=schedule)
        for row, field in zip(batch, denoised, strict=True):
            found[id(row.canvas)].append(field)
    # The sort was stable, so the rows of a canvas are still in `rows_of`'s order.
    return [
        np.stack(found[id(canvas)]).reshape(
            samples, len(canvas.luminance), 2, *canvas.grid.tile
        )
        for canvas in canvases
    ]
