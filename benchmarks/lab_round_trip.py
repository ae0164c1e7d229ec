"""What the path through Lab and the codec costs, and whether L is kept.

    python -m benchmarks.lab_round_trip DIR --limit 50

Round trip: a photo is read, taken to Lab, given back its own ab by the code that joins
colours to photos, written as PNG and read again; then counted is what changed.
Luminance: photos are colorized, and L of the results is compared with that of the
photos. The bars are at most 0.5 % of pixels by at most 1 level, and 1.0 L on average.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.photo_sets import find_sets, pick, read_photos
from benchmarks.record import record_path, table, write_record
from colorize_cli import codec
from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.imaging.photo import Photo
from colorize_cli.imaging.recombine import recombine
from colorize_cli.model import Model, load_model
from colorize_cli.pipeline import Sampling, colorize

TITLE = "Lab round trip and luminance"


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """Pixels of a photo, those that changed, and the largest step of a channel."""

    pixels: int
    changed: int
    worst: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every set, print the table, write the record."""
    options = parser().parse_args(arguments)
    model = None
    if options.luminance > 0:
        model = load_model(options.model, options.backend, options.device)
    rows = []
    for name, paths in find_sets(options.folder).items():
        photos = [p for _, p in read_photos(pick(paths, options.limit, options.seed))]
        trips = [round_trip(photo) for photo in photos]
        shifts = []
        if model is not None:
            chosen = photos[: options.luminance]
            shifts = [luminance_shift(photo, model, options.steps) for photo in chosen]
        rows.append([name, *cells(trips, shifts)])
    columns = ["set", "photos", "pixels changed", "worst step of a channel"]
    columns += ["photos colorized", "mean L difference, all / worst photo"]
    body = table(columns, rows)
    print(body)
    write_record(options.output, TITLE, body)


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("folder", type=Path, metavar="DIR")
    made.add_argument("--limit", type=int, help="photos per set; default: all")
    made.add_argument("--luminance", type=int, default=8, help="photos to colorize")
    made.add_argument("--model", type=Path, help="default: the embedded model")
    made.add_argument("--backend", default="auto")
    made.add_argument("--device", default="auto")
    made.add_argument("--steps", type=int)
    made.add_argument("--seed", type=int, default=0, help="of --limit")
    made.add_argument("--output", type=Path, default=record_path("lab_round_trip"))
    return made


def round_trip(photo: Photo) -> RoundTrip:
    """Through Lab with untouched ab, PNG, and back."""
    ab = np.moveaxis(rgb_to_lab(photo.rgb)[..., 1:], -1, 0)
    joined = photo.with_rgb(
        recombine(photo.rgb, np.ascontiguousarray(ab), guide_radius=0)
    )
    data = codec.encode(joined, "png")
    again = codec.decode(data, Path("round_trip.png")).rgb
    steps = np.abs(again.astype(np.int32) - photo.rgb.astype(np.int32)).max(axis=2)
    return RoundTrip(steps.size, int(np.count_nonzero(steps)), int(steps.max()))


def luminance_shift(photo: Photo, model: Model, steps: int | None) -> float:
    """Mean absolute difference of L, in [0, 100], between a result and its photo."""
    (result,) = colorize(photo, model, Sampling(steps=steps))
    difference = rgb_to_lab(result.rgb)[..., 0] - rgb_to_lab(photo.rgb)[..., 0]
    return float(np.abs(difference).mean())


def cells(trips: list[RoundTrip], shifts: list[float]) -> list[str]:
    """The columns of a set after its name."""
    changed = sum(trip.changed for trip in trips) / sum(trip.pixels for trip in trips)
    shift = "" if not shifts else f"{np.mean(shifts):.3f} / {max(shifts):.3f}"
    return [
        str(len(trips)),
        f"{changed:.4%}",
        str(max(trip.worst for trip in trips)),
        str(len(shifts)),
        shift,
    ]


if __name__ == "__main__":
    main()
