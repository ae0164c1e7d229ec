"""Peak memory of `colorize` on a huge scan; wanted: under 4 GiB at 200 megapixels.

.venv/bin/python -m benchmarks.large_scan [--megapixels N] [--kind grey|toned]...

Makes an uncompressed 16-bit TIFF in a temporary folder, grey or toned, runs the command
on it in a process of its own, and reads from the operating system how much memory that
process had resident at most.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import tifffile

from benchmarks.record import record_path, table, write_record

KINDS = ("grey", "toned")
# Sides of a sheet-film scan, 4 x 5.
ASPECT = 1.25
WANTED_GIB = 4.0
STRIP_ROWS = 256
SEPIA = (1.0, 0.87, 0.68)


def make_scan(path: Path, megapixels: float, kind: str) -> tuple[int, int]:
    """Write a scan, strip by strip; returns its height and width."""
    height = round((megapixels * 1e6 / ASPECT) ** 0.5)
    width = round(height * ASPECT)
    shape = (height, width) if kind == "grey" else (height, width, 3)
    photometric = "minisblack" if kind == "grey" else "rgb"
    stored = tifffile.memmap(
        path, shape=shape, dtype=np.uint16, photometric=photometric, metadata=None
    )
    rng = np.random.default_rng(0)
    columns = np.linspace(0, 9, width, dtype=np.float32)
    for top in range(0, height, STRIP_ROWS):
        rows = np.arange(top, min(top + STRIP_ROWS, height), dtype=np.float32)
        waves = np.sin(columns) * np.cos(rows[:, None] * (9 / height))
        tones = 33_000 + 24_000 * waves
        # Grain of some 8 bits, as film has it: 16-bit scans hardly get smaller.
        tones += rng.normal(0, 250, tones.shape).astype(np.float32)
        if kind == "toned":
            tones = tones[..., None] * np.array(SEPIA, np.float32)
        stored[top : top + STRIP_ROWS] = np.clip(tones, 0, 65535).astype(np.uint16)
    stored.flush()
    return height, width


def run_colorize(scan: Path, out: Path) -> tuple[float, float]:
    """Colorize a scan; returns peak resident memory in GiB, and seconds.

    Raises:
        CalledProcessError: If it fails.
    """
    command = [sys.executable, "-m", "colorize_cli", str(scan), "-o", str(out)]
    command += ["--device", "cpu", "--quiet"]
    started = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    code = process.returncode = os.waitstatus_to_exitcode(status)
    if code:
        raise subprocess.CalledProcessError(code, command)
    # Linux counts in KiB.
    return usage.ru_maxrss / (1 << 20), time.perf_counter() - started


def measure(megapixels: float, kind: str) -> tuple[str, ...]:
    """A row of the report."""
    with tempfile.TemporaryDirectory() as folder:
        scan, out = Path(folder) / "scan.tif", Path(folder) / "out"
        height, width = make_scan(scan, megapixels, kind)
        peak_gib, seconds = run_colorize(scan, out)
        result = out / scan.name
        with tifffile.TiffFile(result) as file:
            page = file.pages[0]
            if page.shape != (height, width, 3) or page.dtype != np.uint16:
                raise RuntimeError(f"the result is {page.shape} {page.dtype}")
        sizes = (scan.stat().st_size, result.stat().st_size)
    return (
        kind,
        f"{width} x {height}",
        *(f"{size / 1e9:.2f} GB" for size in sizes),
        f"{peak_gib:.2f} GiB",
        f"{seconds:.0f} s",
    )


def main(arguments: list[str] | None = None) -> None:
    """Measure and write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, default=200)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--no-record", action="store_true")
    options = parser.parse_args(arguments)
    rows = [measure(options.megapixels, kind) for kind in options.kind or KINDS]
    columns = ("scan", "pixels", "file", "result", "peak memory", "time")
    body = f"Wanted: below {WANTED_GIB:g} GiB at 200 megapixels.\n\n"
    body += table(columns, rows)
    print(body)
    if not options.no_record:
        title = f"Memory for a scan of {options.megapixels:g} megapixels"
        write_record(record_path("large_scan"), title, body)


if __name__ == "__main__":
    main()
