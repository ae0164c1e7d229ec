"""Appending to a ledger: whole lines, from threads and processes, after crashes."""

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from colorize_cli.errors import EncodeError, PlanError
from colorize_cli.ledger import Entry, Journal, journal, read_ledger

ROOT = Path(__file__).parents[3]


def entry(source: str) -> Entry:
    """A short line."""
    return Entry(source=source, status="done")


@pytest.fixture
def ledger(tmp_path):
    """Where a ledger would be."""
    return tmp_path / "colorize.jsonl"


def test_lines_are_appended(ledger):
    """Run after run, each line there as soon as it is written."""
    for name in ("a", "b"):
        with Journal(ledger) as lines:
            lines.append(entry(name))
            assert name in read_ledger(ledger)
    assert ledger.read_bytes() == entry("a").to_line() + entry("b").to_line()


def test_permissions_are_those_of_any_new_file(ledger):
    """Colleagues may read what they may read of the results."""
    before = os.umask(0o022)
    try:
        Journal(ledger).__exit__(None, None, None)
    finally:
        os.umask(before)
    assert ledger.stat().st_mode & 0o777 == 0o644


def test_a_torn_line_is_closed_first(ledger):
    """The next line starts on its own, whoever has left the torn one."""
    with Journal(ledger) as lines:
        lines.append(entry("a"))
        with ledger.open("ab") as other:
            other.write(entry("torn").to_line()[:10])
        lines.append(entry("b"))
    with ledger.open("ab") as other:
        other.write(b'{"v"')
    with Journal(ledger) as lines:
        lines.append(entry("c"))
    assert set(read_ledger(ledger)) == {"a", "b", "c"}
    assert ledger.read_bytes().endswith(b'{"v"\n' + entry("c").to_line())


def test_threads_do_not_mix_lines(ledger):
    """Eight of them, on one journal."""
    names = [f"{i:03}" for i in range(200)]
    with Journal(ledger) as lines, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: lines.append(entry(name)), names))
    assert ledger.read_bytes().count(b"\n") == 200
    assert sorted(read_ledger(ledger)) == names


def test_processes_do_not_mix_lines(ledger):
    """Three at once, on one file."""
    program = (
        "import sys; from pathlib import Path\n"
        "from colorize_cli.ledger import Entry, Journal\n"
        "with Journal(Path(sys.argv[1])) as lines:\n"
        "    for i in range(100):\n"
        "        name = f'{sys.argv[2]}/{i:03}' + 'x' * 6000\n"
        "        lines.append(Entry(source=name, status='done'))\n"
    )
    arguments = [sys.executable, "-c", program, str(ledger)]
    running = [subprocess.Popen([*arguments, name], cwd=ROOT) for name in "abc"]
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0]
    assert ledger.read_bytes().count(b"\n") == 300
    assert len(read_ledger(ledger)) == 300


def test_a_full_disk_is_said_and_healed(ledger, monkeypatch):
    """What was written of the line is closed by the next that fits."""
    write = os.write
    with Journal(ledger) as lines:
        monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:9]))
        with pytest.raises(EncodeError, match=r"ledger cannot be written \(No space"):
            lines.append(entry("a"))
        monkeypatch.setattr(os, "write", write)
        lines.append(entry("b"))
    assert set(read_ledger(ledger)) == {"b"}


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    """Before any photo is worked on."""
    with pytest.raises(PlanError, match=r"the ledger cannot be written \(No such file"):
        Journal(tmp_path / "gone" / "colorize.jsonl")


def test_a_disk_without_locks_will_do(ledger, monkeypatch):
    """Some network disks have none."""

    def refuse(file, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(journal.fcntl, "flock", refuse)
    with Journal(ledger) as lines:
        lines.append(entry("a"))
    assert set(read_ledger(ledger)) == {"a"}


def test_syncing_does_not_wait_for_each_line(ledger, monkeypatch):
    """At most once a second, and at the end."""
    now, synced = [100.0], []
    monkeypatch.setattr(journal.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(os, "fsync", synced.append)
    with Journal(ledger) as lines:
        for name in "abc":
            lines.append(entry(name))
        assert len(synced) == 0
        now[0] += 1.5
        lines.append(entry("d"))
        lines.append(entry("e"))
        assert len(synced) == 1
    assert len(synced) == 2
