"""What is a URL, and opening what is behind one."""

import re
from typing import TYPE_CHECKING

from colorize_cli.errors import PlanError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

__all__ = ["is_url", "open_store", "shown", "trouble"]

URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def is_url(place: object) -> bool:
    """Whether a place on the command line is a URL rather than a path."""
    return isinstance(place, str) and URL.match(place) is not None


def shown(url: str) -> str:
    """A URL as people and ledgers see it: without a query, which may hold a secret."""
    return url.partition("?")[0].rstrip("/")


def open_store(url: str) -> tuple["AbstractFileSystem", str]:
    """The store that a URL is in, and the place in it.

    Raises:
        PlanError: If a package is missing, or the kind of URL is not known.
    """
    scheme = url.partition("://")[0]
    cure = "pip install 'colorize-diffusion[remote]'"
    try:
        from fsspec.core import url_to_fs

        store, place = url_to_fs(url)
    except ImportError as error:
        raise PlanError(
            f"{shown(url)}: {scheme} places need packages; {cure}"
        ) from error
    except ValueError as error:
        reason = f"{scheme}:// is no kind of place that is known"
        raise PlanError(f"{shown(url)}: {reason}") from error
    except Exception as error:
        raise PlanError(f"{shown(url)}: {trouble(error)}") from error
    return store, str(place)


def trouble(error: Exception) -> str:
    """What a store says is wrong, on one line and without its request.

    Stores raise errors of many libraries, so all kinds are taken for trouble.
    """
    if isinstance(error, FileNotFoundError):
        return "is not there"
    if isinstance(error, PermissionError):
        return "may not be read or written; check the credentials in the environment"
    text = " ".join(str(error).split()) or type(error).__name__
    return f"cannot be reached ({text[:200]})"
