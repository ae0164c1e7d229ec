# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "imagecodecs", "matplotlib", "numpy", "pillow", "scikit-image", "scikit-learn",
#   "tifffile",
# ]
# ///
"""Make examples/ from photos that Python packages carry: `uv run` this file.

Provenance as code: which file of which package, and what was done to it. The licence
and the author of each are in examples/README.md.
"""

from importlib.resources import files
from io import BytesIO
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

FOLDER = Path(__file__).parent.parent / "examples"
JPEG_QUALITY = 88
# Weights of the photopic luminance of linear sRGB (Rec. 709).
LUMINANCE = (0.2126, 0.7152, 0.0722)

# EXIF tag numbers.
DESCRIPTION, ORIENTATION, ARTIST, COPYRIGHT, EXIF_BLOCK, TAKEN = (
    0x010E,
    0x0112,
    0x013B,
    0x8298,
    0x8769,
    0x9003,
)
QUARTER_TURN_CLOCKWISE = 6


def packaged(package: str, path: str) -> bytes:
    """The bytes of a file that an installed package carries."""
    return files(package).joinpath(path).read_bytes()


def luminance(data: bytes) -> NDArray[np.float32]:
    """Grey tones of a colour picture, (H, W), sRGB-encoded, in [0, 1]."""
    rgb = np.asarray(Image.open(BytesIO(data)).convert("RGB"), np.float32) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    grey = linear @ np.array(LUMINANCE, np.float32)
    encoded = np.where(
        grey <= 0.0031308, 12.92 * grey, 1.055 * grey ** (1 / 2.4) - 0.055
    )
    return encoded.astype(np.float32)


def grey_8bit(data: bytes) -> Image.Image:
    """The same as an 8-bit grey picture."""
    return Image.fromarray(np.rint(luminance(data) * 255).astype(np.uint8))


def save_jpeg(name: str, data: bytes) -> None:
    """A grey JPEG without metadata."""
    grey_8bit(data).save(FOLDER / name, quality=JPEG_QUALITY)


def save_sideways_portrait(name: str, data: bytes) -> None:
    """A grey JPEG stored on its side, as scanners and phones do, with a caption."""
    exif = Image.Exif()
    exif[ORIENTATION] = QUARTER_TURN_CLOCKWISE
    exif[DESCRIPTION] = "Commodore Grace M. Hopper, USN (covered)"
    exif[ARTIST] = "James S. Davis"
    exif[COPYRIGHT] = "Public domain (United States Navy)"
    exif.get_ifd(EXIF_BLOCK)[TAKEN] = "1984:01:20 00:00:00"
    on_its_side = grey_8bit(data).transpose(Image.Transpose.ROTATE_90)
    on_its_side.save(FOLDER / name, quality=JPEG_QUALITY, exif=exif)


def save_16bit_tiff(name: str, data: bytes) -> None:
    """A 16-bit grey TIFF, as archives scan."""
    grey = np.rint(luminance(data) * 65535).astype(np.uint16)
    tifffile.imwrite(
        FOLDER / name,
        grey,
        photometric="minisblack",
        compression="deflate",
        predictor=True,
        description="Chelsea the cat, 16-bit grey",
        metadata=None,
        software=False,
    )


def main() -> None:
    """Write every example anew."""
    FOLDER.mkdir(exist_ok=True)
    portrait = packaged("matplotlib", "mpl-data/sample_data/grace_hopper.jpg")
    save_sideways_portrait("grace_hopper.jpg", portrait)
    save_jpeg("astronaut.jpg", packaged("skimage", "data/astronaut.png"))
    # Taken in black and white, so its bytes are copied.
    camera = packaged("skimage", "data/camera.png")
    (FOLDER / "photographer.png").write_bytes(camera)
    save_16bit_tiff("cat_16bit.tif", packaged("skimage", "data/chelsea.png"))
    places = FOLDER / "places"
    places.mkdir(exist_ok=True)
    save_jpeg(
        "places/summer_palace.jpg", packaged("sklearn", "datasets/images/china.jpg")
    )
    save_jpeg("places/rocket.jpg", packaged("skimage", "data/rocket.jpg"))


if __name__ == "__main__":
    main()
