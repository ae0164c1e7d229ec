"""What the batch engine costs beside the network: time, and memory as photos go by.

    python -m benchmarks.bench_engine

Overlap: whole runs against the very batches that their network saw, in turns. Memory:
peak of a process that does few photos, and of one that does ten times as many, with a
model without a network, so that nothing hides what the engine keeps.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.record import record_path, table, write_record
from benchmarks.timing import Spread, ratios
from colorize_cli.batch import batches
from colorize_cli.batch.run import run_batch
from colorize_cli.files import plan_jobs
from colorize_cli.model import load_model
from colorize_cli.model.backend import Model
from colorize_cli.model.config import ModelConfig
from colorize_cli.pipeline import Row, Sampling, denoise
from colorize_cli.settings import BatchSettings
from tests.fake_backend import fake_model

TITLE = "Batch engine"
BATCH_SIZE = 4
QUALITY = 92
# The memory of a process that measures itself, as it prints it.
PEAK = "peak_kib"
TINY = ModelConfig(image_size=32, channel_mults=(1,), prediction="v", square=False)
SMALL_PX = (64, 48)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure both, print the tables, write the record."""
    options = parser().parse_args(arguments)
    if options.measure_peak:
        run_small(options.measure_peak)
        return
    parts = [] if options.skip_overlap else [measure_overlap(options)]
    parts += [] if options.skip_memory else [measure_memory(options)]
    body = "\n\n".join(parts)
    print(body)
    write_record(options.output, TITLE, body)


def parser() -> argparse.ArgumentParser:
    """The options; the defaults are the full measurement."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("--photos", type=int, default=500, help="for the overlap")
    made.add_argument("--rounds", type=int, default=5, help="that they are split into")
    made.add_argument("--megapixels", type=float, default=1)
    made.add_argument("--steps", type=int, help="[default: the model's own]")
    made.add_argument("--device", default="cpu")
    made.add_argument("--few", type=int, default=500, help="photos, for the memory")
    made.add_argument("--many", type=int, default=5000)
    made.add_argument("--skip-overlap", action="store_true")
    made.add_argument("--skip-memory", action="store_true")
    made.add_argument("--measure-peak", type=int, help=argparse.SUPPRESS)
    made.add_argument("--output", type=Path, default=record_path("engine"))
    return made


def measure_overlap(options: argparse.Namespace) -> str:
    """Whole runs against their batches alone."""
    model = load_model(None, "auto", options.device)
    settings = BatchSettings(
        sampling=Sampling(steps=options.steps), batch_size=BATCH_SIZE
    )
    per_round = options.photos // options.rounds
    whole, pure = [], []
    for number in range(options.rounds):
        with TemporaryDirectory() as folder, watched_batches() as seen:
            side = (options.megapixels * 1e6 / 12) ** 0.5
            size = (round(4 * side), round(3 * side))
            write_photos(Path(folder) / "photos", per_round, size, seed=number)
            started = time.perf_counter()
            run_folder(Path(folder), model, settings)
            whole.append(time.perf_counter() - started)
        started = time.perf_counter()
        for rows in seen:
            denoise(model, rows, settings.sampling)
        pure.append(time.perf_counter() - started)
        print(f"round {number + 1}: {whole[-1]:.1f} s, {pure[-1]:.1f} s", flush=True)
    figures = [
        ["whole run, photos per second", rate(per_round, whole)],
        ["its batches alone, photos per second", rate(per_round, pure)],
        ["time of the run / time of its batches", ratios(whole, pure).format(3)],
        ["of all rounds together", f"{sum(whole) / sum(pure):.3f}"],
    ]
    head = (
        f"{options.photos} photos of {options.megapixels:g} megapixels, JPEG to JPEG, "
        f"in {options.rounds} rounds; embedded model, {model.backend.name}, "
        f"{model.backend.device}, batches of {BATCH_SIZE}. Wanted: at most 1.10."
    )
    return "\n\n".join(["## Overlap", head, table(["", "median and range"], figures)])


def measure_memory(options: argparse.Namespace) -> str:
    """Peaks of processes that do few photos and many."""
    peaks = {count: peak_of(count) for count in (options.few, options.many)}
    rows = [[count, f"{peak / 1024:.0f}"] for count, peak in peaks.items()]
    ratio = peaks[options.many] / peaks[options.few]
    head = (
        f"Photos of {SMALL_PX[0]} x {SMALL_PX[1]} pixels, a model without a network. "
        f"Ratio {ratio:.3f}; wanted: at most 1.1."
    )
    return "\n\n".join(["## Memory", head, table(["photos", "peak RSS, MiB"], rows)])


def peak_of(count: int) -> int:
    """Peak resident memory of a process that colorizes so many photos, in KiB."""
    command = [sys.executable, "-m", "benchmarks.bench_engine", "--measure-peak"]
    done = subprocess.run([*command, str(count)], check=True, stdout=subprocess.PIPE)
    name, _, value = done.stdout.decode().strip().rpartition("\n")[2].partition(" ")
    if name != PEAK:
        raise RuntimeError(f"the measuring process printed {done.stdout!r}")
    return int(value)


def run_small(count: int) -> None:
    """Colorize small photos in this process and print the memory that took."""
    with TemporaryDirectory() as folder:
        write_photos(Path(folder) / "photos", count, SMALL_PX, seed=0)
        run_folder(Path(folder), fake_model(TINY), BatchSettings(batch_size=BATCH_SIZE))
    print(PEAK, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def run_folder(folder: Path, model: Model, settings: BatchSettings) -> None:
    """Colorize folder/photos into folder/out; all of them, or it is an error."""
    source, out = folder / "photos", folder / "out"
    plan = plan_jobs([source], out, format=None, variants=settings.variants)
    report = run_batch(plan, model, settings)
    if report.counts["done"] != len(plan.jobs) or not plan.jobs:
        raise RuntimeError(f"{report.counts} of {len(plan.jobs)} photos")


def write_photos(folder: Path, count: int, size: tuple[int, int], seed: int) -> None:
    """Grey JPEGs, all different: smooth shapes and grain, as scans have."""
    folder.mkdir()
    random = np.random.default_rng(seed)
    for index in range(count):
        coarse = random.integers(0, 256, (9, 12), dtype=np.uint8)
        grey: NDArray[np.uint8] = cv2.resize(coarse, size)
        grain = np.empty(grey.shape, np.int8)
        cv2.randn(grain, 0, 3)
        grey = cv2.add(grey, grain, dtype=cv2.CV_8U)
        path = folder / f"{index:06}.jpg"
        cv2.imwrite(str(path), grey, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


@contextmanager
def watched_batches() -> Iterator[list[Sequence[Row]]]:
    """The rows of every batch that the engine gives to the network."""
    seen: list[Sequence[Row]] = []

    def watched(model: Model, rows: Sequence[Row], *args: object) -> object:
        seen.append(rows)
        return denoise(model, rows, *args)  # type: ignore[arg-type]

    with patch.object(batches, "denoise", watched):
        yield seen


def rate(count: int, seconds: list[float]) -> str:
    """Photos per second."""
    return Spread.of([count / each for each in seconds]).format(2)


if __name__ == "__main__":
    main()
