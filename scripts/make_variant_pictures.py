"""Make the pictures of docs/variants.md and docs/trace.md with the commands they show.

    python -m scripts.make_variant_pictures

The photo is one of examples/, whose licence allows it. What the commands write is
made smaller to be kept in the repository.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

ROOT = Path(__file__).parent.parent
PHOTO = ROOT / "examples" / "places" / "summer_palace.jpg"
IMAGES = ROOT / "docs" / "images"
WIDEST_PX, QUALITY = 1000, 82


def main() -> None:
    """Run the commands and shrink what they write."""
    with TemporaryDirectory() as folder:
        out, page = Path(folder, "out"), Path(folder, "trace.png")
        options = ["--samples", "8", "--pick", "medoid", "--sheet", "--spread"]
        colorize(PHOTO, "-o", out, *options)
        colorize("trace", PHOTO, "-o", page, "--sample", "5")
        shrink(out / f"{PHOTO.stem}_sheet.jpg", IMAGES / "sheet.jpg")
        shrink(out / f"{PHOTO.stem}_spread.png", IMAGES / "spread.jpg")
        shrink(page, IMAGES / "trace.jpg")


def colorize(*arguments: object) -> None:
    """Run the tool as a user would."""
    command = [sys.executable, "-m", "colorize_cli", *map(str, arguments)]
    subprocess.run(command, check=True)


def shrink(source: Path, target: Path) -> None:
    """A JPEG of at most the widest width."""
    picture = cv2.imread(str(source))
    if picture is None:
        raise SystemExit(f"{source}: is not a picture that can be read")
    height, width = picture.shape[:2]
    scale = min(1, WIDEST_PX / width)
    size = round(width * scale), round(height * scale)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(target), small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    main()
