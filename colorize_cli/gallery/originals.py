"""Finding the photos that results were made of."""

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from stat import S_ISREG

from colorize_cli.files.disk import identity, read
from colorize_cli.files.walk import photos_under
from colorize_cli.ledger import Entry, content_hash

__all__ = ["Originals", "RecordedOriginals", "recorded_original"]


class Originals:
    """Finds photos in the folders that they were taken from."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """The folders are walked once."""
        self.exact: dict[str, Path] = {}
        self.by_stem: dict[str, Path] = {}
        for folder in folders:
            for path in sorted(photos_under(folder, folder / ".gallery")[0]):
                relative = path.relative_to(folder)
                self.exact.setdefault(relative.as_posix(), path)
                self.by_stem.setdefault(relative.with_suffix("").as_posix(), path)

    def find(self, source: str) -> Path | None:
        """The photo of that name, or else of that name with another suffix."""
        stem = PurePosixPath(source).with_suffix("").as_posix()
        return self.exact.get(source) or self.by_stem.get(stem)


class RecordedOriginals:
    """All photos that a ledger tells of, wherever they are now."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Take in where they were, and what they held."""
        known = list(entries)
        self.places = {identity(Path(entry.origin)) for entry in known} - {None}
        self.hashes = {entry.hash for entry in known} - {""}

    def lie_at(self, path: Path) -> bool:
        """Whether one of them was read from that place, by whatever name."""
        return identity(path) in self.places

    def hold(self, path: Path) -> bool:
        """Whether the file there has what one of them held: they may have moved."""
        return path.is_file() and content_hash(read(path)) in self.hashes


def recorded_original(entry: Entry) -> Path | None:
    """The photo where the ledger says it was; None if it is gone, or another is there.

    A scanner writes tomorrow's scan0001.jpg over today's. A file of another size is not
    the one that was colorized; its time says less, for copies may have a new one.
    """
    path = Path(entry.origin)
    if not path.is_absolute():
        return None
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    is_same = S_ISREG(status.st_mode) and entry.size in (None, status.st_size)
    return path if is_same else None
