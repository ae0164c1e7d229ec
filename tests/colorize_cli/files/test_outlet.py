"""Which destination a name leads to."""

import errno
from pathlib import Path

import pytest

from colorize_cli.files import FolderDestination
from colorize_cli.files.archives.destination import ArchiveDestination
from colorize_cli.files.outlet import open_destination


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_what_is_a_folder_stays_one(tmp_path, name):
    """Whatever it is called."""
    (tmp_path / name).mkdir()
    assert isinstance(open_destination(tmp_path / name), FolderDestination)


def test_a_place_that_may_not_be_looked_at_goes_by_its_name(tmp_path, monkeypatch):
    """What is wrong with it is told by what writes there. Root may, so simulated."""

    def refuse(path, **options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    for name, kind in [("out", FolderDestination), ("out.zip", ArchiveDestination)]:
        assert isinstance(open_destination(tmp_path / name), kind)
