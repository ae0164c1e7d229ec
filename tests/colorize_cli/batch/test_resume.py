"""Where photos come from, as a ledger may tell it.

What is done again and what is not is tested from the command line on, in
commands/test_photos_resume.py.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from colorize_cli.batch.resume import origin_of


@dataclass
class Somewhere:
    """A source with that place."""

    place: str

    def __str__(self):
        return self.place


@pytest.mark.parametrize(
    ("place", "origin"),
    [
        ("/scans/a.jpg", "/scans/a.jpg"),
        ("/scans/what?.jpg", "/scans/what?.jpg"),
        ("stdin", "stdin"),
        ("/scans/box.zip/a.jpg", "/scans/box.zip/a.jpg"),
        ("s3://bucket/scans/a@2x.jpg", "s3://bucket/scans/a@2x.jpg"),
        ("https://host/a.jpg?X-Amz-Signature=00ff", "https://host/a.jpg"),
        ("https://anna:secret@host:8080/a.jpg", "https://host:8080/a.jpg"),
        ("https://anna:s@cret@host/a.jpg#top", "https://host/a.jpg"),
    ],
)
def test_secrets_are_left_out(place, origin):
    """Of URLs; in paths the same signs are part of a name."""
    assert origin_of(Somewhere(place)) == origin


def test_paths_are_absolute(tmp_path, monkeypatch):
    """Wherever the program was started."""
    monkeypatch.chdir(tmp_path)
    assert origin_of(Somewhere("scans/a.jpg")) == str(Path(tmp_path) / "scans/a.jpg")
