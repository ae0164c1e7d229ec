"""The ledger of an output folder: what became of every photo, line by line.

`colorize.jsonl` is only ever appended to; the last line of a photo counts. The keys of
a line are described in docs/batch.md.
"""

from colorize_cli.ledger.entry import Entry, EntryStatus, Target
from colorize_cli.ledger.hashing import content_hash, settings_hash
from colorize_cli.ledger.history import History, read_history, read_ledger
from colorize_cli.ledger.journal import Journal

__all__ = [
    "Entry",
    "EntryStatus",
    "History",
    "Journal",
    "Target",
    "content_hash",
    "read_history",
    "read_ledger",
    "settings_hash",
]
