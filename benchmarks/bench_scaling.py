"""Pictures per second against samples, steps, working size, batch and threads.

    python -m benchmarks.bench_scaling

One thing is changed at a time; all rows are from the same interleaved rounds. The
photo's own size plays no part: it is laid out beforehand, and nothing is written.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.record import record_path, table, write_record
from benchmarks.timing import Spread, interleaved, ratios
from colorize_cli.imaging.photo import Photo
from colorize_cli.model import EMBEDDED_MODEL, load_model
from colorize_cli.model.backend import Model
from colorize_cli.model.onnx_backend import OnnxBackend
from colorize_cli.model.onnx_session import thread_count
from colorize_cli.pipeline import Sampling, denoise_samples, prepare

TITLE = "Scaling"
PHOTO_SHAPE = (480, 640, 3)


@dataclass(frozen=True, slots=True)
class Load:
    """What the network is asked for; `base` is one picture as the defaults have it."""

    samples: int = 1
    batch: int = 4
    steps: int = 20
    size: int | None = None
    threads: int = 0


BASE = Load()


def main(arguments: Sequence[str] | None = None) -> None:
    """Time everything, print the table, write the record."""
    options = parser().parse_args(arguments)
    loads = {"base": BASE} | variations(options)
    models = {n: open_model(n) for n in {load.threads for load in loads.values()}}
    turns = {name: turn(models[load.threads], load) for name, load in loads.items()}
    for each in turns.values():
        each()
    seconds = interleaved(turns, options.rounds)
    per_picture = {
        name: [each / loads[name].samples for each in seconds[name]] for name in loads
    }
    rows = [
        [
            name,
            Spread.of([1 / each for each in measured]).format(2),
            ratios(per_picture["base"], measured).format(2),
        ]
        for name, measured in per_picture.items()
    ]
    head = (
        f"Base: one sample, batch {BASE.batch}, {BASE.steps} steps, the model's own "
        f"size, {thread_count()} threads. {options.rounds} interleaved rounds; median "
        "and range."
    )
    body = "\n\n".join([head, table(["changed", "pictures/s", "times base"], rows)])
    print(body)
    write_record(options.output, TITLE, body)


def parser() -> argparse.ArgumentParser:
    """The options; the defaults are the full measurement."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("--samples", nargs="*", type=int, default=[2, 4, 16])
    made.add_argument("--batches", nargs="*", type=int, default=[1, 2, 8, 16])
    made.add_argument("--steps", nargs="*", type=int, default=[1, 5, 10, 40])
    made.add_argument("--sizes", nargs="*", type=int, default=[96, 128, 192])
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--output", type=Path, default=record_path("scaling"))
    return made


def variations(options: argparse.Namespace) -> dict[str, Load]:
    """The loads by name; batches are filled with 16 samples."""
    found = {f"{n} samples": replace(BASE, samples=n) for n in options.samples}
    for batch in options.batches:
        found[f"16 samples, batch {batch}"] = replace(BASE, samples=16, batch=batch)
    found |= {f"{n} steps": replace(BASE, steps=n) for n in options.steps}
    found |= {f"short side {n}": replace(BASE, size=n) for n in options.sizes}
    threads = range(1, thread_count())
    return found | {f"{n} thread(s)": replace(BASE, threads=n) for n in threads}


def open_model(threads: int) -> Model:
    """The embedded model on so many threads; 0 is one per core."""
    graph = EMBEDDED_MODEL.with_suffix(".onnx")
    backend, _ = OnnxBackend.open(graph, "cpu", threads or None)
    return replace(load_model(None, "onnx", "cpu"), backend=backend)


def turn(model: Model, load: Load) -> Callable[[], object]:
    """The denoising of one photo."""
    grey = np.random.default_rng(0).integers(0, 256, PHOTO_SHAPE[:2], dtype=np.uint8)
    photo = Photo(rgb=np.repeat(grey[..., None], 3, axis=2))
    canvas = prepare(photo, model.header.config, load.size)
    sampling = Sampling(steps=load.steps)
    return partial(
        denoise_samples, model, canvas, sampling, load.samples, batch_size=load.batch
    )


if __name__ == "__main__":
    main()
