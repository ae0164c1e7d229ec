"""A second pass at a larger size: is it worth its time?

    python -m benchmarks.refinement data/dev --limit 24

The colours of the first pass, at the model's own size, are enlarged, made noisy again
up to a level, and cleaned once more at the larger size, as SDEdit does (Meng et al.
2022). Beside it the plain run at either size. Everything is joined with the photo as
`colorize` joins it, and measured as benchmarks.upsampling measures.
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.photo_sets import draw_photos
from benchmarks.record import record_path, table, write_record
from benchmarks.upsampling import guided, score
from colorize_cli.diffusion.noise import noise_generator, stacked_noise
from colorize_cli.diffusion.process import add_noise
from colorize_cli.diffusion.sampler import reverse, step_of
from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.imaging.color import denormalize_ab, normalize_ab, rgb_to_lab
from colorize_cli.imaging.guided import FLAT
from colorize_cli.imaging.photo import Photo
from colorize_cli.imaging.recombine import GUIDE_RADIUS
from colorize_cli.model import Model, load_model
from colorize_cli.pipeline import Row, Sampling, denoise, encode, prepare, rows_of

TITLE = "A second pass at a larger size"
LEGEND = """\
PSNR: dB over sRGB of one sample. Edges: within two pixels of the 5 % steepest L. MAE at
edges: of ab, Lab units. Chroma: ratio to the truth. Steps: calls of the network, each
at the larger size costing (larger / own)^2 of one at the model's own."""

Floats = NDArray[np.float32]
SEED = 1
# What `colorize` does.
UPSAMPLE = partial(guided, radius=GUIDE_RADIUS, eps=FLAT)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every way, print the table, write it down."""
    options = parser().parse_args(arguments)
    model = load_model(options.model, "auto", "cpu")
    own, large = model.header.config.image_size, options.side
    scores: dict[str, list[list[float]]] = {}
    calls: dict[str, str] = {}
    for photo in draw_photos(options.folder, options.limit):
        truth = rgb_to_lab(photo.rgb)
        first = one_pass(photo, model, own)
        fields = {f"{own} px": first, f"{large} px": one_pass(photo, model, large)}
        calls |= dict.fromkeys(fields, f"{len(model.header.schedule.gammas)}")
        for level in options.levels:
            rest = clean_end(model.header.schedule, level)
            name = f"{own} px, then {large} px from log-SNR {level:g}"
            fields[name] = second_pass(photo, model, first, rest, large)
            calls[name] = f"{len(model.header.schedule.gammas)} + {len(rest.gammas)}"
        for name, field in fields.items():
            across = np.ascontiguousarray(np.moveaxis(field, 0, -1))
            scores.setdefault(name, []).append(score(photo, truth, across, UPSAMPLE))
    count = len(next(iter(scores.values())))
    body = f"{count} photos.\n\n{summary(scores, calls)}\n\n{LEGEND}"
    print(body)
    write_record(options.output, TITLE, body)


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("folder", type=Path, metavar="DIR")
    made.add_argument("--model", type=Path, help="default: the embedded model")
    made.add_argument("--limit", type=int, default=24, help="photos per set")
    made.add_argument("--side", type=int, default=128, help="of the second pass, px")
    made.add_argument("--levels", nargs="+", type=float, default=[-4, -2, 0, 2])
    made.add_argument("--output", type=Path, default=record_path("refinement"))
    return made


def one_pass(photo: Photo, model: Model, side: int) -> Floats:
    """The whole loop at one size: ab in Lab units, (2, h, w)."""
    canvas = prepare(photo, model.header.config, side)
    return canvas.grid.blend(denoise(model, rows_of(canvas), Sampling(seed=SEED)))


def clean_end(schedule: NoiseSchedule, level: float) -> NoiseSchedule:
    """The steps of a schedule whose log-SNR is at least `level`."""
    least = 1 / (1 + math.exp(-level))
    return replace(schedule, gammas=tuple(g for g in schedule.gammas if g >= least))


def second_pass(
    photo: Photo, model: Model, field: Floats, rest: NoiseSchedule, side: int
) -> Floats:
    """The last steps once more, at another size.

    Args:
        photo: Whose colours they are.
        model: As of the first pass.
        field: Its result, (2, h, w) in Lab units.
        rest: The steps to walk; noise is added up to the first.
        side: Working short side in pixels.

    Returns:
        ab in Lab units, (2, H, W).
    """
    config = model.header.config
    canvas = prepare(photo, config, side)
    grid, rows = canvas.grid, rows_of(canvas)
    wide = [
        cv2.resize(plane, (grid.width, grid.height), interpolation=cv2.INTER_CUBIC)
        for plane in field
    ]
    windows = np.concatenate([grid.cut(plane) for plane in wide], axis=1)
    draw = partial(stacked_noise, [generator_of(row) for row in rows], *grid.tile)
    y0 = normalize_ab(windows, config.ab_mean, config.ab_std)
    y = add_noise(y0, draw(), rest.gammas[0])
    features = encode(model, rows)
    cleaned = reverse(
        model.backend.denoiser_for(features),
        np.concatenate([canvas.luminance, y], axis=1).astype(np.float32),
        rest,
        step=step_of("ddpm", draw),
        prediction=config.prediction,
        clip=config.clip,
    )
    return grid.blend(denormalize_ab(cleaned, config.ab_mean, config.ab_std))


def generator_of(row: Row) -> np.random.Generator:
    """Noise that the first pass has not seen."""
    return noise_generator(SEED + 1, row.canvas.fingerprint, row.sample, row.window)


def summary(scores: dict[str, list[list[float]]], calls: dict[str, str]) -> str:
    """A row per way."""
    columns = ["pass", "steps", "PSNR", "PSNR, edges", "MAE at edges", "chroma"]
    rows = []
    for name, each in scores.items():
        _, _, *figures, chroma, truth = np.mean(each, axis=0)
        ratios = (*figures, chroma / truth)
        rows.append([name, calls[name], *(f"{value:.2f}" for value in ratios)])
    return table(columns, rows)


if __name__ == "__main__":
    main()
