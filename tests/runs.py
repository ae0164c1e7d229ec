"""Whole runs of the batch engine in a few words, and what they left on the disk."""

import os
from pathlib import Path

import cv2
import numpy as np

from colorize_cli.batch.run import BatchSettings, run_batch
from colorize_cli.files import LEDGER_NAME, plan_jobs
from colorize_cli.variants import Variants

__all__ = ["contents", "darkened", "errors", "flat_photos", "later", "run"]


def run(
    source,
    out,
    model,
    *,
    format="png",
    samples=1,
    on_interrupt=lambda: None,
    **settings,
):
    """Colorize files or a folder into a folder; PNG, so that pixels can be compared."""
    settings = BatchSettings(**{"variants": Variants(samples=samples)} | settings)
    sources = [source] if isinstance(source, Path) else source
    plan = plan_jobs(sources, out, format=format, variants=settings.variants)
    return run_batch(plan, model, settings, on_interrupt=on_interrupt)


def flat_photos(folder: Path, levels: range, side: int) -> Path:
    """A new folder of square photos of one grey level each, numbered in that order."""
    folder.mkdir()
    digits = len(str(len(levels) - 1))
    for i, level in enumerate(levels):
        pixels = np.full((side, side, 3), level, np.uint8)
        assert cv2.imwrite(str(folder / f"{i:0{digits}}.png"), pixels)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a tree but the ledger, hidden ones too, by its place."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != LEDGER_NAME
    }


def errors(result) -> list[str]:
    """Lines on stderr but for the one that names the model."""
    lines = result.stderr.splitlines()
    return [line for line in lines if not line.startswith("fake.safetensors: ")]


def later(path: Path) -> None:
    """Give a file another time, as copying does."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))


def darkened(path: Path) -> None:
    """Replace a photo by another of its size."""
    assert cv2.imwrite(str(path), cv2.imread(str(path)) // 2)
    later(path)
