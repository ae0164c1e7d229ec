"""Reading the JSON files that the tool's pages let people download."""

import json
from pathlib import Path
from typing import Any

from colorize_cli.errors import PlanError

__all__ = ["read_download"]


def read_download(
    path: Path, kind: str, version: int, *, what: str, cure: str
) -> dict[str, Any]:
    """Read a file of one kind and version.

    Args:
        path: The file.
        kind: The value of its `kind`.
        version: The value of its `version`.
        what: What it should be, for the message.
        cure: What to do if it is not, for the message.

    Raises:
        PlanError: If it cannot be read or is of another kind or version.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise PlanError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise PlanError(f"{path}: is not JSON ({error}); {cure}") from error
    if not isinstance(document, dict) or document.get("kind") != kind:
        raise PlanError(f'{path}: is not {what}; it lacks "kind": "{kind}"; {cure}')
    if document.get("version") != version:
        raise PlanError(
            f"{path}: is of version {document.get('version')!r}, this colorize reads "
            f"{version}; update the tool"
        )
    return document
