"""How long a run takes that finds everything done.

    python -m benchmarks.bench_resume

A folder of small photos is colorized once, by a model without a network that passes for
the embedded one. Then `colorize` is run on it as anybody would: a new process, ledger
and folders in the system's cache.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from benchmarks.record import record_path, table, write_record
from benchmarks.timing import Spread
from colorize_cli.batch.run import run_batch
from colorize_cli.files import plan_jobs
from colorize_cli.model import EMBEDDED_MODEL, weights_hash
from colorize_cli.model.config import ModelConfig
from colorize_cli.settings import BatchSettings
from tests.fake_backend import fake_model

TITLE = "Resuming a finished folder"
TINY = ModelConfig(image_size=32, channel_mults=(1,), prediction="v", square=False)
FOLDERS = 100
SIDE_PX = 16


def main(arguments: Sequence[str] | None = None) -> None:
    """Prepare, time, print the table, write the record."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("--photos", type=int, default=20_000)
    made.add_argument("--rounds", type=int, default=5)
    made.add_argument("--output", type=Path, default=record_path("resume"))
    options = made.parse_args(arguments)
    with TemporaryDirectory() as folder:
        source, out = Path(folder) / "photos", Path(folder) / "out"
        write_photos(source, options.photos)
        started = time.perf_counter()
        finish(source, out)
        print(f"prepared in {time.perf_counter() - started:.0f} s", flush=True)
        ledger_bytes = (out / "colorize.jsonl").stat().st_size
        seconds = [resume(source, out, options.photos) for _ in range(options.rounds)]
    rows = [
        ["photos", options.photos],
        ["ledger, MB", f"{ledger_bytes / 1e6:.1f}"],
        ["seconds, median and range", Spread.of(seconds).format(2)],
    ]
    head = "`colorize photos -o out`, start of the process to its end. Wanted: 10 s."
    body = "\n\n".join([head, table(["", ""], rows)])
    print(body)
    write_record(options.output, TITLE, body)


def write_photos(folder: Path, count: int) -> None:
    """Small grey PNGs, all different, in a hundred folders."""
    random = np.random.default_rng(0)
    for index in range(count):
        place = folder / f"box{index % FOLDERS:02}" / f"scan{index:06}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        grey = random.integers(0, 256, (SIDE_PX, SIDE_PX), dtype=np.uint8)
        cv2.imwrite(str(place), grey)


def finish(source: Path, out: Path) -> None:
    """Colorize everything, as if with the embedded model."""
    model = replace(fake_model(TINY), weights_hash=weights_hash(EMBEDDED_MODEL))
    settings = BatchSettings(batch_size=64)
    plan = plan_jobs([source], out, format=None, variants=settings.variants)
    report = run_batch(plan, model, settings)
    if report.counts["done"] != len(plan.jobs):
        raise RuntimeError(f"{report.counts} of {len(plan.jobs)} photos")


def resume(source: Path, out: Path, count: int) -> float:
    """Seconds of a run that must find all of it done."""
    command = [sys.executable, "-m", "colorize_cli", str(source), "-o", str(out)]
    started = time.perf_counter()
    done = subprocess.run(
        [*command, "--device", "cpu"], check=False, capture_output=True, text=True
    )
    seconds = time.perf_counter() - started
    if f"{count} photos, already there" not in done.stdout:
        raise RuntimeError(done.stdout + done.stderr)
    print(f"{seconds:.2f} s", flush=True)
    return seconds


if __name__ == "__main__":
    main()
