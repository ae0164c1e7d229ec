"""Photos in tar files, compressed or not."""

import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from colorize_cli.errors import DecodeError, PhotoError, UnsupportedPhotoError
from colorize_cli.files.archives.damage import DAMAGE
from colorize_cli.files.archives.handles import Handles, version_of
from colorize_cli.files.archives.kinds import ArchiveKind
from colorize_cli.files.archives.members import (
    HARMLESS_BYTES,
    MAX_GROWTH,
    MemberSource,
    is_photo,
    refusal,
)
from colorize_cli.files.archives.tar_stream import Span, TarStream, open_tar
from colorize_cli.files.disk import read_reason
from colorize_cli.files.source import Found

__all__ = ["TarArchive", "tar_members"]

# A name or an extended header; usual ones have some hundred bytes.
MAX_HEADER_BYTES = 1 << 20
# In the year 2262; what lies beyond is damage.
LATEST_NS = (1 << 63) - 1


class TarArchive:
    """A tar file whose index has been read."""

    def __init__(self, path: Path, kind: ArchiveKind, handles: Handles) -> None:
        """Note how the file is now.

        Raises:
            OSError: If it cannot be looked at.
        """
        self.path = path
        self.kind = kind
        self.version = version_of(path)
        self.spans: list[Span] = []
        self._handles = handles

    def open(self) -> TarStream:
        """From its start; see `Openable`."""
        return TarStream(self.path, self.kind, self.spans)

    def read_member(self, index: int) -> bytes:
        """One file; see `Archive`. Fast if members are read about in their order."""
        with self._handles.lent(self) as stream:
            return stream.read(index)


def tar_members(
    path: Path, kind: ArchiveKind, folder: PurePosixPath, handles: Handles
) -> Found:
    """The photos in a tar file, in the order in which they lie in it.

    The index of a tar is spread over it, so a compressed one is unpacked once for it,
    in memory and piece by piece.

    Args:
        path: The tar file.
        kind: How it is compressed.
        folder: Goes before the place in the archive to make the source's name.
        handles: Lends it when its photos are read.

    Raises:
        DecodeError: If it cannot be looked at.
    """
    try:
        archive = TarArchive(path, kind, handles)
    except OSError as error:
        raise DecodeError(path, read_reason(error)) from error
    found = Found()
    latest: dict[str, tarfile.TarInfo] = {}
    try:
        for info in infos_of(path, kind):
            if not info.isdir() and is_photo(info.name):
                # A tar is added to at its end, so the last of one name counts.
                latest.pop(info.name, None)
                latest[info.name] = info
    except DAMAGE as error:
        found.problems.append(DecodeError(path, f"is damaged or cut off ({error})"))
    except OSError as error:
        found.problems.append(DecodeError(path, read_reason(error)))
    except UnsupportedPhotoError as error:
        found.problems.append(error)
    for info in latest.values():
        if problem := refusal_of(path, info):
            found.problems.append(problem)
            continue
        found.photos.append(
            MemberSource(
                archive=archive,
                index=len(archive.spans),
                member=info.name,
                name=str(folder / info.name),
                size_bytes=info.size,
                mtime_ns=mtime_ns(info),
            )
        )
        archive.spans.append((info.offset_data, info.size))
    return found


def mtime_ns(info: tarfile.TarInfo) -> int | None:
    """The time in a tar file; None if it is none that a disk can hold."""
    try:
        time = int(info.mtime * 1e6) * 1000
    except (ValueError, OverflowError):
        return None
    return time if abs(time) <= LATEST_NS else None


class HeaderReader:
    """What tarfile reads headers from; a header has to be small to be read.

    The names of a member can be as long as a header says, and are read at once.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Read from this unpacked tar."""
        self.seek = stream.seek
        self.tell = stream.tell
        self._read = stream.read

    def read(self, size: int) -> bytes:
        """That many bytes."""
        if size > MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return self._read(size)


def infos_of(path: Path, kind: ArchiveKind) -> Iterator[tarfile.TarInfo]:
    """The headers of all members, one by one."""
    limit = max(HARMLESS_BYTES, MAX_GROWTH * path.stat().st_size)
    with closing(open_tar(path, kind)) as stream:
        headers = cast("BinaryIO", HeaderReader(stream))
        with tarfile.open(fileobj=headers, mode="r:") as tar:
            for info in tar:
                # Python would read on from an earlier place, or to the end.
                if info.size < 0:
                    raise tarfile.ReadError(f"{info.name} has a negative size")
                if kind != "tar" and info.offset_data + info.size > limit:
                    reason = f"is refused: it grows over {MAX_GROWTH} times, a bomb"
                    raise UnsupportedPhotoError(path, reason)
                yield info


def refusal_of(path: Path, info: tarfile.TarInfo) -> PhotoError | None:
    """Why a member is not to be read; None if nothing is wrong with it."""
    where = f"{path}/{info.name}"
    if info.issym() or info.islnk():
        reason = "is a link; links in archives are not followed"
        return UnsupportedPhotoError(where, reason)
    if not info.isreg() or info.issparse():
        return UnsupportedPhotoError(where, "is no ordinary file in the archive")
    return refusal(where, info.name, info.size, info.size)
