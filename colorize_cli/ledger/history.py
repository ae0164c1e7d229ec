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
        results: Every result, by path: the source of the photo that it was last made
            of, and the content hash as `made` returns it.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    results: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Take in the next line."""
        before = hashes(self.entries.get(entry.source))
        for path, known in hashes(entry).items():
            # A line that only repeats the one before it tells of no new file.
            is_news = entry.status == "started" or before.get(path) != known
            if is_news and (known or not self._had(entry.source, path)):
                self.results[path] = (entry.source, known)
        self.entries[entry.source] = entry

    def made(self, source: str, path: str) -> str | None:
        """The content hash of a result as a run has left it.

        Returns:
            None if no run has made such a file of that photo; empty if it is not known,
            because it is an extra or the run was stopped as it wrote, so that whatever
            is there counts as its work.
        """
        found = hashes(self.entries.get(source)).get(path)
        if found is None and self._had(source, path):
            return self.results[path][1]
        return found

    def owner(self, path: str) -> str | None:
        """The source of the photo that a result was last made of; None if of none."""
        return self.results[path][0] if path in self.results else None

    def _had(self, source: str, path: str) -> bool:
        """Whether a result is known to be of a photo."""
        return self.owner(path) == source


def hashes(entry: Entry | None) -> dict[str, str]:
    """The content hash of every result that a line names, empty for extras."""
    if entry is None:
        return {}
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
