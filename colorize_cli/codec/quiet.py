"""Keeps the libraries from writing on the terminal themselves.

What matters of their messages is raised with the file's name; the rest would tear the
progress bar. Python prints a logger's warnings only while it has no handler, so a
program that configures logging still gets them.
"""

import logging

import cv2

__all__ = ["hush", "one_line"]

# Letters of a message; longer ones are quotations of the file.
MAX_LETTERS = 200


def hush() -> None:
    """Silence OpenCV's log, and the default output of imagecodecs and tifffile."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    for name in ("imagecodecs", "tifffile"):
        logging.getLogger(name).addHandler(logging.NullHandler())


def one_line(error: Exception) -> str:
    """What a library says, on one line; some of them print memory that they freed."""
    letters = (c if c.isprintable() else " " for c in str(error))
    return " ".join("".join(letters).split())[:MAX_LETTERS]
