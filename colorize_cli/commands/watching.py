"""`--watch`: which runs are watched, and the plans of what arrives."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from colorize_cli.console import Console
    from colorize_cli.files import Plan

__all__ = ["watched_plans"]


def watched_plans(
    plan: "Plan",
    look: Callable[[], "Plan"],
    sources: tuple[Path | str, ...],
    options: dict[str, Any],
    console: "Console",
) -> "Iterator[Plan]":
    """The plan of what is there, then one for each time that photos have arrived.

    Args:
        plan: Of what is there.
        look: Gives the plan of all photos anew.
        sources: Folders.
        options: Of the command line.
        console: Told what goes on.

    Raises:
        UsageError: If there is something that cannot be watched.
    """
    from colorize_cli.files import FolderDestination, arriving

    folders = [place for place in sources if isinstance(place, Path) and place.is_dir()]
    if len(folders) < len(sources) or not isinstance(
        plan.destination, FolderDestination
    ):
        raise click.UsageError("--watch needs folders as SRC and a folder after -o.")
    if options["files_from"] is not None or options["retry_failed"]:
        raise click.UsageError("--watch goes without --files-from and --retry-failed.")
    return arriving(
        plan,
        look,
        folders,
        plan.destination.root,
        on_refusal=lambda error: console.note(f"waiting: {error}", style="red"),
        on_watch=lambda: console.note("Watching for new photos; Ctrl-C ends it."),
    )
