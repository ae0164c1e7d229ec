"""One writer to a place."""

import errno
import os

from colorize_cli import locks
from colorize_cli.locks import try_lock


def test_the_second_to_open_a_file_does_not_get_it(tmp_path):
    """Until the first closes it."""
    first, second = (os.open(tmp_path / "a", os.O_CREAT | os.O_RDWR) for _ in range(2))
    assert try_lock(first)
    assert not try_lock(second)
    os.close(first)
    assert try_lock(second)
    os.close(second)


def test_a_disk_without_locks_keeps_nobody_out(tmp_path, monkeypatch):
    """As some network disks are."""

    def refuse(file, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks.fcntl, "flock", refuse)
    with (tmp_path / "a").open("wb") as file:
        assert try_lock(file.fileno())
