"""How colours of working size are best brought to the photo's size.

    python -m benchmarks.upsampling data/val --limit 40

Every candidate upsamples the same predicted ab fields; results keep the photo's L.
Bleeding is measured where it shows: at pixels near strong edges of L.
"""

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.bilateral_solver import solve
from benchmarks.photo_sets import draw_photos
from benchmarks.record import record_path, table, write_record
from colorize_cli.evaluate.preparation import eight_bit
from colorize_cli.imaging.color import lab_to_rgb, rgb_to_lab
from colorize_cli.imaging.guided import guided_lines
from colorize_cli.imaging.metrics import mean_chroma, psnr
from colorize_cli.imaging.photo import Photo
from colorize_cli.model import Model, load_model
from colorize_cli.pipeline import Sampling, denoise, prepare, rows_of

Plane = NDArray[np.float32]
# ab (h, w, 2) and L (H, W) to ab (H, W, 2).
Upsampler = Callable[[Plane, Plane], Plane]

# Share of the pixels, those with the steepest L, that count as strong edges.
EDGE_SHARE = 0.05
TITLE = "Chroma at full resolution"
LEGEND = """\
PSNR: dB over sRGB, the truth's ab reduced to working size and brought back (ceiling),
and the model's (predicted). Edges: the same within two pixels of the 5 % steepest L.
MAE at edges: of predicted ab, Lab units. Chroma: ratio to the truth."""


def resized(ab: Plane, L: Plane, *, how: int) -> Plane:
    """Plain interpolation."""
    return cv2.resize(ab, L.shape[::-1], interpolation=how)


def guided(ab: Plane, L: Plane, *, radius: int, eps: float) -> Plane:
    """Fast guided filter (He and Sun 2015): ab as a local line of L.

    Args:
        ab: (h, w, 2).
        L: (H, W) in [0, 100].
        radius: Of the windows, in pixels of ab.
        eps: Variance of L below which a window counts as flat.
    """
    small = cv2.resize(L, ab.shape[1::-1], interpolation=cv2.INTER_AREA)
    lines = guided_lines(np.moveaxis(ab, -1, 0), small, radius, eps)
    wide = resized(np.moveaxis(lines, 0, -1), L, how=cv2.INTER_LINEAR)
    return wide[..., :2] * L[..., None] + wide[..., 2:]


def guided_then_bicubic(ab: Plane, L: Plane, *, radius: int, eps: float) -> Plane:
    """The guided filter at working size only, then plain interpolation."""
    small = cv2.resize(L, ab.shape[1::-1], interpolation=cv2.INTER_AREA)
    return BICUBIC(guided(ab, small, radius=radius, eps=eps), L)


def blurred(ab: Plane, L: Plane, *, sigma: float) -> Plane:
    """A Gaussian blur at working size, then plain interpolation: smoothing alone."""
    return BICUBIC(cv2.GaussianBlur(ab, (0, 0), sigma), L)


def joint_bilateral(ab: Plane, L: Plane, *, radius: int, sigma: float) -> Plane:
    """Joint bilateral upsampling (Kopf et al. 2007).

    Args:
        ab: (h, w, 2).
        L: (H, W) in [0, 100].
        radius: In pixels of ab; sigma of the distance is half of it.
        sigma: Of the difference in L.
    """
    h, w = ab.shape[:2]
    H, W = L.shape
    small = cv2.resize(L, (w, h), interpolation=cv2.INTER_AREA)
    rows = (np.arange(H) + 0.5) * h / H - 0.5
    columns = (np.arange(W) + 0.5) * w / W - 0.5
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    total, weights = np.zeros((H, W, 2), np.float32), np.zeros((H, W), np.float32)
    for i in range(-radius + 1, radius + 1):
        for j in range(-radius + 1, radius + 1):
            r, c = (top + i).clip(0, h - 1), (left + j).clip(0, w - 1)
            far = (top + i - rows)[:, None] ** 2 + (left + j - columns)[None] ** 2
            unlike = (small[np.ix_(r, c)] - L) / sigma
            weight = np.exp(-2 * far / radius**2 - unlike**2 / 2).astype(np.float32)
            total += weight[..., None] * ab[np.ix_(r, c)]
            weights += weight
    total /= np.maximum(weights, 1e-6)[..., None]
    return total


def bilateral_solver(ab: Plane, L: Plane, *, sigma: float, smooth: float) -> Plane:
    """The fast bilateral solver on the bicubic field; cells of one place of ab.

    Args:
        ab: (h, w, 2).
        L: (H, W) in [0, 100].
        sigma: Size of a cell in units of L.
        smooth: Weight of smoothness.
    """
    reach = L.shape[0] / ab.shape[0]
    return solve(BICUBIC(ab, L), L, reach=reach, sigma=sigma, smooth=smooth)


BICUBIC = partial(resized, how=cv2.INTER_CUBIC)
CANDIDATES: dict[str, Upsampler] = {
    "nearest": partial(resized, how=cv2.INTER_NEAREST),
    "bilinear": partial(resized, how=cv2.INTER_LINEAR),
    "bicubic": BICUBIC,
    **{
        f"guided, radius {radius}, eps {eps}": partial(guided, radius=radius, eps=eps)
        for radius in (1, 2, 3, 4)
        for eps in (30.0, 100.0, 300.0)
    },
    **{
        f"guided at working size, radius {radius}, then bicubic": partial(
            guided_then_bicubic, radius=radius, eps=100.0
        )
        for radius in (1, 2)
    },
    **{
        f"blur of sigma {sigma}, then bicubic": partial(blurred, sigma=sigma)
        for sigma in (1.0, 2.0)
    },
    **{
        f"joint bilateral, radius {r}, sigma {sigma}": partial(
            joint_bilateral, radius=r, sigma=sigma
        )
        for r in (2, 3)
        for sigma in (10.0, 20.0)
    },
    **{
        f"bilateral solver, sigma {sigma}, smooth {smooth}": partial(
            bilateral_solver, sigma=sigma, smooth=smooth
        )
        for sigma in (5.0, 10.0)
        for smooth in (4.0, 16.0, 64.0)
    },
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every candidate, print the table, write it down."""
    options = parser().parse_args(arguments)
    model = load_model(options.model, "auto", "cpu")
    scores: dict[str, list[list[float]]] = {name: [] for name in CANDIDATES}
    for photo in draw_photos(options.folder, options.limit):
        field, truth = predict(photo, model), rgb_to_lab(photo.rgb)
        for name, upsample in CANDIDATES.items():
            scores[name].append(score(photo, truth, field, upsample))
    body = f"{len(scores['bicubic'])} photos.\n\n{summary(scores)}\n\n{LEGEND}"
    print(body)
    write_record(options.output, TITLE, body)


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("folder", type=Path, metavar="DIR")
    made.add_argument("--model", type=Path, help="default: the embedded model")
    made.add_argument("--limit", type=int, default=40, help="photos per set")
    made.add_argument("--output", type=Path, default=record_path("upsampling"))
    return made


def predict(photo: Photo, model: Model) -> Plane:
    """One sample's ab field, (h, w, 2) in Lab units."""
    canvas = prepare(photo, model.header.config)
    fields = denoise(model, rows_of(canvas), Sampling())
    return np.ascontiguousarray(np.moveaxis(canvas.grid.blend(fields), 0, -1))


def score(photo: Photo, truth: Plane, field: Plane, upsample: Upsampler) -> list[float]:
    """PSNR of ceiling and prediction, whole and at edges; MAE at edges; chromas."""
    L = np.ascontiguousarray(truth[..., 0])
    original = eight_bit(photo)
    edges = strong_edges(L)
    size = field.shape[1::-1]
    small = cv2.resize(truth[..., 1:], size, interpolation=cv2.INTER_AREA)
    figures: list[float] = []
    for ab in (small, field):
        upsampled = upsample(ab, L)
        rgb = lab_to_rgb(np.dstack([L, upsampled]), np.uint8).astype(np.uint8)
        figures += [
            psnr(rgb, original),
            psnr(rgb[edges][None], original[edges][None]),
        ]
    error = np.abs(upsampled - truth[..., 1:])
    chromas = [
        mean_chroma(np.moveaxis(ab, -1, 0)) for ab in (upsampled, truth[..., 1:])
    ]
    return [*figures, float(error[edges].mean()), *chromas]


def strong_edges(L: Plane) -> NDArray[np.bool_]:
    """Pixels within two of the steepest ones."""
    slope = np.hypot(cv2.Sobel(L, cv2.CV_32F, 1, 0), cv2.Sobel(L, cv2.CV_32F, 0, 1))
    steep = slope >= np.quantile(slope, 1 - EDGE_SHARE)
    return cv2.dilate(steep.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)


def summary(scores: dict[str, list[list[float]]]) -> str:
    """A row per candidate."""
    columns = ["upsampling", "ceiling", "ceiling, edges", "predicted"]
    columns += ["predicted, edges", "MAE at edges", "chroma"]
    rows = []
    for name, each in scores.items():
        *figures, chroma, truth = np.mean(each, axis=0)
        rows.append([name, *(f"{value:.2f}" for value in (*figures, chroma / truth))])
    return table(columns, rows)


if __name__ == "__main__":
    main()
