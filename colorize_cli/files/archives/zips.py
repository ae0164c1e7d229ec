"""Photos in zip files."""

import zipfile
from datetime import datetime
from pathlib import Path, PurePosixPath

from colorize_cli.errors import DecodeError, PhotoError, UnsupportedPhotoError
from colorize_cli.files.archives.damage import DAMAGE
from colorize_cli.files.archives.handles import Handles, version_of
from colorize_cli.files.archives.members import (
    MemberSource,
    is_photo,
    refusal,
)
from colorize_cli.files.disk import read_reason
from colorize_cli.files.source import Found

__all__ = ["ZipArchive", "zip_members"]

IS_ENCRYPTED = 0x1


class ZipArchive:
    """A zip file whose index has been read."""

    def __init__(self, path: Path, handles: Handles) -> None:
        """Note how the file is now.

        Raises:
            OSError: If it cannot be looked at.
        """
        self.path = path
        self.version = version_of(path)
        self.infos: list[zipfile.ZipInfo] = []
        self._handles = handles

    def open(self) -> zipfile.ZipFile:
        """Read the index again; see `Openable`."""
        return zipfile.ZipFile(self.path)

    def read_member(self, index: int) -> bytes:
        """One file, of exactly the size that the index says; see `Archive`."""
        with self._handles.lent(self) as file:
            # Stops at the declared size, and compares the checksum.
            return file.read(self.infos[index])


def zip_members(path: Path, folder: PurePosixPath, handles: Handles) -> Found:
    """The photos in a zip file, in the order in which they lie in it.

    Args:
        path: The zip file.
        folder: Goes before the place in the archive to make the source's name.
        handles: Lends it when its photos are read.

    Raises:
        DecodeError: If it is no zip file.
    """
    try:
        archive = ZipArchive(path, handles)
        with archive.open() as file:
            # Of members with one name the last counts, as for every unpacker.
            latest = {info.filename: info for info in file.infolist()}
            end_of_last = file.start_dir
    except DAMAGE as error:
        raise DecodeError(path, f"is no zip file, or damaged ({error})") from error
    except OSError as error:
        raise DecodeError(path, read_reason(error)) from error
    found = Found()
    infos = sorted(latest.values(), key=lambda info: info.header_offset)
    ends = [*(info.header_offset for info in infos[1:]), end_of_last]
    for info, end in zip(infos, ends, strict=False):
        member = info.filename.replace("\\", "/")
        if member.endswith("/") or not is_photo(member):
            continue
        if problem := refusal_of(f"{path}/{member}", info, end):
            found.problems.append(problem)
            continue
        found.photos.append(
            MemberSource(
                archive=archive,
                index=len(archive.infos),
                member=member,
                name=str(folder / member),
                size_bytes=info.file_size,
                mtime_ns=mtime_ns(info),
            )
        )
        archive.infos.append(info)
    return found


def refusal_of(where: str, info: zipfile.ZipInfo, end: int) -> PhotoError | None:
    """Why a member is not to be read; None if nothing is wrong with it.

    Args:
        where: The member as the user knows it.
        info: Its line in the index.
        end: Where in the file the next member begins.
    """
    if info.flag_bits & IS_ENCRYPTED:
        reason = "is encrypted; unpack the archive and colorize the folder"
        return UnsupportedPhotoError(where, reason)
    if info.header_offset + info.compress_size >= end:
        reason = "is refused: it shares its data with other files, a bomb"
        return UnsupportedPhotoError(where, reason)
    return refusal(where, info.filename, info.file_size, info.compress_size)


def mtime_ns(info: zipfile.ZipInfo) -> int | None:
    """The time in a zip file, which is local and even; None if it is no date."""
    try:
        return int(datetime(*info.date_time).timestamp()) * 1_000_000_000
    except (ValueError, OverflowError, OSError):
        return None
