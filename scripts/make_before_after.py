"""Make docs/images/before_after.jpg: examples as they are, and colorized.

    python -m scripts.make_before_after [--model FILE] [--seed N]

The photos are those of examples/, whose licences allow it.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli import codec
from colorize_cli.evaluate.preparation import eight_bit
from colorize_cli.model import load_model
from colorize_cli.pipeline import Sampling, colorize

ROOT = Path(__file__).parent.parent
PHOTOS = ("grace_hopper.jpg", "places/summer_palace.jpg", "cat_16bit.tif")
HEIGHT_PX, GAP_PX, QUALITY = 300, 6, 88


def main() -> None:
    """Colorize the photos and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", type=Path, help="default: the embedded model")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--output", type=Path, default=ROOT / "docs" / "images" / "before_after.jpg"
    )
    options = parser.parse_args()
    model = load_model(options.model, "auto", "cpu")
    before, after = [], []
    for name in PHOTOS:
        path = ROOT / "examples" / name
        photo = codec.decode(path.read_bytes(), path)
        (result,) = colorize(photo, model, Sampling(seed=options.seed))
        before.append(cell(eight_bit(photo)))
        after.append(cell(eight_bit(result)))
    rows = [np.hstack(cells) for cells in (before, after)]
    picture = np.vstack([rows[0], np.full_like(rows[0][:GAP_PX], 255), rows[1]])
    options.output.parent.mkdir(parents=True, exist_ok=True)
    settings = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    cv2.imwrite(str(options.output), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), settings)


def cell(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture at the row's height, with a gap on its right."""
    width = round(rgb.shape[1] * HEIGHT_PX / rgb.shape[0])
    small = cv2.resize(rgb, (width, HEIGHT_PX), interpolation=cv2.INTER_AREA)
    return np.hstack([small, np.full((HEIGHT_PX, GAP_PX, 3), 255, np.uint8)])


if __name__ == "__main__":
    main()
