"""What a photo costs on a CPU: seconds of a core, bytes read and written.

    python -m benchmarks.bench_cost

`colorize` is run as anybody would, on few photos and on more. The difference is the
cost of the photos, without that of starting. Processor time is counted rather than time
on the clock, so what else runs on the machine matters little.
"""

import argparse
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.made_photos import made_photos
from benchmarks.record import record_path, table, write_record

TITLE = "What a photo costs"
HEAD = (
    "`colorize photos -o out --device cpu`, embedded model, grey JPEGs of 4 : 3 to "
    "JPEGs: processor time of {more} photos less that of {few}, by photo."
)
COLUMNS = [
    "megapixels",
    "core-seconds",
    "photos per core-hour",
    "MB read",
    "MB written",
]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each size, print the table, write the record."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("--megapixels", type=float, nargs="+", default=[1, 12, 50])
    made.add_argument("--few", type=int, default=4)
    made.add_argument("--more", type=int, default=12)
    made.add_argument("--options", nargs="+", default=[], help="for colorize, as k=v")
    made.add_argument("--output", type=Path, default=record_path("cost"))
    options = made.parse_args(arguments)
    extra = [f"--{each}" for each in options.options]
    rows = []
    for size in options.megapixels:
        with TemporaryDirectory() as folder:
            root = Path(folder)
            few = cost(root / "few", size, options.few, extra)
            more = cost(root / "more", size, options.more, extra)
            seconds = (more - few) / (options.more - options.few)
            read = mean_megabytes(root / "more" / "photos")
            written = mean_megabytes(root / "more" / "out")
        rows.append(
            [
                f"{size:g}",
                f"{seconds:.2f}",
                f"{3600 / seconds:,.0f}",
                f"{read:.2f}",
                f"{written:.2f}",
            ]
        )
        print(*rows[-1], flush=True)
    head = HEAD.format(few=options.few, more=options.more)
    body = "\n\n".join([head, table(COLUMNS, rows)])
    print(body)
    write_record(options.output, TITLE, body)


def cost(folder: Path, megapixels: float, count: int, extra: Sequence[str]) -> float:
    """Processor seconds of a run on that many photos, in all its threads."""
    source, out = folder / "photos", folder / "out"
    source.mkdir(parents=True)
    made_photos(source, megapixels, count)
    command = [sys.executable, "-m", "colorize_cli", str(source), "-o", str(out)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [*command, "--device", "cpu", *extra], check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def mean_megabytes(folder: Path) -> float:
    """Of the pictures in a folder."""
    sizes = [path.stat().st_size for path in folder.glob("*.jpg")]
    return sum(sizes) / len(sizes) / 1e6


if __name__ == "__main__":
    main()
