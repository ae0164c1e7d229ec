"""Photos in archives: which members count, and which are refused.

An archive comes from somewhere else. So the name of a member is checked before a result
is called after it, and its size before it is unpacked. Nothing is unpacked to the disk.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Protocol

from colorize_cli.codec.formats import READABLE_SUFFIXES
from colorize_cli.errors import DecodeError, PhotoError, UnsupportedPhotoError
from colorize_cli.files import disk
from colorize_cli.files.archives.damage import DAMAGE
from colorize_cli.files.source import Stamp

__all__ = [
    "HARMLESS_BYTES",
    "MAX_GROWTH",
    "Archive",
    "MemberSource",
    "is_photo",
    "refusal",
]

# A photo file larger than this is refused. A 16-bit RGB scan of 350 megapixels that is
# not compressed takes as much.
MAX_MEMBER_BYTES = 2 << 30
# A file that grows by more than this factor when it is unpacked holds no photo, unless
# it is small enough for that not to matter.
MAX_GROWTH = 200
HARMLESS_BYTES = 64 << 20


class Archive(Protocol):
    """An archive whose index has been read."""

    path: Path

    def read_member(self, index: int) -> bytes:
        """The whole file with that number, from 0; from any thread, more than once.

        Raises:
            DecodeError: If the archive is not what it was when its index was read.
            DAMAGE: If the file is damaged.
            OSError: If it cannot be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSource:
    """A photo in an archive.

    Attributes:
        archive: Where it is.
        index: Its number among the archive's photos.
        member: Its place in the archive.
        name: Its place under the folder of results.
        size_bytes: Of the file, unpacked.
        mtime_ns: Time of its last change in nanoseconds since 1970, if it is known.
    """

    archive: Archive
    index: int
    member: str
    name: str
    size_bytes: int
    mtime_ns: int | None

    def __str__(self) -> str:
        return f"{self.archive.path}/{self.member}"

    def read(self) -> bytes:
        """The whole file; see `Source`."""
        try:
            return self.archive.read_member(self.index)
        except NotImplementedError as error:
            reason = f"is compressed in a way that is not read ({error})"
            raise DecodeError(self, reason) from error
        except DAMAGE as error:
            raise DecodeError(self, f"is damaged in the archive ({error})") from error
        except OSError as error:
            raise DecodeError(self, disk.read_reason(error)) from error

    def stamp(self) -> Stamp | None:
        """Size and time as the archive's index says; see `Source`."""
        return None if self.mtime_ns is None else (self.size_bytes, self.mtime_ns)

    def identity(self) -> Hashable | None:
        """The archive's device and inode, and the place in it; see `Source`."""
        found = disk.identity(self.archive.path)
        return found and (*found, self.member)


def is_photo(member: str) -> bool:
    """Whether a member counts: it has a readable suffix, and nothing is hidden."""
    place = PurePosixPath(member)
    is_hidden = any(p.startswith(".") and p not in {".", ".."} for p in place.parts)
    return place.suffix.lower() in READABLE_SUFFIXES and not is_hidden


def refusal(
    where: str, member: str, size_bytes: int, packed_bytes: int
) -> PhotoError | None:
    """Why a member is not to be unpacked; None if nothing is wrong with it.

    Args:
        where: The member as the user knows it.
        member: Its name in the archive.
        size_bytes: Its size unpacked, as the archive says.
        packed_bytes: Its size in the archive; where that is not known, its size again.
    """
    # Knows `\\` and `C:` besides `/`: results may go to a disk that does.
    place = PureWindowsPath(member)
    if place.anchor or ".." in place.parts:
        reason = "is refused: its name leads elsewhere"
    elif "\0" in member:
        reason = "is refused: its name holds a NUL"
    elif size_bytes > MAX_MEMBER_BYTES:
        reason = f"is refused: it has {size_bytes >> 20:,} MiB, more than a photo"
    elif size_bytes > max(HARMLESS_BYTES, MAX_GROWTH * packed_bytes):
        growth = size_bytes // max(1, packed_bytes)
        reason = f"is refused: it grows {growth} times when it is unpacked, a bomb"
    else:
        return None
    return UnsupportedPhotoError(where, reason)
