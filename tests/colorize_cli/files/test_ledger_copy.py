"""The ledger of an archive or a store, on this machine."""

from pathlib import Path

import pytest

from colorize_cli.errors import PlanError
from colorize_cli.files.ledger_copy import LedgerCopy


def test_it_is_fetched_once_and_goes_with_the_process():
    """What was appended since is known."""
    copies = [b"first\n"]
    ledger = LedgerCopy(copies.pop)
    path = ledger.path
    with path.open("ab") as file:
        file.write(b"second\n")
    assert ledger.path.read_bytes() == b"first\nsecond\n"
    assert ledger.added() == b"second\n"
    del ledger
    assert not path.parent.exists()


def test_a_full_disk_is_told(monkeypatch):
    """Half of it is never taken for the whole."""
    ledger = LedgerCopy(lambda: b"first\nsecond\n")
    write_bytes = Path.write_bytes

    def full(path, data):
        write_bytes(path, data[:9])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(PlanError, match=r"No space left on device.* TMPDIR"):
            _ = ledger.path
    assert ledger.path.read_bytes() == b"first\nsecond\n"
