"""One call of the denoiser: against the tutorial's network, and against the machine.

    python -m benchmarks.bench_denoiser

The tutorial's network answers for one photo at a time, as its loop asks it; ours for
1, 4 and 16. What the machine could do at most is measured in the same rounds.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from benchmarks.ceilings import ceilings
from benchmarks.flops import graph_flops, network_flops
from benchmarks.record import record_path, table, write_record
from benchmarks.reference_model import import_reference
from benchmarks.timing import Spread, interleaved, ratios
from benchmarks.tutorial_loop import TutorialLoop
from colorize_cli.model import BackendName, load_model, read_network
from colorize_cli.model.backend import Features, Model
from colorize_cli.model.onnx_graphs import GAMMA, X, feature_names

TITLE = "One call of the denoiser"
TUTORIAL = "tutorial, PyTorch eager, batch 1"
GAMMA_VALUE = 0.5
BACKENDS: tuple[BackendName, ...] = ("onnx", "torch")
LEGEND = """\
Work: floating-point operations per picture of the network as its layers are defined,
and of the ONNX graph, whose short cuts (phases, Winograd) save some. Done: operations
of what is run, per second. Of the limit: of the large convolution through the same
library in the same rounds. Times faster: than the tutorial's network, per picture."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A network on a backend, asked about several pictures at once."""

    library: str
    batch: int
    call: Callable[[], object]
    # Operations per picture: as defined, and as run.
    defined: float
    run: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Time everything, print the tables, write the record."""
    options = parser().parse_args(arguments)
    limits = ceilings()
    with TemporaryDirectory() as folder:
        contenders = build(Path(folder), options)
        calls = {name: each.call for name, each in contenders.items()}
        calls |= {name: call for name, (call, _) in limits.items()}
        for call in calls.values():
            call()
        seconds = interleaved(calls, options.rounds, shortest_s=options.seconds)
    peaks = {
        name: [flops / each for each in seconds[name]]
        for name, (_, flops) in limits.items()
    }
    head = (
        f"{options.rounds} interleaved rounds, each turn at least {options.seconds:g} "
        "s; median and range. float32, CPU."
    )
    parts = [head, limit_table(peaks), summary(contenders, seconds, peaks), LEGEND]
    body = "\n\n".join(parts)
    print(body)
    write_record(options.output, TITLE, body)


def parser() -> argparse.ArgumentParser:
    """The options; the defaults are the full measurement."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("--batches", nargs="+", type=int, default=[1, 4, 16])
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--seconds", type=float, default=0.5, help="least time per turn")
    made.add_argument("--model", type=Path, help="in place of the embedded default")
    made.add_argument("--output", type=Path, default=record_path("denoiser"))
    return made


def build(folder: Path, options: argparse.Namespace) -> dict[str, Contender]:
    """The tutorial's network first, then ours."""
    tutorial = TutorialLoop(steps=20)
    reference = import_reference(tutorial, folder, exported=True)
    found = {}
    for name, path in (("reference", reference), ("default", options.model)):
        models = {backend: load_model(path, backend, "cpu") for backend in BACKENDS}
        work = work_of(models["onnx"])
        for batch in options.batches:
            for backend, model in models.items():
                run = work[1] if backend == "onnx" else work[0]
                found[f"{name}, {backend}, batch {batch}"] = Contender(
                    backend, batch, call_of(model, batch), work[0], run
                )
        if name == "reference":
            x = torch.from_numpy(inputs_of(models["onnx"], 1)[0])
            network = tutorial.model.denoise_fn
            level = torch.full((1, 1), GAMMA_VALUE)
            call = partial(inferred, network, x, level)
            found = {TUTORIAL: Contender("torch", 1, call, work[0], work[0])} | found
    return found


def inferred(network: torch.nn.Module, *tensors: torch.Tensor) -> object:
    """As the tutorial calls it, without gradients."""
    with torch.no_grad():
        return network(*tensors)


def call_of(model: Model, batch: int) -> Callable[[], object]:
    """One call of the model's denoiser, features bound in."""
    x, features = inputs_of(model, batch)
    return partial(model.backend.denoiser_for(features), x, GAMMA_VALUE)


def inputs_of(model: Model, batch: int) -> tuple[np.ndarray, Features]:
    """Random input of a batch at the model's own size, and features of grey."""
    config = model.header.config
    side = config.image_size
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, 3, side, side), np.float32)
    scale = config.encoder.scale if config.encoder else 1
    grey = np.zeros((batch, 1, scale * side, scale * side), np.float32)
    return x, model.backend.encode(grey)


def work_of(model: Model) -> tuple[int, int]:
    """Operations per picture, of the network and of its ONNX graph."""
    x, features = inputs_of(model, 1)
    names = feature_names(model.header.config)
    arrays = [x, np.full(1, GAMMA_VALUE, np.float32), *features]
    network, _ = read_network(model.path)
    defined = network_flops(network.unet, *map(torch.from_numpy, arrays))
    inputs = dict(zip([X, GAMMA, *names], arrays, strict=True))
    return defined, graph_flops(model.path.with_suffix(".onnx"), inputs)


def limit_table(peaks: dict[str, list[float]]) -> str:
    """What the machine did at most."""
    rows = [
        [name, Spread.of([each / 1e9 for each in values]).format(0)]
        for name, values in peaks.items()
    ]
    return table(["limit", "GFLOP/s"], rows)


def summary(
    contenders: dict[str, Contender],
    seconds: dict[str, list[float]],
    peaks: dict[str, list[float]],
) -> str:
    """One row per network, backend and batch."""
    rows = []
    tutorial = seconds[TUTORIAL]
    for name, each in contenders.items():
        per_picture = [value / each.batch for value in seconds[name]]
        speeds = [each.run / value for value in per_picture]
        shares = ratios(speeds, peaks[f"convolution, {each.library}"])
        rows.append(
            [
                name,
                Spread.of([1e3 * value for value in per_picture]).format(1),
                f"{each.defined / 1e9:.2f} / {each.run / 1e9:.2f}",
                Spread.of([value / 1e9 for value in speeds]).format(0),
                Spread.of([100 * v for v in shares_of(shares)]).format(0) + " %",
                ratios(tutorial, per_picture).format(1),
            ]
        )
    columns = ["what", "ms per picture", "work, GFLOP", "done, GFLOP/s"]
    return table([*columns, "of the limit", "times faster"], rows)


def shares_of(spread: Spread) -> list[float]:
    """The three figures of a spread."""
    return [spread.lowest, spread.median, spread.highest]


if __name__ == "__main__":
    main()
