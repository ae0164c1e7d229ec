"""What a ledger says about each photo."""

from dataclasses import dataclass, field
from pathlib import Path

from colorize_cli.errors import PlanError
from colorize_cli.ledger.entry import Entry

__all__ = ["History", "read_history", "read_ledger"]


@dataclass(slots=True)
class History:
    """All that earlier runs have left behind.

    Attributes:
        entries: The last entry of each photo, by its source.
        earlier: Results that the last entry of their photo does not name, by path:
            the photo's source, and the content hash as `made` returns it.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    earlier: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Take in the next line."""
        before = self.entries.get(entry.source)
        if before is not None:
            now = {} if entry.status == "started" else hashes(entry)
            for path, known in hashes(before).items():
                if path not in now and (known or not self._had(entry.source, path)):
                    self.earlier[path] = (entry.source, known)
        self.entries[entry.source] = entry

    def made(self, source: str, path: str) -> str | None:
        """The content hash of a result as a run has left it.

        Returns:
            None if no run has made such a file of that photo; empty if it is not known,
            because it is an extra or the run was stopped as it wrote, so that whatever
            is there counts as its work.
        """
        entry = self.entries.get(source)
        found = hashes(entry).get(path) if entry else None
        if found is None and self._had(source, path):
            return self.earlier[path][1]
        return found

    def _had(self, source: str, path: str) -> bool:
        """Whether an earlier result of a photo was there."""
        return path in self.earlier and self.earlier[path][0] == source


def hashes(entry: Entry) -> dict[str, str]:
    """The content hash of every result that a line names, empty for extras."""
    extras = dict.fromkeys(entry.extras.values(), "")
    return extras | {target.path: target.hash for target in entry.targets}


def read_history(path: Path) -> History:
    """Read a ledger; damaged lines are passed over, as a crash may leave one.

    Raises:
        PlanError: If it cannot be read, or was written by a later version.
    """
    history = History()
    try:
        with path.open("rb") as file:
            for line in file:
                entry = Entry.from_line(line)
                if entry is not None:
                    history.add(entry)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise PlanError(
            f"{path}: the ledger cannot be read ({error.strerror}); "
            "choose another folder with -o"
        ) from error
    except PlanError as error:
        raise PlanError(f"{path}: {error}") from error
    return history


def read_ledger(path: Path) -> dict[str, Entry]:
    """The last entry of each photo, by its source; none if there is no ledger.

    Raises:
        PlanError: If it cannot be read, or was written by a later version.
    """
    return read_history(path).entries
