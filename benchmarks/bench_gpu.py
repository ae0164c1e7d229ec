"""On a CUDA GPU: samples per second of every way to run the loop, and of whole runs.

    benchmarks/gpu.sh

Each way colours the same rows, from arrays in the host's memory to arrays in the host's
memory, encoder included. What the GPU does at most is measured in the same rounds, by a
large matrix product.
"""

import argparse
from collections.abc import Sequence
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
from colorize_cli.errors import ColorizeError
from colorize_cli.imaging.photo import Photo
from colorize_cli.model import find_model, load_model, read_network
from colorize_cli.model.backend import Backend, Model
from colorize_cli.model.onnx_backend import OnnxBackend
from colorize_cli.model.torch_backend import TorchBackend
from colorize_cli.pipeline import Row, Sampling, denoise, prepare, rows_of
from colorize_cli.settings import BatchSettings
from export.bundle import export_model
from export.options import ExportOptions

TITLE = "On a GPU"
WANTED = 1500
MATRIX_SIDE = 8192


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run the loop."""

    backend: Literal["torch", "onnx"]
    precision: Literal["float32", "float16", "bfloat16"] = "float32"
    # ONNX Runtime: a loop in Python, a graph of a step, or that as CUDA graphs.
    loop: Literal["python", "step", "graphs"] = "step"
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
    "onnx, float16, CUDA graphs": Way("onnx", "float16", loop="graphs"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure everything, print the tables, write the record."""
    options = parser().parse_args(arguments)
    model = load_model(options.model, "torch", options.device)
    on_gpu = model.backend.device != "cpu"
    name = torch.cuda.get_device_name() if on_gpu else "CPU"
    parts = [
        f"{name}; {model.path.name} at {options.size} px, {options.steps} steps, "
        f"{options.rounds} interleaved rounds; median and range. Wanted: {WANTED} "
        "samples/s in one way. Of the limit: of the matrix product in float16."
    ]
    with TemporaryDirectory() as folder:
        made = opened_ways(model, Path(folder), options.words)
        parts += [measured(made, batch, options) for batch in options.batches]
    parts.append(whole_runs(model, options))
    body = "\n\n".join(parts)
    print(body)
    write_record(options.output, TITLE, body)


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
    made.add_argument("--photos", nargs="*", default=["1:500", "12:60"])
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
    target = folder / f"{way.precision}_{way.loop}.onnx"
    half, with_step = way.precision == "float16", way.loop != "python"
    export_model(network, header, target, ExportOptions(fp16=half, with_step=with_step))
    graphs = way.loop == "graphs"
    return OnnxBackend.open(target, device, cuda_graphs=graphs)[0]


def measured(made: dict[str, Model], batch: int, options: argparse.Namespace) -> str:
    """Samples per second of every way at one batch size."""
    device = next(iter(made.values())).backend.device
    turns = {}
    for name, model in made.items():
        rows = rows_to_colour(model, batch, options.size)
        turn = partial(denoise, model, rows, Sampling(steps=options.steps))
        try:
            turn()
        except (ColorizeError, RuntimeError) as error:
            print(f"{name}, batch {batch}: {error}", flush=True)
            continue
        turns[name] = turn
    limit = partial(product, torch.device(device), options.matrix)
    limit()
    seconds = interleaved(
        {**turns, "limit": limit}, options.rounds, shortest_s=options.seconds
    )
    peaks = [2 * options.matrix**3 / each for each in seconds.pop("limit")]
    work = options.steps * work_of(next(iter(made.values())), options.size)
    rows_of_table = []
    for name, each in seconds.items():
        speeds = [batch / value for value in each]
        share = ratios([100 * work * speed for speed in speeds], peaks)
        median = Spread.of(speeds).median
        met = "met" if median >= WANTED else f"{median / WANTED:.0%}"
        rows_of_table.append(
            [name, Spread.of(speeds).format(0), met, f"{share.format(1)} %"]
        )
    peak = Spread.of([value / 1e12 for value in peaks]).format(1)
    head = f"Batch {batch}; limit {peak} TFLOP/s, {work / 1e9:.0f} GFLOP a sample."
    columns = ["way", "samples/s", f"of {WANTED}", "of the limit"]
    return f"{head}\n\n{table(columns, rows_of_table)}"


def rows_to_colour(model: Model, batch: int, size: int) -> list[Row]:
    """Samples of a square grey photo."""
    grey = np.random.default_rng(0).integers(0, 256, (size, size, 1), dtype=np.uint8)
    photo = Photo(rgb=np.repeat(grey, 3, axis=2))
    return rows_of(prepare(photo, model.header.config, size), range(batch))


def product(device: torch.device, side: int) -> None:
    """A large matrix product in float16, awaited."""
    factor = torch.ones(side, side, dtype=torch.float16, device=device)
    (factor @ factor)[0, 0].item()


def work_of(model: Model, size: int) -> int:
    """Operations of one step for one sample."""
    network, header = read_network(find_model(model.path))
    x, gamma = torch.zeros(1, 3, size, size), torch.full((1,), 0.5)
    scale = header.config.encoder.scale if header.config.encoder else 1
    features = network.encode(torch.zeros(1, 1, scale * size, scale * size))
    return network_flops(network.unet, x, gamma, *features)


def whole_runs(model: Model, options: argparse.Namespace) -> str:
    """Photos per second from files to files, and the network's share."""
    auto = load_model(options.model, "auto", options.device)
    settings = BatchSettings(batch_size=options.batches[-1], workers=options.jobs)
    rows = []
    for pair in options.photos:
        megapixels, count = pair.split(":")
        report, seconds = bench_pipeline.run(
            auto, settings, float(megapixels), int(count)
        )
        share = f"{report.denoise_s / report.wall_s:.0%}"
        rows.append([megapixels, count, f"{int(count) / seconds:.1f}", share])
    head = (
        f"From files to files on {auto.backend.name}, batch {settings.batch_size}, "
        f"{settings.workers} readers and writers, at the model's own size:"
    )
    columns = ["megapixels", "photos", "photos/s", "share of the network"]
    return f"{head}\n\n{table(columns, rows)}"


if __name__ == "__main__":
    main()
