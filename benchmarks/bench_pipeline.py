"""How much of a run is spent in the network: photos of 1, 12 and 50 megapixels.

    python -m benchmarks.bench_pipeline

The rest of the time the network waits for photos to be read or written. Photos are
JPEGs in a folder, results are JPEGs too.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.made_photos import made_photos
from benchmarks.record import record_path, table, write_record
from colorize_cli.batch.run import run_batch
from colorize_cli.files import plan_jobs
from colorize_cli.model import Model, load_model
from colorize_cli.report import Report
from colorize_cli.settings import BatchSettings

TITLE = "How much of a run is the network's"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run every size, print the table, write the record."""
    options = parser().parse_args(arguments)
    model = load_model(options.model, "auto", options.device)
    settings = BatchSettings(batch_size=options.batch_size, workers=options.jobs)
    rows = []
    for pair in options.photos:
        megapixels, count = pair.split(":")
        report, seconds = run(model, settings, float(megapixels), int(count))
        rows.append(
            [
                megapixels,
                count,
                f"{int(count) / seconds:.2f}",
                f"{seconds / int(count):.2f}",
                f"{report.denoise_s / int(count):.2f}",
                f"{report.denoise_s / report.wall_s:.0%}",
            ]
        )
        print(rows[-1], flush=True)
    columns = ["megapixels", "photos", "photos/s", "s per photo", "of it network"]
    head = (
        f"Embedded model on {model.backend.name}, {model.backend.device}; batch "
        f"{settings.batch_size}, {settings.workers} threads that read and as many "
        "that write. Reading and writing run beside the network and take cores from it."
    )
    body = "\n\n".join([head, table([*columns, "share"], rows)])
    print(body)
    write_record(options.output, TITLE, body)


def parser() -> argparse.ArgumentParser:
    """The options; the defaults are the full measurement."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument(
        "--photos",
        nargs="+",
        default=["1:500", "12:500", "50:500"],
        metavar="MEGAPIXELS:COUNT",
    )
    made.add_argument("--model", type=Path, help="in place of the embedded default")
    made.add_argument("--device", default="cpu")
    made.add_argument("--batch-size", type=int, default=4)
    made.add_argument("--jobs", type=int, default=2)
    made.add_argument("--output", type=Path, default=record_path("pipeline"))
    return made


def run(
    model: Model, settings: BatchSettings, megapixels: float, count: int
) -> tuple[Report, float]:
    """Colorize `count` photos of a size; the report, and the seconds it took.

    Raises:
        RuntimeError: If not every photo was colorized.
    """
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "in", Path(folder) / "out"
        source.mkdir()
        made_photos(source, megapixels, count)
        plan = plan_jobs([source], target, format=None, variants=settings.variants)
        started = time.perf_counter()
        report = run_batch(plan, model, settings)
        seconds = time.perf_counter() - started
    if report.counts["done"] != count:
        raise RuntimeError(f"not every photo was colorized: {report.failures}")
    return report, seconds


if __name__ == "__main__":
    main()
