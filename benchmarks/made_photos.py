"""Grey JPEGs of any size, made from the example photos, for timing."""

from pathlib import Path

import cv2
import numpy as np

__all__ = ["made_photos"]

EXAMPLES = Path("examples")
GRAIN = 3.0
QUALITY = 92


def made_photos(folder: Path, megapixels: float, count: int) -> list[Path]:
    """Write `count` photos of this size, 4 : 3, into the folder.

    An example is enlarged and given grain, so that the file is as large as a scan's;
    all photos are that one file under several names.
    """
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    size = (width, round(width * 3 / 4))
    example = next(path for path in sorted(EXAMPLES.glob("*.jpg")))
    grey = cv2.imread(str(example), cv2.IMREAD_GRAYSCALE)
    grey = cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC)
    grain = np.empty(grey.shape, np.int8)
    cv2.randn(grain, 0, GRAIN)
    grey = cv2.add(grey, grain, dtype=cv2.CV_8U)
    first = folder / f"{megapixels:g}mp_0000.jpg"
    settings = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    if not cv2.imwrite(str(first), grey, settings):
        raise OSError(f"{first}: cannot be written")
    others = [folder / f"{megapixels:g}mp_{i:04d}.jpg" for i in range(1, count)]
    for other in others:
        other.hardlink_to(first)
    return [first, *others]
