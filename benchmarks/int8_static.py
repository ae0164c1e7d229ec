"""An experiment: the denoiser in 8-bit integers on the CPU (static QDQ, per channel).

    python -m benchmarks.int8_static

Convolutions take uint8 activations and int8 weights, with ranges from the whole loop of
calibration photos, which is what ONNX Runtime is quickest at on a processor with VNNI.
The first and the last convolution stay float32: they are cheap, and what they round
is the picture itself. It would be kept if it were 1.5 times faster and its colours
no further from float32's than two seeds are from each other.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)

from benchmarks.photo_sets import find_sets, read_photos
from benchmarks.record import record_path, table, write_record
from benchmarks.timing import Spread, interleaved, ratios
from colorize_cli.diffusion.denoiser import Denoiser
from colorize_cli.diffusion.sampler import reverse, step_of
from colorize_cli.model import load_model, read_network
from colorize_cli.model.backend import Model
from colorize_cli.model.onnx_backend import OnnxBackend
from colorize_cli.model.onnx_graphs import GAMMA, X, feature_names
from colorize_cli.pipeline import Row, Sampling, denoise, encode, prepare, rows_of
from export.bundle import export_model
from export.options import ExportOptions

TITLE = "The denoiser in 8-bit integers"
FASTER, FACTOR = "times faster", 1.5
# Every so many steps of a calibration photo's loop are seen.
CALIBRATION_STRIDE = 3
GAMMA_VALUE = 0.5

Inputs = dict[str, NDArray[np.float32]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Quantise, time, compare colours, print the tables, write the record."""
    options = parser().parse_args(arguments)
    exact = load_model(options.model, "onnx", "cpu")
    paths = [path for found in find_sets(options.photos).values() for path in found]
    photos = [photo for _, photo in read_photos(paths[: options.limit])]
    canvases = [prepare(photo, exact.header.config) for photo in photos]
    rows = [row for canvas in canvases for row in rows_of(canvas)]
    with TemporaryDirectory() as folder:
        rough = quantised(exact, rows[: options.calibrate], Path(folder))
    body = "\n\n".join(
        [
            f"Calibrated on {min(options.calibrate, len(rows))} photos, compared on "
            f"{len(rows)}; {options.rounds} interleaved rounds.",
            times(exact, rough, options),
            colours(exact, rough, rows),
        ]
    )
    print(body)
    write_record(options.output, TITLE, body)


def parser() -> argparse.ArgumentParser:
    """The options; the defaults are the full measurement."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("--photos", type=Path, default=Path("examples"), metavar="DIR")
    made.add_argument("--limit", type=int, default=16, help="photos of DIR")
    made.add_argument("--calibrate", type=int, default=8, help="photos of these")
    made.add_argument("--model", type=Path, help="in place of the embedded default")
    made.add_argument("--batches", nargs="+", type=int, default=[1, 4])
    made.add_argument("--rounds", type=int, default=5)
    made.add_argument("--output", type=Path, default=record_path("int8"))
    return made


class Seen(CalibrationDataReader):  # type: ignore[misc]
    """What the denoiser was asked, one question after the other."""

    def __init__(self, questions: Iterator[Inputs]) -> None:
        """Hold them."""
        self._questions = questions

    def get_next(self) -> Inputs | None:
        """The next question; None when there is none."""
        return next(self._questions, None)


def quantised(exact: Model, rows: Sequence[Row], folder: Path) -> Model:
    """The model with a denoiser whose convolutions are in 8 bits."""
    network, header = read_network(exact.path)
    plain, path = folder / "plain.onnx", folder / "int8.onnx"
    export_model(network, header, plain, ExportOptions())
    quantize_static(
        plain,
        path,
        Seen(questions(exact, rows)),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv"],
        nodes_to_exclude=outer_convolutions(plain),
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    backend, _ = OnnxBackend.open(path, "cpu")
    return replace(exact, backend=backend)


def outer_convolutions(path: Path) -> list[str]:
    """Names of the first and the last convolution of a graph."""
    nodes = onnx.load(path).graph.node
    names = [node.name for node in nodes if node.op_type == "Conv"]
    return [names[0], names[-1]]


def questions(model: Model, rows: Sequence[Row]) -> Iterator[Inputs]:
    """Inputs of the denoiser while it colours these rows, one row at a time."""
    config, schedule = model.header.config, model.header.schedule
    names = feature_names(config)
    for row in rows:
        asked: list[Inputs] = []
        features = encode(model, [row])
        denoiser = model.backend.denoiser_for(features)
        rng = np.random.default_rng(row.canvas.fingerprint)
        L = row.canvas.luminance[row.window][None]
        shape = (1, 2, *L.shape[2:])
        noise: Callable[[], NDArray[np.float32]]
        noise = partial(rng.standard_normal, shape, np.float32)  # type: ignore[assignment]
        reverse(
            noted(denoiser, asked, dict(zip(names, features, strict=True))),
            np.concatenate([L, noise()], axis=1),
            schedule,
            step=step_of("ddpm", noise),
            prediction=config.prediction,
            clip=config.clip,
        )
        yield from asked[::CALIBRATION_STRIDE]


def noted(denoiser: Denoiser, asked: list[Inputs], features: Inputs) -> Denoiser:
    """The denoiser, its inputs written down."""

    def denoise(x: NDArray[np.float32], gamma: float) -> NDArray[np.float32]:
        asked.append({X: x.copy(), GAMMA: np.full(1, gamma, np.float32), **features})
        return denoiser(x, gamma)

    return denoise


def times(exact: Model, rough: Model, options: argparse.Namespace) -> str:
    """One call of the denoiser, float32 against int8."""
    config = exact.header.config
    side, rows = config.image_size, []
    for batch in options.batches:
        rng = np.random.default_rng(0)
        x = rng.standard_normal((batch, 3, side, side), np.float32)
        scale = config.encoder.scale if config.encoder else 1
        grey = np.zeros((batch, 1, scale * side, scale * side), np.float32)
        features = exact.backend.encode(grey)
        calls = {
            name: partial(model.backend.denoiser_for(features), x, GAMMA_VALUE)
            for name, model in (("float32", exact), ("int8", rough))
        }
        for call in calls.values():
            call()
        seconds = interleaved(calls, options.rounds, shortest_s=0.3)
        cells = [
            Spread.of([1e3 * s for s in each]).format(1) for each in seconds.values()
        ]
        faster = ratios(seconds["float32"], seconds["int8"])
        rows.append([batch, *cells, faster.format(2), verdict(faster.median >= FACTOR)])
    columns = ["batch", "float32, ms a step", "int8, ms a step", FASTER]
    return table([*columns, f"at least {FACTOR}"], rows)


def colours(exact: Model, rough: Model, rows: Sequence[Row]) -> str:
    """How far int8 is from float32, and another seed from the first."""
    wanted, found, other = (
        np.concatenate([denoise(model, [row], sampling).ravel() for row in rows])
        for model, sampling in (
            (exact, Sampling()),
            (rough, Sampling()),
            (exact, Sampling(seed=1)),
        )
    )
    by_int8, by_seed = (np.abs(each - wanted).mean() for each in (found, other))
    columns = ["Lab units", "float32", "int8", "float32, another seed", "within"]
    row = ["mean difference of ab from float32", "0"]
    row += [f"{by_int8:.2f}", f"{by_seed:.2f}", verdict(by_int8 <= by_seed)]
    sizes = [f"{np.abs(each).mean():.2f}" for each in (wanted, found, other)]
    return table(columns, [row, ["mean size of a and b", *sizes, ""]])


def verdict(met: object) -> str:
    """Yes or no."""
    return "yes" if met else "no"


if __name__ == "__main__":
    main()
