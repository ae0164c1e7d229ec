"""What is a URL, and opening what is behind one."""

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from colorize_cli.errors import PlanError
from colorize_cli.extras import cure

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

__all__ = ["is_url", "name_in", "open_store", "shown", "trouble"]

# What the extra `remote` brings; other kinds of places need a package that it lacks.
EXTRA_PACKAGES = {"aiohttp", "fsspec", "gcsfs", "s3fs"}
URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
# Name and password before the host, and the query.
SECRETS = re.compile(r"(?<=://)[^/?#]*@|\?.*", re.DOTALL)


def is_url(place: object) -> bool:
    """Whether a place on the command line is a URL rather than a path."""
    return isinstance(place, str) and URL.match(place) is not None


def shown(url: str) -> str:
    """A URL as people and ledgers see it: without password and query, both secrets."""
    return SECRETS.sub("", url).rstrip("/")


def name_in(url: str) -> str:
    """The file's name that a URL ends with, if any.

    Raises:
        ValueError: If it is no URL after all.
    """
    return PurePosixPath(unquote(urlsplit(url).path)).name


def open_store(url: str) -> tuple["AbstractFileSystem", str]:
    """The store that a URL is in, and the place in it.

    Raises:
        PlanError: If a package is missing, or the kind of URL is not known.
    """
    scheme = url.partition("://")[0]
    try:
        from fsspec.core import url_to_fs
        from fsspec.registry import available_protocols

        name_in(url)  # raises if it cannot be taken apart
        store, place = url_to_fs(url)
    except ImportError as error:
        raise PlanError(f"{shown(url)}: {lack(scheme, error)}") from error
    except Exception as error:
        is_known = scheme in available_protocols()
        unknown = f"{scheme}:// is no kind of place that is known"
        reason = trouble(error) if is_known else unknown
        raise PlanError(f"{shown(url)}: {reason}") from error
    return store, str(place)


def lack(scheme: str, error: ImportError) -> str:
    """What is to be installed for a kind of place, on one line."""
    missing = getattr(error.__cause__ or error, "name", None) or ""
    if missing.partition(".")[0] in EXTRA_PACKAGES:
        return f"{scheme} places need packages; {cure('remote')}"
    return f"{scheme} places need a package that no extra has ({error})"


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
