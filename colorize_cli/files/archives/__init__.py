"""Photos in archives, read without unpacking to the disk, and archives of results."""

from colorize_cli.files.archives.handles import Handles
from colorize_cli.files.archives.kinds import ArchiveKind, archive_kind, archive_stem
from colorize_cli.files.archives.reading import archive_members

__all__ = [
    "ArchiveKind",
    "Handles",
    "archive_kind",
    "archive_members",
    "archive_stem",
]
