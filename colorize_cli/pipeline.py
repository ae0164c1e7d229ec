"""From a photo to its colorized variants: pure composition, no files.

R rows of a batch (a row is one window of one sample of one photo), H and W the height
and width of a window at working size.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from colorize_cli.diffusion.noise import noise_generator, stacked_noise
from colorize_cli.diffusion.process import Sampler
from colorize_cli.diffusion.sampler import OnStep, reverse, step_of
from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.imaging.color import denormalize_ab
from colorize_cli.imaging.luminance import luminance_at
from colorize_cli.imaging.photo import Photo
from colorize_cli.imaging.recombine import recombine
from colorize_cli.imaging.tiles import TileGrid
from colorize_cli.model.backend import Model
from colorize_cli.model.config import ModelConfig

__all__ = [
    "FAST",
    "Canvas",
    "Row",
    "Sampling",
    "colorize",
    "denoise",
    "denoise_samples",
    "fingerprint",
    "finish",
    "prepare",
    "rows_of",
    "schedule_of",
]

FINGERPRINT_ROWS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How the reverse loop is run; what decides the colours besides model and photo."""

    # Number of steps; None takes the model's own schedule.
    steps: int | None = None
    sampler: Sampler = "ddpm"
    seed: int = 0
    # Working short side in pixels; None takes the model's image_size.
    size: int | None = None

    def step_count(self, own: NoiseSchedule) -> int:
        """Number of steps with a model of this schedule."""
        return self.steps or len(own.gammas)


# The fewest steps whose colours the model's own schedule does not beat: `--fast`.
FAST = Sampling(sampler="eta", steps=4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Canvas:
    """A photo at working size, ready for the network; each is equal to itself alone.

    Attributes:
        grid: Where the windows lie.
        luminance: L of each window in [-1, 1], (n, 1, H, W).
        encoder_luminance: The same at the encoder's size, (n, 1, E_H, E_W).
        fingerprint: Hash of the photo's pixels; the noise depends on it.
    """

    grid: TileGrid
    luminance: NDArray[np.float32]
    encoder_luminance: NDArray[np.float32]
    fingerprint: int


@dataclass(frozen=True, slots=True)
class Row:
    """One window of one sample: a row of a batch."""

    canvas: Canvas
    window: int
    sample: int


def fingerprint(photo: Photo) -> int:
    """A 64-bit hash of the photo's pixels: size, type and evenly spread rows.

    Metadata does not count, so correcting a caption does not change the colours.
    """
    step = max(1, len(photo.rgb) // FINGERPRINT_ROWS)
    shape = f"{photo.rgb.shape} {photo.rgb.dtype}".encode()
    digest = hashlib.blake2b(shape, digest_size=8)
    digest.update(np.ascontiguousarray(photo.rgb[::step]).data)
    return int.from_bytes(digest.digest(), "little")


def prepare(photo: Photo, config: ModelConfig, size: int | None = None) -> Canvas:
    """Lay the photo out at working size.

    Args:
        photo: Of any size.
        config: The model's.
        size: Working short side; None is the config's image_size.
    """
    side = size or config.image_size
    if config.square:
        multiple = config.size_multiple_px
        grid = TileGrid.square(max(multiple, round(side / multiple) * multiple))
    else:
        grid = TileGrid.covering(photo.size, side, config.size_multiple_px)
    scale = config.encoder.scale if config.encoder is not None else 1
    finer = luminance_at(photo.rgb, grid.height * scale, grid.width * scale)
    return Canvas(
        grid=grid,
        luminance=grid.cut(luminance_at(photo.rgb, grid.height, grid.width)),
        encoder_luminance=grid.cut(finer, scale),
        fingerprint=fingerprint(photo),
    )


def rows_of(canvas: Canvas, samples: Iterable[int] = (0,)) -> list[Row]:
    """The rows of these samples of a photo, sample by sample."""
    windows = range(len(canvas.luminance))
    return [Row(canvas, window, s) for s in samples for window in windows]


def schedule_of(model: Model, sampling: Sampling) -> NoiseSchedule:
    """The gammas to visit: the model's own in so many steps, its ends alone for eta."""
    own = model.header.schedule
    count = sampling.step_count(own)
    if sampling.sampler == "eta":
        return own.even_in_log_snr(count)
    return own.respaced(count)


def denoise(
    model: Model,
    rows: Sequence[Row],
    sampling: Sampling,
    on_step: OnStep | None = None,
    schedule: NoiseSchedule | None = None,
) -> NDArray[np.float32]:
    """Run the reverse loop on rows of one window size.

    Args:
        model: Its config and schedule decide prediction, normalisation and steps.
        rows: All with windows of the same H and W.
        sampling: Steps, sampler and seed.
        on_step: As in `reverse`.
        schedule: Walked in the place of `schedule_of(model, sampling)`.

    Returns:
        ab in Lab units, (R, 2, H, W).
    """
    config = model.header.config
    schedule = schedule or schedule_of(model, sampling)
    height, width = rows[0].canvas.grid.tile
    generators = [
        noise_generator(sampling.seed, row.canvas.fingerprint, row.sample, row.window)
        for row in rows
    ]
    draw = partial(stacked_noise, generators, height, width)
    x = np.empty((len(rows), 3, height, width), np.float32)
    x[:, :1] = [row.canvas.luminance[row.window] for row in rows]
    x[:, 1:] = draw()
    features = encode(model, rows)
    loop = model.backend.loop_for(features) if on_step is None else None
    if loop is not None:
        y0 = loop(x, schedule, sampler=sampling.sampler, draw=draw)
    else:
        y0 = reverse(
            model.backend.denoiser_for(features),
            x,
            schedule,
            step=step_of(sampling.sampler, draw),
            prediction=config.prediction,
            clip=config.clip,
            on_step=on_step,
        )
    return denormalize_ab(y0, config.ab_mean, config.ab_std)


def denoise_samples(
    model: Model, canvas: Canvas, sampling: Sampling, samples: int, batch_size: int
) -> NDArray[np.float32]:
    """Run the reverse loop on all windows of the first samples of one photo.

    Args:
        model: As in `denoise`.
        canvas: The photo.
        sampling: As in `denoise`.
        samples: How many, K.
        batch_size: Rows that run together; does not change the result beyond rounding.

    Returns:
        ab in Lab units, (K, n, 2, H, W).
    """
    rows = rows_of(canvas, range(samples))
    starts = range(0, len(rows), batch_size)
    parts = [denoise(model, rows[i : i + batch_size], sampling) for i in starts]
    fields = np.concatenate(parts)
    return fields.reshape(samples, -1, *fields.shape[1:])


def encode(model: Model, rows: Sequence[Row]) -> tuple[NDArray[np.float32], ...]:
    """Encoder features of each row; every window is encoded once."""
    if model.header.config.encoder is None:
        return ()
    windows = {(id(row.canvas), row.window): row for row in rows}
    positions = {key: i for i, key in enumerate(windows)}
    planes = [row.canvas.encoder_luminance[row.window] for row in windows.values()]
    features = model.backend.encode(np.stack(planes))
    index = [positions[id(row.canvas), row.window] for row in rows]
    return tuple(feature[index] for feature in features)


def finish(photo: Photo, canvas: Canvas, fields: NDArray[np.float32]) -> Photo:
    """The colorized photo.

    Args:
        photo: The original; its luminance, alpha and metadata are kept.
        canvas: What `prepare` made of it.
        fields: ab of the windows of one sample in Lab units, (n, 2, H, W).
    """
    return photo.with_rgb(recombine(photo.rgb, canvas.grid.blend(fields)))


def colorize(
    photo: Photo,
    model: Model,
    sampling: Sampling | None = None,
    *,
    samples: int = 1,
    batch_size: int = 4,
) -> list[Photo]:
    """Colorize one photo; the batch engine does the same for many.

    Args:
        photo: Of any size, grey, tinted or already in colour (its colour is ignored).
        model: A loaded model.
        sampling: Steps, sampler, seed, size; None takes the defaults.
        samples: How many variants.
        batch_size: Rows that run together; does not change the result beyond rounding.

    Returns:
        `samples` photos with the original's size, luminance and metadata.
    """
    sampling = sampling or Sampling()
    canvas = prepare(photo, model.header.config, sampling.size)
    fields = denoise_samples(model, canvas, sampling, samples, batch_size)
    return [finish(photo, canvas, each) for each in fields]
