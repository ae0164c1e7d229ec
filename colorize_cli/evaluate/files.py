"""The files of a report."""

import json
from collections.abc import Sequence
from pathlib import Path

from colorize_cli.evaluate.markdown import markdown
from colorize_cli.evaluate.page import page
from colorize_cli.evaluate.report import EvaluationReport
from colorize_cli.evaluate.sets import Item, sets_of
from colorize_cli.evaluate.store import Record, Store
from colorize_cli.evaluate.strips import encoded, sheet
from colorize_cli.files.disk import write_atomic

__all__ = ["write_report", "write_sheet"]

# Photos of each set on a contact sheet.
ON_SHEET = 10


def write_report(folder: Path, report: EvaluationReport) -> Path:
    """Write report.md, figures.json and report.html.

    Returns:
        The page.

    Raises:
        EncodeError: If they cannot be written.
    """
    figures = json.dumps(report.to_json(), indent=1) + "\n"
    write_atomic(folder / "figures.json", figures.encode())
    # Names may have bytes that are no letters.
    write_atomic(folder / "report.md", markdown(report).encode("utf-8", "replace"))
    write_atomic(folder / "report.html", page(report).encode())
    return folder / "report.html"


def write_sheet(
    path: Path, done: Sequence[tuple[Item, Record]], store: Store, samples: int
) -> None:
    """Write the first photos of each set, one below the other.

    Args:
        path: A .png or .jpg file.
        done: The photos that were measured, at least one.
        store: Where their strips are.
        samples: How many samples each has.

    Raises:
        EncodeError: If it cannot be written.
    """
    keys = {item.source.name: record.key for item, record in done}
    shown = [
        keys[item.source.name]
        for items in sets_of([item for item, _ in done]).values()
        for item in items[:ON_SHEET]
    ]
    strips = [store.strip(key).read_bytes() for key in shown]
    write_atomic(path, encoded(sheet(strips, samples), path.suffix))
