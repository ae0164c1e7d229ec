"""Photos behind URLs."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from colorize_cli.codec.formats import READABLE_SUFFIXES
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from colorize_cli.files.archives import archive_kind
from colorize_cli.files.archives.members import is_photo, refusal
from colorize_cli.files.remote.url import name_in, open_store, shown, trouble
from colorize_cli.files.source import Found, Stamp

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

__all__ = ["RemoteSource", "remote_photos"]

# Under which of these a store gives the time of the last change.
TIME_KEYS = ("LastModified", "last_modified", "mtime", "updated", "created")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSource:
    """A photo in a store.

    Attributes:
        store: The store.
        place: The photo's place in it.
        url: The same as people know it.
        name: Its place under the URL that was named.
        known_stamp: Size and time as the store has listed them.
    """

    store: "AbstractFileSystem"
    place: str
    url: str
    name: str
    known_stamp: Stamp | None

    def __str__(self) -> str:
        return self.url

    def read(self) -> bytes:
        """The whole object; see `Source`."""
        try:
            data: bytes = self.store.cat_file(self.place)
        except Exception as error:
            raise DecodeError(self.url, trouble(error)) from error
        return data

    def stamp(self) -> Stamp | None:
        """As listed; see `Source`."""
        return self.known_stamp

    def identity(self) -> Hashable | None:
        """The URL, with a query that may say which photo is meant; see `Source`."""
        return self.url if self.url.endswith(self.place) else self.place


def remote_photos(url: str, out: str) -> Found:
    """The photos behind a URL, sorted by place, and what cannot be read.

    A URL with the suffix of a photo is one, whatever it leads to; any other is taken
    for a folder, whose whole tree is listed.

    Args:
        url: Of a photo or a folder.
        out: Where results go; their tree is left out if it is below the URL.

    Raises:
        PlanError: If a package is missing, or the kind of URL is not known.
    """
    store, root = open_store(url)
    last = name_in(url)
    is_one = PurePosixPath(last).suffix.lower() in READABLE_SUFFIXES
    if archive_kind(PurePosixPath(last)) is not None:
        reason = "is an archive, which is read from a disk only; fetch it first"
        return Found(problems=[UnsupportedPhotoError(shown(url), reason)])
    try:
        listed = {root: store.info(root)} if is_one else store.find(root, detail=True)
    except Exception as error:
        return Found(problems=[DecodeError(shown(url), trouble(error))])
    if not listed:
        problem = DecodeError(shown(url), "is not there, or is empty")
        return Found(problems=[problem])
    found = Found()
    for place, info in sorted(listed.items()):
        below = place.removeprefix(root).lstrip("/")
        where = shown(url) if is_one else f"{shown(url)}/{below}"
        is_result = f"{where}/".startswith(f"{shown(out)}/")
        name = last if is_one else below_name(url, below)
        if not is_photo(name) or (is_result and not is_one):
            continue
        stamp = stamp_of(info)
        size_bytes = stamp[0] if stamp else 0
        if refused := refusal(where, name, size_bytes, size_bytes):
            found.problems.append(refused)
            continue
        found.photos.append(
            RemoteSource(
                store=store,
                place=place,
                url=where,
                name=str(PurePosixPath(name)),
                known_stamp=stamp,
            )
        )
    return found


def below_name(url: str, below: str) -> str:
    """The name of what is below a URL; web servers write odd letters as %20."""
    return unquote(below) if url.lower().startswith("http") else below


def stamp_of(info: Mapping[str, Any]) -> Stamp | None:
    """Size and time that a store has listed, if it has listed both."""
    size = info.get("size")
    time = next((info[key] for key in TIME_KEYS if info.get(key)), None)
    if isinstance(time, str):
        try:
            time = datetime.fromisoformat(time)
        except ValueError:
            return None
    if isinstance(time, datetime):
        time = time.timestamp()
    if size is None or not isinstance(time, int | float):
        return None
    return int(size), int(time * 1e6) * 1000
