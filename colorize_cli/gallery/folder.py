"""What a gallery's folder is made of, and by what it is known again."""

from pathlib import Path

__all__ = [
    "DATA_NAME",
    "DATA_START",
    "INDEX_NAME",
    "PAGE_NAME",
    "PICTURES_NAME",
    "is_gallery",
]

DATA_NAME, INDEX_NAME = "data.js", "index.html"
# The page's own files, and previews as PICTURES_NAME/ab/abcdef.jpg.
PAGE_NAME, PICTURES_NAME = "page", "pictures"
# How data.js begins; other pages may have a file of that name.
DATA_START = "window.GALLERY = "


def is_gallery(folder: Path) -> bool:
    """Whether the folder is a gallery, also one that is not complete yet."""
    start = DATA_START.encode("ascii")
    try:
        with (folder / DATA_NAME).open("rb") as file:
            return file.read(len(start)) == start
    except OSError:
        return False
