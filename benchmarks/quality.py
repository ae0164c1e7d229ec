"""How good the colours are: colour photos made grey, colorized, and compared.

    python -m benchmarks.quality DIR --samples 8 --limit 100 --sheet sheet.png

Every sub-folder of DIR is a set of its own. All figures are taken from finished
pictures at the photo's own size, as a user gets them; the trainer's, taken at working
size, differ a little. Same photos, model and settings: same figures.
"""

import argparse
import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from benchmarks.colorizing import Colorized, colorized
from benchmarks.photo_sets import find_sets, pick, read_photos
from benchmarks.record import record_path, table, write_record
from benchmarks.scores import PhotoScores, SetScores, score_photo, score_set
from benchmarks.sheet import write_sheet
from colorize_cli.model import Model, load_model
from colorize_cli.pipeline import Sampling

# Photos in memory at once.
BLOCK = 64
SHEET_PHOTOS_PER_SET = 10

TITLE = "Quality on validation photos"
LEGEND = """\
MAE: mean absolute error of a and b in Lab units. PSNR: dB over sRGB, at photo size.
One: a single sample, averaged over the samples. Mean: the samples' mean colours.
Best: the sample nearest to the truth. Chroma, tint: mean distance from grey of the
pixels, and of each picture's mean colour, against the truth (1 is as colourful).
Colourfulness: Hasler and Suesstrunk 2003. Spread: standard deviation between samples
of a photo, Lab units."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every set, print the table, write Markdown, JSON and the sheet."""
    options = parser().parse_args(arguments)
    model = load_model(options.model, options.backend, options.device)
    sampling = Sampling(
        steps=options.steps,
        sampler=options.sampler,
        seed=options.seed,
        size=options.size,
    )
    results: dict[str, SetScores] = {}
    shown: list[Colorized] = []
    for name, paths in find_sets(options.folder).items():
        picked = pick(paths, options.limit, options.seed)
        scores, first = measure(
            picked, model, sampling, options.samples, options.batch_size
        )
        results[name] = scores
        shown += first
    body = "\n\n".join([describe(model, options), summary(results), LEGEND])
    print(body)
    write_record(options.output, TITLE, body)
    figures = {name: scores.to_json() for name, scores in results.items()}
    options.output.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n")
    if options.sheet:
        write_sheet(options.sheet, shown)


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("folder", type=Path, metavar="DIR")
    made.add_argument("--model", type=Path, help="default: the embedded model")
    made.add_argument("--backend", default="auto")
    made.add_argument("--device", default="auto")
    made.add_argument("--batch-size", type=int, default=8)
    made.add_argument("--samples", type=int, default=8)
    made.add_argument("--steps", type=int)
    made.add_argument("--sampler", default="ddpm")
    made.add_argument("--size", type=int, help="working short side")
    made.add_argument("--seed", type=int, default=0, help="of noise and of --limit")
    made.add_argument("--limit", type=int, help="photos per set; default: all")
    made.add_argument("--output", type=Path, default=record_path("quality"))
    made.add_argument("--sheet", type=Path, metavar="FILE.png", help="contact sheet")
    return made


def measure(
    paths: list[Path], model: Model, sampling: Sampling, samples: int, batch_size: int
) -> tuple[SetScores, list[Colorized]]:
    """Scores of a set, and its first photos for the contact sheet."""
    photos = (photo for _, photo in read_photos(paths))
    scores: list[PhotoScores] = []
    shown: list[Colorized] = []
    while block := list(islice(photos, BLOCK)):
        for result in colorized(block, model, sampling, samples, batch_size):
            scores.append(score_photo(result))
            if len(shown) < SHEET_PHOTOS_PER_SET:
                shown.append(result)
        print(f"{len(scores)} of {len(paths)}", flush=True)
    return score_set(scores), shown


def describe(model: Model, options: argparse.Namespace) -> str:
    """The model and the settings in one line."""
    size = options.size or model.header.config.image_size
    steps = options.steps or len(model.header.schedule.gammas)
    return (
        f"Model {model.path.name} on {model.backend.name}, {model.backend.device}; "
        f"short side {size}, {steps} steps, {options.sampler}, "
        f"{options.samples} samples, seed {options.seed}."
    )


def summary(results: dict[str, SetScores]) -> str:
    """One row per set."""
    columns = [
        "set",
        "photos",
        "MAE one / mean / grey",
        "PSNR one / mean / best / grey",
        "PSNR mean - grey",
        "chroma",
        "tint",
        "colourfulness / truth",
        "spread",
    ]
    return table(columns, [[name, *s.to_row()] for name, s in results.items()])


if __name__ == "__main__":
    main()
