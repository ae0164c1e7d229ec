"""Photos in tar files, compressed or not.

A compressed tar can only be read from its start to where one wants to be. So its photos
are read in the order in which they lie in it, by several threads that may get ahead of
one another: what is passed on the way to a photo is kept for a while.
"""

import bz2
import gzip
import lzma
import struct
import tarfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import BinaryIO, cast

from colorize_cli.errors import DecodeError, PhotoError, UnsupportedPhotoError
from colorize_cli.files.archives.kinds import ArchiveKind
from colorize_cli.files.archives.members import (
    HARMLESS_BYTES,
    MAX_GROWTH,
    Members,
    MemberSource,
    is_photo,
    refusal,
)
from colorize_cli.files.disk import read_reason
from colorize_cli.files.source import Source

__all__ = ["TarArchive", "tar_members"]

OPENERS: dict[ArchiveKind, Callable[[Path, str], object]] = {
    "tar": lambda path, mode: path.open(mode),
    "tar:gz": gzip.open,
    "tar:bz2": bz2.open,
    "tar:xz": lzma.open,
}
# What the standard library raises at damaged files.
DAMAGE = (
    tarfile.TarError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    struct.error,
    ValueError,
)
# A name or an extended header; usual ones have some hundred bytes.
MAX_HEADER_BYTES = 1 << 20
# Memory for photos of a compressed tar that were passed, or may be wanted again.
PASSED_BYTES = 256 << 20


class TarArchive:
    """A tar file that is open for reading."""

    def __init__(self, path: Path, kind: ArchiveKind) -> None:
        """Open it.

        Raises:
            DecodeError: If that is not possible.
        """
        self.path = path
        self.is_compressed = kind != "tar"
        try:
            self.stream = cast("BinaryIO", OPENERS[kind](path, "rb"))
        except OSError as error:
            raise DecodeError(path, read_reason(error)) from error
        # Where each photo lies in the unpacked stream: offset, size, name.
        self.spans: list[tuple[int, int, str]] = []
        self._lock = Lock()
        self._next = 0
        self._passed: OrderedDict[int, bytes] = OrderedDict()
        self._passed_bytes = 0

    def __del__(self) -> None:
        """Close the file."""
        if hasattr(self, "stream"):
            self.stream.close()

    def read_member(self, index: int) -> bytes:
        """One file; see `Archive`. Fast if members are read about in their order."""
        with self._lock:
            if index in self._passed:
                return self._passed[index]
            if not self.is_compressed:
                return self._read(index)
            with suppress(DecodeError):  # It is told when its own turn comes.
                for passed in range(self._next, index):
                    self._keep(passed, self._read(passed))
            data = self._read(index)
            self._keep(index, data)
            self._next = index + 1
            return data

    def _read(self, index: int) -> bytes:
        offset, size_bytes, member = self.spans[index]
        where = f"{self.path}/{member}"
        try:
            self.stream.seek(offset)
            data = self.stream.read(size_bytes)
        except DAMAGE as error:
            raise DecodeError(where, f"is damaged in the archive ({error})") from error
        except OSError as error:
            raise DecodeError(where, read_reason(error)) from error
        if len(data) < size_bytes:
            raise DecodeError(where, "is cut off: the archive ends inside it")
        return data

    def _keep(self, index: int, data: bytes) -> None:
        """Remember a photo, and forget the oldest ones that there is no room for."""
        self._passed_bytes += len(data) - len(self._passed.pop(index, b""))
        self._passed[index] = data
        while self._passed_bytes > PASSED_BYTES and len(self._passed) > 1:
            _, oldest = self._passed.popitem(last=False)
            self._passed_bytes -= len(oldest)


def tar_members(path: Path, kind: ArchiveKind, folder: PurePosixPath) -> Members:
    """The photos in a tar file, in the order in which they lie in it.

    The index of a tar is spread over it, so a compressed one is unpacked once for it,
    in memory and piece by piece.

    Args:
        path: The tar file.
        kind: How it is compressed.
        folder: Goes before the place in the archive to make the source's name.

    Raises:
        DecodeError: If it is no tar file.
    """
    archive = TarArchive(path, kind)
    problems: list[PhotoError] = []
    latest: dict[str, tarfile.TarInfo] = {}
    try:
        for info in infos_of(archive):
            if not info.isdir() and is_photo(info.name):
                # A tar is added to at its end, so the last of one name counts.
                latest.pop(info.name, None)
                latest[info.name] = info
    except DAMAGE as error:
        problems.append(DecodeError(path, f"is damaged or cut off ({error})"))
    except OSError as error:
        problems.append(DecodeError(path, read_reason(error)))
    except UnsupportedPhotoError as error:
        problems.append(error)
    photos: list[Source] = []
    for info in latest.values():
        if problem := refusal_of(path, info):
            problems.append(problem)
            continue
        photos.append(
            MemberSource(
                archive=archive,
                index=len(archive.spans),
                member=info.name,
                name=str(folder / info.name),
                size_bytes=info.size,
                mtime_ns=int(info.mtime * 1e6) * 1000,
            )
        )
        archive.spans.append((info.offset_data, info.size, info.name))
    return Members(photos, problems)


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


def infos_of(archive: TarArchive) -> Iterator[tarfile.TarInfo]:
    """The headers of all members, one by one."""
    packed_bytes = archive.path.stat().st_size
    limit = max(HARMLESS_BYTES, MAX_GROWTH * packed_bytes)
    headers = cast("BinaryIO", HeaderReader(archive.stream))
    with tarfile.open(fileobj=headers, mode="r:") as tar:
        for info in tar:
            if archive.is_compressed and info.offset_data + info.size > limit:
                reason = f"is refused: it grows over {MAX_GROWTH} times, a bomb"
                raise UnsupportedPhotoError(archive.path, reason)
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
