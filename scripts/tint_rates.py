"""How often photos in colour, and toned ones, are taken for what they are.

    python -m scripts.tint_rates COLOUR_FOLDER [--old OLD_FOLDER]

Each photo of COLOUR_FOLDER counts once as it is, and once toned by us: a random hue and
strength that follow the tone, uneven, with grain in the colours, as a JPEG. Photos of
OLD_FOLDER are black-and-white, sepia or yellowed scans; those that count as colour are
listed.
"""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

from colorize_cli import codec
from colorize_cli.imaging.color import lab_to_rgb, rgb_to_lab
from colorize_cli.imaging.photo import Pixels
from colorize_cli.imaging.tint import IN_COLOUR, colour_spread, is_in_colour

SEED = 0
# Sepia and selenium hues, in degrees of ab; three of ten tints have any other.
USUAL_HUES = (40.0, 95.0)


def photos_under(folder: Path) -> list[Path]:
    """Every photo of a tree, sorted."""
    found = (
        p for p in folder.rglob("*") if p.suffix.lower() in codec.READABLE_SUFFIXES
    )
    return sorted(found)


def toned(rgb: Pixels, rng: np.random.Generator) -> Pixels:
    """The photo as a toned print: grey, tinted, unevenly, grainy, compressed."""
    L = rgb_to_lab(rgb)[..., 0]
    hue = np.radians(rng.uniform(*(USUAL_HUES if rng.random() < 0.7 else (0, 360))))
    strongest_at, width = rng.uniform(30, 70), rng.uniform(20, 60)
    chroma = rng.uniform(3, 30) * np.exp(-(((L - strongest_at) / width) ** 2))
    # Stronger at one edge than at the other, and another hue in the shadows.
    chroma *= np.linspace(1, rng.uniform(0.7, 1), L.shape[1])
    angle = hue + rng.uniform(-0.3, 0.3) * (L - 50) / 50
    ab = np.stack([chroma * np.cos(angle), chroma * np.sin(angle)], axis=-1)
    ab += rng.normal(0, rng.uniform(0, 3), ab.shape)
    lab = np.concatenate([L[..., None], ab], axis=-1).astype(np.float32)
    settings = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 95))]
    _, data = cv2.imencode(".jpg", lab_to_rgb(lab, np.uint8)[..., ::-1], settings)
    return codec.decode(bytes(data), "toned.jpg").rgb


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("colour", type=Path)
    parser.add_argument("--old", type=Path)
    arguments = parser.parse_args()
    rng = np.random.default_rng(SEED)
    photos = [
        codec.decode(p.read_bytes(), p).rgb for p in photos_under(arguments.colour)
    ]
    seen = sum(map(is_in_colour, photos))
    mistaken = sum(is_in_colour(toned(rgb, rng)) for rgb in photos)
    lines = [
        f"in colour: {seen} of {len(photos)} count as colour (limit {IN_COLOUR})",
        f"toned by us: {mistaken} of {len(photos)} count as colour",
    ]
    if arguments.old:
        old = photos_under(arguments.old)
        spreads = {p: colour_spread(codec.decode(p.read_bytes(), p).rgb) for p in old}
        tinted = {p: spread for p, spread in spreads.items() if spread > IN_COLOUR}
        lines.append(f"old photos: {len(tinted)} of {len(old)} count as colour")
        lines += [f"  {path.name}: {spread:.1f}" for path, spread in tinted.items()]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
