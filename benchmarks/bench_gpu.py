"""On a CUDA GPU: samples per second of every way to run the loop, and of whole runs.

    benchmarks/gpu.sh

Each way colours the same photos, from arrays in the host's memory to arrays in the
host's memory, encoder and noise included. What the GPU does at most is measured in the
same rounds, by a large matrix product, and so is the noise that the host draws.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import torch

from benchmarks import bench_pipeline
from benchmarks.flops import network_flops
from benchmarks.record import RESULTS, table, write_record
from benchmarks.timing import Spread, interleaved, ratios
from colorize_cli.diffusion.noise import noise_generator, stacked_noise
from colorize_cli.errors import ColorizeError
from colorize_cli.imaging.photo import Photo
from colorize_cli.model import find_model, load_model, read_network
from colorize_cli.model.backend import Backend, Model
from colorize_cli.model.config import ModelConfig
from colorize_cli.model.onnx_backend import OnnxBackend
from colorize_cli.model.onnx_session import PLAIN, CudaSettings, resolve_device
from colorize_cli.model.torch_backend import TorchBackend
from colorize_cli.pipeline import Row, Sampling, denoise, prepare, rows_of
from colorize_cli.settings import BatchSettings
from export.bundle import export_model
from export.options import ExportOptions

TITLE = "On a GPU"
WANTED = 1500
MATRIX_SIDE = 8192
# Rows at once in whole runs: enough for a GPU, and several batches in each run.
RUN_BATCH = 64


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run the loop."""

    backend: Literal["torch", "onnx"]
    precision: Literal["float32", "float16", "bfloat16"] = "float32"
    # ONNX Runtime: a loop in Python, or a graph of a step.
    loop: Literal["python", "step"] = "step"
    cuda: CudaSettings = PLAIN
    # PyTorch: the UNet compiled.
    compiled: bool = False


WAYS = {
    "torch, float32": Way("torch"),
    "torch, float16": Way("torch", "float16"),
    "torch, bfloat16": Way("torch", "bfloat16"),
    "torch, bfloat16, compiled": Way("torch", "bfloat16", compiled=True),
    "onnx, float32, loop in Python": Way("onnx", loop="python"),
    "onnx, float32, step graph": Way("onnx"),
    "onnx, float16, step graph": Way("onnx", "float16"),
    "onnx, float16, CUDA graphs": Way(
        "onnx", "float16", cuda=CudaSettings(graphs=True)
    ),
    "onnx, float16, CUDA graphs, channels last": Way(
        "onnx", "float16", cuda=CudaSettings(graphs=True, channels_last=True)
    ),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure everything; print and keep each table as soon as it is there."""
    options = parser().parse_args(arguments)
    parts: list[str] = []
    for part in tables(options):
        print(part, flush=True)
        parts.append(part)
        # Each time, since the time limit may end the program before the last.
        write_record(options.output, TITLE, "\n\n".join(parts))


def tables(options: argparse.Namespace) -> Iterator[str]:
    """What was measured on what, the ways for each batch size, and whole runs."""
    model = load_model(options.model, "torch", options.device)
    name = torch.cuda.get_device_name() if model.backend.device != "cpu" else "CPU"
    yield (
        f"{name}; {model.path.name} at {options.size} px, {options.steps} steps, "
        f"{options.rounds} interleaved rounds; median and range. Wanted: {WANTED} "
        "samples/s in one way. Of the limit: of the matrix product in float16."
    )
    with TemporaryDirectory() as folder:
        made = opened_ways(model, Path(folder), options.words)
        for batch in options.batches:
            yield measured(model, made, batch, options)
    yield whole_runs(options)


def parser() -> argparse.ArgumentParser:
    """The options; the defaults are the full measurement."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("--model", type=Path, help="in place of the embedded default")
    made.add_argument("--device", default="cuda")
    made.add_argument("--size", type=int, default=128, help="working side")
    made.add_argument("--steps", type=int, default=20)
    made.add_argument("--batches", nargs="+", type=int, default=[16, 64, 256])
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--seconds", type=float, default=1.0, help="least time per turn")
    made.add_argument("--words", nargs="*", default=[], help="ways with these words")
    made.add_argument("--matrix", type=int, default=MATRIX_SIDE, help="side")
    made.add_argument("--photos", nargs="*", default=["1:1000", "12:200"])
    made.add_argument("--jobs", type=int, default=16)
    made.add_argument("--output", type=Path, default=RESULTS / "gpu.md")
    return made


def opened_ways(model: Model, folder: Path, words: list[str]) -> dict[str, Model]:
    """The model once for every way that starts here; why others do not is told."""
    made = {}
    for name, way in WAYS.items():
        if not all(word in name for word in words):
            continue
        try:
            made[name] = replace(model, backend=opened(way, model, folder))
        except (ColorizeError, RuntimeError) as error:
            print(f"{name}: {error}", flush=True)
    return made


def opened(way: Way, model: Model, folder: Path) -> Backend:
    """The backend that goes this way, on the model's device."""
    network, header = read_network(find_model(model.path))
    device = model.backend.device
    if way.backend == "torch":
        precision = getattr(torch, way.precision)
        return TorchBackend(
            model.path, network, device, precision=precision, compiled=way.compiled
        )
    resolve_device(model.path, device)  # before the work of an export
    target = folder / f"{way.precision}_{way.loop}.onnx"
    half, with_step = way.precision == "float16", way.loop != "python"
    export_model(network, header, target, ExportOptions(fp16=half, with_step=with_step))
    return OnnxBackend.open(target, device, cuda=way.cuda)[0]


def measured(
    model: Model, made: dict[str, Model], batch: int, options: argparse.Namespace
) -> str:
    """Samples per second of every way at one batch size."""
    rows = rows_to_colour(model.header.config, batch, options.size)
    turns: dict[str, Callable[[], object]] = {}
    for name, each in made.items():
        turn = partial(denoise, each, rows, Sampling(steps=options.steps))
        try:
            turn()
        except (ColorizeError, RuntimeError) as error:
            print(f"{name}, batch {batch}: {error}", flush=True)
            continue
        turns[name] = turn
    # Not of one number: a GPU has a higher clock for products that switch few bits.
    side, on = options.matrix, torch.device(model.backend.device)
    factor = torch.randn(side, side, dtype=torch.float16, device=on)
    limit = partial(product, factor)
    limit()
    turns |= {"limit": limit, "noise": partial(draw_all, rows, options.steps)}
    seconds = interleaved(turns, options.rounds, shortest_s=options.seconds)
    peaks = [2 * side**3 / each for each in seconds.pop("limit")]
    drawn = Spread.of([batch / each for each in seconds.pop("noise")]).format(0)
    work = options.steps * work_of(model, options.size)
    peak = Spread.of([value / 1e12 for value in peaks]).format(1)
    head = (
        f"Batch {batch}; limit {peak} TFLOP/s, {work / 1e9:.0f} GFLOP a sample; the "
        f"host alone draws the noise of {drawn} samples/s."
    )
    columns = ["way", "samples/s", f"of {WANTED}", "of the limit"]
    lines = [
        line_of(name, [batch / each for each in taken], work, peaks)
        for name, taken in seconds.items()
    ]
    return f"{head}\n\n{table(columns, lines)}"


def line_of(
    name: str, speeds: list[float], work: int, peaks: list[float]
) -> tuple[str, ...]:
    """A way's line: samples per second, against what is wanted and what is possible."""
    share = ratios([100 * work * speed for speed in speeds], peaks)
    speed = Spread.of(speeds)
    met = "met" if speed.median >= WANTED else f"{speed.median / WANTED:.0%}"
    return name, speed.format(0), met, f"{share.format(1)} %"


def rows_to_colour(config: ModelConfig, batch: int, size: int) -> list[Row]:
    """A sample of each of so many square grey photos."""
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(batch):
        grey = rng.integers(0, 256, (size, size, 1), dtype=np.uint8)
        photo = Photo(rgb=np.repeat(grey, 3, axis=2))
        rows += rows_of(prepare(photo, config, size))
    return rows


def draw_all(rows: Sequence[Row], steps: int) -> None:
    """Draw the noise of so many steps, as `denoise` does."""
    generators = [noise_generator(0, row.canvas.fingerprint, 0, 0) for row in rows]
    for _ in range(steps):
        stacked_noise(generators, *rows[0].canvas.grid.tile)


def product(factor: torch.Tensor) -> None:
    """A large matrix product, awaited."""
    (factor @ factor)[0, 0].item()


def work_of(model: Model, size: int) -> int:
    """Operations of one step for one sample."""
    network, header = read_network(find_model(model.path))
    x, gamma = torch.zeros(1, 3, size, size), torch.full((1,), 0.5)
    scale = header.config.encoder.scale if header.config.encoder else 1
    features = network.encode(torch.zeros(1, 1, scale * size, scale * size))
    return network_flops(network.unet, x, gamma, *features)


def whole_runs(options: argparse.Namespace) -> str:
    """Photos per second from files to files, and the network's share."""
    settings = BatchSettings(batch_size=RUN_BATCH, workers=options.jobs)
    rows = []
    for backend in ("torch", "onnx"):
        try:
            model = load_model(options.model, backend, options.device)
            rows += [
                run_of(model, settings, *pair.split(":")) for pair in options.photos
            ]
        except (ColorizeError, RuntimeError) as error:
            print(f"whole runs, {backend}: {error}", flush=True)
    head = (
        f"From files to files, batch {settings.batch_size}, {settings.workers} readers "
        "and writers, at the model's own size:"
    )
    columns = ["backend", "megapixels", "photos", "photos/s", "share of the network"]
    return f"{head}\n\n{table(columns, rows)}"


def run_of(
    model: Model, settings: BatchSettings, megapixels: str, count: str
) -> tuple[str, ...]:
    """The line of one run."""
    report, seconds = bench_pipeline.run(model, settings, float(megapixels), int(count))
    share = f"{report.denoise_s / report.wall_s:.0%}"
    speed = f"{int(count) / seconds:.1f}"
    return model.backend.name, megapixels, count, speed, share


if __name__ == "__main__":
    main()
