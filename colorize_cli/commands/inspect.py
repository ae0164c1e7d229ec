"""`colorize inspect`: what a model is, or how a result was made."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from colorize_cli.codec import Document

__all__ = ["inspect"]

# Where the command that is shown puts its results.
AGAIN = Path("again")


@click.command(short_help="Show what a model is, or how a result was made.")
@click.argument(
    "file", metavar="[FILE]", required=False, type=click.Path(path_type=Path)
)
def inspect(file: Path | None) -> None:
    """Show what a model is, or how a result was made.

    Of a model: provenance, config and schedule, and the devices found here. Without
    FILE, the embedded one is shown.

    Of a picture that this program has written: what it says about itself, and the
    command that makes it again.
    """
    from colorize_cli.codec.formats import READABLE_SUFFIXES

    if file is not None and file.suffix.lower() in READABLE_SUFFIXES:
        show_picture(file)
    else:
        show_model(file)


def show_model(file: Path | None) -> None:
    """Show what a model is and what can run it here."""
    from colorize_cli.console import Console, printable
    from colorize_cli.model import available_devices, find_model, read_header

    path = find_model(file)
    header = read_header(path)
    gammas = header.schedule.gammas
    sections: dict[str, Mapping[str, Any]] = {
        printable(path): header.provenance,
        "config": header.config.to_json(),
        "sampling schedule": {
            "steps": len(gammas),
            "gammas": ", ".join(f"{gamma:.4g}" for gamma in gammas),
        },
        "backends here": {
            f"{backend} {status.device}": status.problem or "works"
            for backend, statuses in available_devices().items()
            for status in statuses
        },
    }
    Console().show_sections(sections)


def show_picture(path: Path) -> None:
    """Show what a picture says about itself.

    Raises:
        DecodeError: If it cannot be read.
    """
    from colorize_cli import codec
    from colorize_cli.batch.tagging import Tag
    from colorize_cli.console import Console, printable
    from colorize_cli.files.disk import read
    from colorize_cli.model import EMBEDDED_MODEL, weights_hash
    from colorize_cli.reproduction import (
        command_of,
        ending_of,
        source_of,
        tag_of_pages,
    )

    document = codec.read_document(read(path), path)
    found = [Tag.read(survey.metadata.xmp) for survey in document.surveys]
    tags = [tag for tag in found if tag is not None]
    console = Console()
    console.show_sections({printable(path): facts_of(document, len(tags))})
    if not tags:
        console.note(
            "It carries no tag of this program: another one made or rewrote it, or it "
            "was made with --no-tag."
        )
        return
    tag = tag_of_pages(tags)
    console.show_sections({"made by colorize": tag.told()})
    is_embedded = (
        EMBEDDED_MODEL.is_file() and weights_hash(EMBEDDED_MODEL) == tag.weights_hash
    )
    original = source_of(path, tag)
    words = command_of(tag, document.format, original, AGAIN, is_embedded=is_embedded)
    stem = original.name.stem + ending_of(tag)
    name = stem + codec.suffix_of(document.format, original.name)
    result = AGAIN / original.name.with_name(name)
    console.show_command(shlex.join(words), printable(result))


def facts_of(document: "Document", tag_count: int) -> dict[str, str]:
    """What a picture is, whoever has made it."""
    from colorize_cli.batch.tagging import source_type

    first = document.surveys[0]
    size = f"{first.width_px} x {first.height_px}"
    facts = {"format": document.format, "size": size}
    if document.page_count > 1:
        facts["pages"] = f"{document.page_count}, of which {tag_count} have a tag"
    if said := source_type(first.metadata.xmp):
        facts["source type"] = said.rpartition("/")[2] or said
    return facts
