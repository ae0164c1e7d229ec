"""Reading photos and writing results, with errors a user can act on."""

import errno
import os
from pathlib import Path
from stat import S_ISREG

from colorize_cli.errors import DecodeError, EncodeError
from colorize_cli.files.drafts import draft_for, lock_draft

__all__ = [
    "Identity",
    "identity",
    "is_file",
    "read",
    "read_reason",
    "status_of",
    "write_atomic",
    "write_reason",
]

# Device and inode: the same for all paths that lead to one file or folder.
Identity = tuple[int, int]

READ_REASONS = {
    errno.EACCES: "may not be read; check its permissions",
    errno.EPERM: "may not be read; check its permissions",
    errno.ENOENT: "is no longer there",
    errno.EISDIR: "is a folder, not a photo",
}
WRITE_REASONS = {
    errno.EACCES: "may not be written; check the folder's permissions",
    errno.EPERM: "may not be written; check the folder's permissions",
    errno.EROFS: "may not be written: the disk is read-only; choose another -o",
    errno.ENOSPC: "is not written: the disk is full; free some space and run again",
    errno.EDQUOT: "is not written: the quota is used up; free some space and run again",
    errno.EFBIG: "is not written: it is larger than the disk or a limit allows",
    errno.EISDIR: "is not written: a folder of that name is in the way",
    errno.ENOTDIR: "is not written: a file is where its folder should be",
    errno.EEXIST: "is not written: a file is where its folder should be",
    errno.ENAMETOOLONG: "is not written: its name is too long; rename the source",
}


def status_of(path: Path) -> os.stat_result | None:
    """What a path leads to; None if to nothing that can be looked at."""
    try:
        return path.stat()
    # No name holds a NUL.
    except (OSError, ValueError):
        return None


def is_file(path: Path) -> bool:
    """Whether an ordinary file is there and may be looked at."""
    status = status_of(path)
    return status is not None and S_ISREG(status.st_mode)


def identity(path: Path) -> Identity | None:
    """Which file or folder a path leads to; None if to nothing."""
    status = status_of(path)
    return status and (status.st_dev, status.st_ino)


def read(path: Path) -> bytes:
    """The whole file.

    Raises:
        DecodeError: If it cannot be read; the reason says why.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise DecodeError(path, read_reason(error)) from error


def read_reason(error: OSError) -> str:
    """Why something cannot be read, and what cures it if anything does."""
    reason = READ_REASONS.get(error.errno or 0)
    return reason or f"cannot be read ({error.strerror or error})"


def write_atomic(path: Path, data: bytes, *, mtime_ns: int | None = None) -> None:
    """Write a file so that it is there whole or not at all, even if power fails.

    The data goes to a hidden file in the same folder, which then takes the place of
    whatever was at `path`. Missing folders are made.

    Args:
        path: Where.
        data: The whole file.
        mtime_ns: Its time of the last change, in nanoseconds since 1970; None for now.

    Raises:
        EncodeError: If it cannot be written; nothing is left behind.
    """
    draft = draft_for(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with draft.open("xb") as file:
                lock_draft(file)
                file.write(data)
                file.flush()
                if mtime_ns is not None:
                    os.utime(draft, ns=(mtime_ns, mtime_ns))
                os.fsync(file.fileno())
                # While it is locked, or it might be swept away.
                draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise EncodeError(path, write_reason(error)) from error


def write_reason(error: OSError) -> str:
    """Why something cannot be written, and what cures it if anything does."""
    reason = WRITE_REASONS.get(error.errno or 0)
    return reason or f"cannot be written ({error.strerror or error})"
