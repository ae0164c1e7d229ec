"""From file to file against what a user would pick instead: time and peak memory.

    python -m benchmarks.bench_rivals

The rivals have random weights, which costs as much time; around the network they do
what their own programs do: read with OpenCV, float Lab, their size, ab enlarged and
joined with the photo's L, write a JPEG. Every contender runs in a process of its own,
which tells its peak memory; they take turns.
"""

import argparse
import multiprocessing
import resource
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from benchmarks.made_photos import made_photos
from benchmarks.record import record_path, table, write_record
from benchmarks.timing import Spread, interleaved, ratios

TITLE = "Against networks that users would pick instead"
OURS = ("colorize, default", "colorize, --fast")
RIVALS = ("siggraph17-class, 256", "DDColor-tiny-class, 256", "DDColor-tiny-class, 512")
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 95]

Colorize = Callable[[Path, Path], None]


def main(arguments: Sequence[str] | None = None) -> None:
    """Time everyone, print the table, write the record."""
    options = parser().parse_args(arguments)
    with TemporaryDirectory() as folder:
        (photo,) = made_photos(Path(folder), options.megapixels, count=1)
        workers = {name: Worker(name, photo) for name in (*OURS, *RIVALS)}
        turns = {name: worker.colorize for name, worker in workers.items()}
        seconds = interleaved(turns, options.rounds)
        memory = {name: worker.end() for name, worker in workers.items()}
    head = (
        f"One photo of {options.megapixels:g} megapixels, from JPEG to JPEG, "
        f"{options.rounds} interleaved rounds after one to warm up; median and range. "
        "CPU, float32, networks loaded."
    )
    body = "\n\n".join([head, summary(seconds, memory)])
    print(body)
    write_record(options.output, TITLE, body)


def parser() -> argparse.ArgumentParser:
    """The options; the defaults are the full measurement."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("--megapixels", type=float, default=12)
    made.add_argument("--rounds", type=int, default=5)
    made.add_argument("--output", type=Path, default=record_path("rivals"))
    return made


class Worker:
    """A contender in a process of its own, loaded and warm."""

    def __init__(self, name: str, photo: Path) -> None:
        """Start it and wait until it has colorized the photo once."""
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(name, photo, theirs))
        self._process.start()
        self.colorize()

    def colorize(self) -> None:
        """Have the photo colorized.

        Raises:
            EOFError: If the contender has died.
        """
        self._pipe.send("colorize")
        self._pipe.recv()

    def end(self) -> float:
        """End the process; its peak memory in MiB."""
        self._pipe.send("end")
        peak = self._pipe.recv()
        self._process.join()
        return peak


def serve(name: str, photo: Path, pipe: Connection) -> None:
    """What runs in a contender's process."""
    colorize = contender(name)
    target = photo.with_name(f"{name}.jpg".replace(" ", "_"))
    while pipe.recv() == "colorize":
        colorize(photo, target)
        pipe.send(None)
    # In KiB on Linux.
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def contender(name: str) -> Colorize:
    """The contender of this name; its libraries are imported in its process only."""
    if name in OURS:
        return ours(is_fast=name == OURS[1])
    return rival(name)


def ours(*, is_fast: bool) -> Colorize:
    """The embedded model through the functions of the library."""
    from colorize_cli import codec
    from colorize_cli.model import load_model
    from colorize_cli.pipeline import FAST, colorize

    model = load_model(None, "onnx", "cpu")
    sampling = FAST if is_fast else None

    def run(source: Path, target: Path) -> None:
        photo = codec.decode(source.read_bytes(), source)
        (result,) = colorize(photo, model, sampling)
        target.write_bytes(codec.encode(result, "jpg", quality=95))

    return run


def rival(name: str) -> Colorize:
    """A rival network, and around it what its authors' program does."""
    import torch

    from benchmarks.rivals.ddcolor import ddcolor_tiny
    from benchmarks.rivals.siggraph17 import Siggraph17

    side = int(name.rpartition(" ")[2])
    takes_rgb = "DDColor" in name
    network = (ddcolor_tiny() if takes_rgb else Siggraph17()).eval()

    def run(source: Path, target: Path) -> None:
        bgr = np.float32(cv2.imread(str(source))) / 255
        L = cv2.cvtColor(bgr, cv2.COLOR_BGR2Lab)[..., :1]
        small = cv2.cvtColor(cv2.resize(bgr, (side, side)), cv2.COLOR_BGR2Lab)[..., :1]
        given = small / 50 - 1
        if takes_rgb:
            grey = np.concatenate([small, np.zeros((side, side, 2), np.float32)], 2)
            given = cv2.cvtColor(grey, cv2.COLOR_Lab2RGB)
        tensor = torch.from_numpy(given.transpose(2, 0, 1).copy())[None]
        with torch.inference_mode():
            ab = network(tensor)[0].numpy().transpose(1, 2, 0)
        wide = cv2.resize(ab, L.shape[1::-1])
        result = cv2.cvtColor(np.concatenate([L, wide], 2), cv2.COLOR_Lab2BGR)
        pixels = (result * 255).round().clip(0, 255).astype(np.uint8)
        cv2.imwrite(str(target), pixels, JPEG)

    return run


def summary(seconds: dict[str, list[float]], memory: dict[str, float]) -> str:
    """Seconds and MiB per contender, and how much slower than ours."""
    rows = [
        [
            name,
            Spread.of(measured).format(2),
            ratios(measured, seconds[OURS[0]]).format(2),
            ratios(measured, seconds[OURS[1]]).format(2),
            f"{memory[name]:.0f}",
        ]
        for name, measured in seconds.items()
    ]
    columns = ["what", "s per photo", "times our default", "times --fast"]
    return table([*columns, "peak memory, MiB"], rows)


if __name__ == "__main__":
    main()
