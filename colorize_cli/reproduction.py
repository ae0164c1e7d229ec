"""The command that makes a result again, from what the result says about itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from colorize_cli.batch.tagging import Tag
from colorize_cli.codec.formats import Format
from colorize_cli.errors import ColorizeError
from colorize_cli.files import LEDGER_NAME
from colorize_cli.files.archives import archive_kind, archive_stem
from colorize_cli.files.remote.url import is_url, name_in
from colorize_cli.files.selection import literally
from colorize_cli.files.streams import STDIN
from colorize_cli.ledger import Entry, read_history

__all__ = [
    "UNKNOWN",
    "Original",
    "command_of",
    "ending_of",
    "source_of",
    "tag_of_pages",
]


@dataclass(frozen=True, slots=True)
class Original:
    """A photo as a command names it.

    Attributes:
        words: Of the command, that name this photo and no other.
        name: Its place under the folder of results.
    """

    words: tuple[str, ...]
    name: PurePosixPath

    @classmethod
    def at(cls, origin: str) -> "Original":
        """The photo that the ledger says was read from there."""
        if is_url(origin):
            return cls((origin,), PurePosixPath(name_in(origin)))
        path = Path(origin)
        for folder in path.parents:
            if archive_kind(folder) is not None and not folder.is_dir():
                name = PurePosixPath(archive_stem(folder), path.relative_to(folder))
                return cls((str(folder), "--include", literally(str(name))), name)
        return cls((origin,), PurePosixPath(path.name))


# Stands for a photo that nobody knows any more.
UNKNOWN = Original(("PHOTO",), PurePosixPath("PHOTO"))


def command_of(
    tag: Tag, format: Format, original: Original, out: Path, *, is_embedded: bool
) -> list[str]:
    """The words of a command that writes the very same picture.

    Args:
        tag: What the picture says about itself.
        format: What it is encoded as.
        original: The photo.
        out: A folder for the results.
        is_embedded: Whether the model is the one that comes with this program.
    """
    words = ["colorize", *original.words, "-o", str(out), "--seed", str(tag.seed)]
    samples = tag.samples or tag.sample or 1
    if samples > 1:
        words += ["--samples", str(samples)]
    if tag.pick not in {None, "all"}:
        words += ["--pick", str(tag.pick)]
    if tag.product != "picture":
        words.append(f"--{tag.product}")
    words += ["--steps", str(tag.steps), "--sampler", tag.sampler]
    words += ["--size", str(tag.size)]
    if tag.saturation != 1:
        words += ["--saturation", str(tag.saturation)]
    if tag.temperature:
        words += ["--temperature", str(tag.temperature)]
    if not is_embedded:
        words += ["--model", tag.model]
    words += ["--format", format]
    if tag.quality is not None:
        words += ["--quality", str(tag.quality)]
    if tag.on_color is not None:
        words += ["--on-color", tag.on_color]
    return words


def ending_of(tag: Tag) -> str:
    """What the command adds to the photo's name for this picture, if anything."""
    if tag.product != "picture":
        return f"_{tag.product}"
    is_one_of_many = tag.pick in {None, "all"} and (tag.sample or 1) > 1
    return f"_s{tag.sample}" if is_one_of_many else ""


def tag_of_pages(tags: Sequence[Tag]) -> Tag:
    """What a whole document says about itself.

    Args:
        tags: Those of its pages; they differ in the samples that are shown, and in
            whether the page was in colour.
    """
    on_color = next((tag.on_color for tag in tags if tag.on_color), None)
    return replace(tags[0], on_color=on_color)


def source_of(picture: Path, tag: Tag) -> Original:
    """The photo of a picture, by the ledger of the folder in which that still lies.

    Returns:
        Where the photo was; `UNKNOWN` if no ledger knows, if it knows of another
        photo, or if that came through a pipe.
    """
    place = picture.absolute()
    for folder in place.parents:
        ledger = folder / LEDGER_NAME
        if ledger.is_file():
            entry = entry_of(ledger, place.relative_to(folder).as_posix())
            if entry is None or entry.hash != tag.source_hash or entry.origin == STDIN:
                return UNKNOWN
            return Original.at(entry.origin)
    return UNKNOWN


def entry_of(ledger: Path, place: str) -> Entry | None:
    """What a ledger says about the photo whose result lies there."""
    try:
        entries = read_history(ledger).entries.values()
    except ColorizeError:
        return None
    return next(
        (
            entry
            for entry in entries
            if place in entry.extras.values()
            or any(target.path == place for target in entry.targets)
        ),
        None,
    )
