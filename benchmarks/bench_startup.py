"""How long the program takes to start: --help, inspect, the first photo.

    python -m benchmarks.bench_startup

Processes from start to end, files in the system's cache. `python -c pass` is what the
interpreter takes by itself.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.made_photos import made_photos
from benchmarks.record import record_path, table, write_record
from benchmarks.timing import Spread, interleaved

TITLE = "Start-up"
COLORIZE = (sys.executable, "-m", "colorize_cli")


def main(arguments: Sequence[str] | None = None) -> None:
    """Time everything, print the table, write the record."""
    options = parser().parse_args(arguments)
    with TemporaryDirectory() as folder:
        (photo,) = made_photos(Path(folder), options.megapixels, count=1)
        out = ("-o", str(Path(folder) / "out"), "--overwrite", "--device", "cpu")
        commands: dict[str, tuple[str, ...]] = {
            "python -c pass": (sys.executable, "-c", "pass"),
            "colorize --help": (*COLORIZE, "--help"),
            "colorize inspect": (*COLORIZE, "inspect"),
            "first photo, 1 step": (*COLORIZE, str(photo), *out, "--steps", "1"),
            "first photo": (*COLORIZE, str(photo), *out),
        }
        for command in commands.values():
            start(command)
        turns = {name: partial(start, command) for name, command in commands.items()}
        seconds = interleaved(turns, options.rounds)
    rows = [[name, Spread.of(each).format(2)] for name, each in seconds.items()]
    head = (
        f"{options.rounds} interleaved rounds, median and range. The photo has "
        f"{options.megapixels:g} megapixels."
    )
    body = "\n\n".join([head, table(["process", "s"], rows)])
    print(body)
    write_record(options.output, TITLE, body)


def parser() -> argparse.ArgumentParser:
    """The options; the defaults are the full measurement."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("--megapixels", type=float, default=1)
    made.add_argument("--rounds", type=int, default=5)
    made.add_argument("--output", type=Path, default=record_path("startup"))
    return made


def start(command: Sequence[str]) -> None:
    """Run a process and wait for its end."""
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
