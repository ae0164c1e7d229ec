"""What a gallery's folder is made of, and by what it is known again."""

import os
import re
from hashlib import blake2b
from pathlib import Path

__all__ = [
    "DATA_NAME",
    "DATA_START",
    "INDEX_NAME",
    "PAGE_NAME",
    "PICTURES_NAME",
    "identity_of",
    "is_gallery",
]

DATA_NAME, INDEX_NAME = "data.js", "index.html"
# The page's own files, and previews as PICTURES_NAME/ab/abcdef.jpg.
PAGE_NAME, PICTURES_NAME = "page", "pictures"
# How data.js begins; other pages may have a file of that name.
DATA_START = "window.GALLERY = "
# The start of data.js that holds the identity.
HEAD_BYTES = 256
IDENTITY = re.compile(rb'"id": "([0-9a-f]{16})"')


def is_gallery(folder: Path) -> bool:
    """Whether the folder is a gallery, also one that is not complete yet."""
    return head_of(folder).startswith(DATA_START.encode("ascii"))


def identity_of(folder: Path, out: Path) -> str:
    """By what browsers know a gallery and its choices again, 16 letters.

    The one that it has, so that choices are not lost where a disk is mounted at another
    place; of a new gallery a digest of both places, so that galleries differ.

    Args:
        folder: The gallery's, there or not.
        out: The folder of results.
    """
    if found := IDENTITY.search(head_of(folder)):
        return found[1].decode("ascii")
    places = os.fsencode(out.resolve()) + b"\0" + os.fsencode(folder.resolve())
    return blake2b(places, digest_size=8).hexdigest()


def head_of(folder: Path) -> bytes:
    """The start of data.js; empty if there is none."""
    try:
        with (folder / DATA_NAME).open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return b""
