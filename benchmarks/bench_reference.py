"""The tutorial's own loop against `colorize`, from file to file, in one run.

    python -m benchmarks.bench_reference

The reference model is the tutorial's, 62.6 M parameters with random weights: its state
dict is imported and exported with the tool's own commands, so that both sides run the
same numbers. `default` is the embedded model. Every contender reads the photos, runs
the same number of steps and writes the results; models are loaded beforehand.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.photo_sets import find_sets
from benchmarks.record import record_path, table, write_record
from benchmarks.reference_model import import_reference
from benchmarks.timing import Spread, interleaved, ratios
from benchmarks.tutorial_loop import TutorialLoop
from colorize_cli.batch.run import BatchSettings, run_batch
from colorize_cli.files import plan_jobs
from colorize_cli.model import BackendName, Model, load_model
from colorize_cli.pipeline import Sampling
from colorize_cli.variants import Variants

TITLE = "The tutorial's loop against colorize"
TUTORIAL = "tutorial, PyTorch eager"


@dataclass(frozen=True, slots=True)
class Setup:
    """How `colorize` runs a model."""

    backend: BackendName
    batch_size: int
    samples: int = 1
    # How many times faster than the tutorial it has to be; None has no bar.
    wanted: float | None = None


REFERENCE = {
    "reference, onnx, batch 1": Setup("onnx", 1, wanted=1.3),
    "reference, onnx, batch 4": Setup("onnx", 4, wanted=1.3),
    "reference, torch, batch 1": Setup("torch", 1),
    "reference, torch, batch 4": Setup("torch", 4),
}
DEFAULT = {
    "default, onnx, batch 1": Setup("onnx", 1, wanted=20.0),
    "default, onnx, batch 4": Setup("onnx", 4, wanted=20.0),
    "default, onnx, batch 16, 4 samples": Setup("onnx", 16, samples=4),
    "default, torch, batch 4": Setup("torch", 4),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Time everything, print the table, write the record."""
    options = parser().parse_args(arguments)
    found = find_sets(options.photos).values()
    photos = [path for paths in found for path in paths][: options.limit]
    with TemporaryDirectory() as folder:
        contenders = build(Path(folder), photos, options)
        seconds = interleaved(contenders, options.rounds)
    body = "\n\n".join([describe(len(photos), options), summary(seconds, len(photos))])
    print(body)
    write_record(options.output, TITLE, body)


def parser() -> argparse.ArgumentParser:
    """The options; the defaults are the full measurement."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("--photos", type=Path, default=Path("examples"), metavar="DIR")
    made.add_argument("--limit", type=int, default=2, help="photos of DIR")
    made.add_argument("--steps", type=int, default=20)
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--model", type=Path, help="in place of the embedded default")
    made.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="WORD",
        help="run the contenders whose name has all these words, for instance onnx 4",
    )
    made.add_argument("--output", type=Path, default=record_path("reference"))
    return made


def build(
    folder: Path, photos: list[Path], options: argparse.Namespace
) -> dict[str, Callable[[], None]]:
    """The contenders, loaded and warm."""
    tutorial = TutorialLoop(options.steps)
    wanted = partial(is_wanted, words=options.only)
    tutorial.colorize(photos[0], folder / "warm_up.png")
    chosen = [REFERENCE[name] for name in filter(wanted, REFERENCE)]
    exported = any(setup.backend == "onnx" for setup in chosen)
    model = import_reference(tutorial, folder, exported=exported)
    contenders: dict[str, Callable[[], None]] = {
        TUTORIAL: partial(run_tutorial, tutorial, photos, folder)
    }
    for setups, path in ((REFERENCE, model), (DEFAULT, options.model)):
        for name in filter(wanted, setups):
            setup = setups[name]
            settings = BatchSettings(
                sampling=Sampling(steps=options.steps),
                variants=Variants(samples=setup.samples),
                batch_size=setup.batch_size,
                overwrite=True,
            )
            loaded = load_model(path, setup.backend, "cpu")
            warm_up(loaded, photos[:1], folder)
            contenders[name] = partial(run_ours, loaded, photos, folder, settings)
    return contenders


def is_wanted(name: str, words: list[str]) -> bool:
    """Whether the name has all of the words."""
    return all(word in name for word in words)


def run_tutorial(loop: TutorialLoop, photos: list[Path], folder: Path) -> None:
    """One photo after the other."""
    for photo in photos:
        loop.colorize(photo, folder / f"{photo.stem}.png")


def run_ours(
    model: Model, photos: list[Path], folder: Path, settings: BatchSettings
) -> None:
    """What `colorize` does once the model is loaded.

    Raises:
        RuntimeError: If not every photo was colorized.
    """
    plan = plan_jobs(photos, folder, format="png", variants=settings.variants)
    report = run_batch(plan, model, settings)
    if report.counts["done"] != len(photos):
        raise RuntimeError(f"{model.path}: {report.failures}")


def warm_up(model: Model, photos: list[Path], folder: Path) -> None:
    """One step, so that no contender pays for its first allocation."""
    settings = BatchSettings(sampling=Sampling(steps=1), overwrite=True)
    run_ours(model, photos, folder, settings)


def describe(photo_count: int, options: argparse.Namespace) -> str:
    """The settings in one line."""
    return (
        f"{photo_count} photos, {options.steps} steps, {options.rounds} interleaved "
        "rounds; median and range. From file to file, models loaded, CPU, float32."
    )


def summary(seconds: dict[str, list[float]], photo_count: int) -> str:
    """Seconds per picture, and how many times faster than the tutorial."""
    rows = []
    for name, measured in seconds.items():
        setup = (REFERENCE | DEFAULT).get(name)
        pictures = photo_count * (setup.samples if setup else 1)
        per_picture = [value / pictures for value in measured]
        faster = ratios([v / photo_count for v in seconds[TUTORIAL]], per_picture)
        bar = setup.wanted if setup else None
        verdict = (
            ""
            if bar is None
            else f"{bar:g}: {'met' if faster.median >= bar else 'missed'}"
        )
        rows.append([name, Spread.of(per_picture).format(2), faster.format(2), verdict])
    return table(["what", "s per picture", "times faster", "wanted"], rows)


if __name__ == "__main__":
    main()
