"""Make docs/images/old_photos.jpg: real old photos, by the first model and by this one.

    python -m scripts.make_old_photos FOLDER --first FIRST.safetensors

FOLDER holds photos of the FSA/OWI collection (Library of Congress, no known
restrictions); the black film edge is cut off. Prints the mean chroma of every photo of
the folder, since a photo that stays grey is a failure.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli import codec
from colorize_cli.evaluate.preparation import eight_bit
from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.imaging.metrics import mean_chroma
from colorize_cli.imaging.photo import Photo
from colorize_cli.model import load_model
from colorize_cli.pipeline import colorize

RGB = NDArray[np.uint8]

ROOT = Path(__file__).parent.parent
# Share of each side that is film edge.
EDGE = 0.06
SHOWN, HEIGHT_PX, GAP_PX, QUALITY = 6, 190, 4, 86


def main() -> None:
    """Colorize the photos twice and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=Path, required=True)
    parser.add_argument(
        "--output", type=Path, default=ROOT / "docs" / "images" / "old_photos.jpg"
    )
    options = parser.parse_args()
    models = [load_model(path, "auto", "cpu") for path in (options.first, None)]
    rows = []
    for path in sorted(options.folder.iterdir()):
        photo = without_edge(codec.decode(path.read_bytes(), path))
        results = [colorize(photo, model)[0] for model in models]
        chromas = [f"{chroma(result):.1f}" for result in results]
        print(path.name, *chromas, flush=True)  # noqa: T201
        rows.append([cell(each) for each in (photo, *results)])
    picked = rows[:: max(1, len(rows) // SHOWN)][:SHOWN]
    page = joined([joined(row, axis=0) for row in picked], axis=1)
    cv2.imwrite(
        str(options.output), page[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )


def without_edge(photo: Photo) -> Photo:
    """The photo without the film's edge."""
    height, width = photo.rgb.shape[:2]
    y, x = round(EDGE * height), round(EDGE * width)
    return photo.with_rgb(photo.rgb[y:-y, x:-x].copy())


def chroma(photo: Photo) -> float:
    """Mean chroma in Lab units, at a size that is quick."""
    small = cv2.resize(photo.rgb, (256, 256), interpolation=cv2.INTER_AREA)
    return mean_chroma(np.moveaxis(rgb_to_lab(small)[..., 1:], -1, 0))


def cell(photo: Photo) -> RGB:
    """Square, of the page's height."""
    rgb = eight_bit(photo)
    side = min(rgb.shape[:2])
    y, x = ((length - side) // 2 for length in rgb.shape[:2])
    square = rgb[y : y + side, x : x + side]
    return cv2.resize(square, (HEIGHT_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA)


def joined(cells: list[RGB], axis: int) -> RGB:
    """Side by side, or one above the other, with white between."""
    shape = list(cells[0].shape)
    shape[axis] = GAP_PX
    gap = np.full(shape, 255, np.uint8)
    parts = [part for each in cells for part in (gap, each)][1:]
    return np.concatenate(parts, axis=axis)


if __name__ == "__main__":
    main()
