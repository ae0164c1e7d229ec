"""Photos in zip files."""

import lzma
import struct
import zipfile
import zlib
from datetime import datetime
from pathlib import Path, PurePosixPath

from colorize_cli.errors import DecodeError, PhotoError, UnsupportedPhotoError
from colorize_cli.files.archives.members import (
    Members,
    MemberSource,
    is_photo,
    refusal,
)
from colorize_cli.files.disk import read_reason
from colorize_cli.files.source import Source

__all__ = ["ZipArchive", "zip_members"]

IS_ENCRYPTED = 0x1
# What the standard library raises at damaged files: also ValueError and struct.error
# for fields that make no sense, and RuntimeError for versions and flags.
DAMAGE = (
    zipfile.BadZipFile,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    ValueError,
    RuntimeError,
)


class ZipArchive:
    """A zip file that is open for reading."""

    def __init__(self, path: Path) -> None:
        """Read the index.

        Raises:
            DecodeError: If it has none.
        """
        self.path = path
        try:
            self.file = zipfile.ZipFile(path)
        except DAMAGE as error:
            raise DecodeError(path, f"is no zip file, or damaged ({error})") from error
        except OSError as error:
            raise DecodeError(path, read_reason(error)) from error
        self.infos: list[zipfile.ZipInfo] = []

    def read_member(self, index: int) -> bytes:
        """One file, of exactly the size that the index says; see `Archive`."""
        info = self.infos[index]
        where = f"{self.path}/{info.filename}"
        try:
            # Stops at the declared size, and compares the checksum.
            return self.file.read(info)
        except NotImplementedError as error:
            reason = f"is compressed in a way that is not read ({error})"
            raise DecodeError(where, reason) from error
        except DAMAGE as error:
            raise DecodeError(where, f"is damaged in the archive ({error})") from error
        except OSError as error:
            raise DecodeError(where, read_reason(error)) from error


def zip_members(path: Path, folder: PurePosixPath) -> Members:
    """The photos in a zip file, in the order in which they lie in it.

    Args:
        path: The zip file.
        folder: Goes before the place in the archive to make the source's name.

    Raises:
        DecodeError: If it is no zip file.
    """
    archive = ZipArchive(path)
    photos: list[Source] = []
    problems: list[PhotoError] = []
    # Of members with one name the last counts, as for every unpacker.
    latest = {info.filename: info for info in archive.file.infolist()}
    infos = sorted(latest.values(), key=lambda info: info.header_offset)
    ends = [*(info.header_offset for info in infos[1:]), archive.file.start_dir]
    for info, end in zip(infos, ends, strict=False):
        member = info.filename.replace("\\", "/")
        if member.endswith("/") or not is_photo(member):
            continue
        where = f"{path}/{member}"
        problem = refusal(where, member, info.file_size, info.compress_size)
        if info.flag_bits & IS_ENCRYPTED:
            reason = "is encrypted; unpack the archive and colorize the folder"
            problem = UnsupportedPhotoError(where, reason)
        elif info.header_offset + info.compress_size >= end:
            reason = "is refused: it shares its data with other files, a bomb"
            problem = UnsupportedPhotoError(where, reason)
        if problem:
            problems.append(problem)
            continue
        photos.append(
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
    return Members(photos, problems)


def mtime_ns(info: zipfile.ZipInfo) -> int | None:
    """The time in a zip file, which is local and even; None if it is no date."""
    try:
        return int(datetime(*info.date_time).timestamp()) * 1_000_000_000
    except (ValueError, OverflowError, OSError):
        return None
