"""Parts of a plan; shards are tested in commands/test_photos_scripting.py."""

import errno
from pathlib import Path

import pytest

from colorize_cli.batch.narrowing import failed_before, part_of
from colorize_cli.errors import PlanError
from colorize_cli.ledger import Entry
from colorize_cli.shard import Shard
from tests.planning import plan, put, targets


@pytest.fixture
def planned(tmp_path):
    """A plan of two photos, of which one has failed before."""
    put(tmp_path / "photos", "a.jpg", "b.jpg")
    put(tmp_path / "out", "colorize.jsonl")
    line = Entry(source="b.jpg", status="failed").to_line()
    (tmp_path / "out/colorize.jsonl").write_bytes(line)
    return plan(tmp_path / "photos", out=tmp_path / "out")


def test_only_what_failed_is_left(planned):
    """By the last line of each photo."""
    assert targets(failed_before(planned)) == ["b.jpg"]


def test_what_may_hide_photos_is_told_by_every_shard(tmp_path):
    """Or it would end as if all were done; a dead link is one photo, told by one."""
    put(tmp_path, "photos/a.jpg", "box.zip")
    (tmp_path / "photos/dead.jpg").symlink_to("nowhere")
    planned = plan(tmp_path / "photos", tmp_path / "box.zip", out=tmp_path / "out")
    parts = [part_of(planned, Shard(number, 3)).problems for number in (1, 2, 3)]
    told = [Path(str(each.path)).name for part in parts for each in part]
    assert sorted(told) == ["box.zip", "box.zip", "box.zip", "dead.jpg"]


def test_a_ledger_that_may_not_be_looked_at_is_refused(planned, monkeypatch):
    """In one line. Root may, so it is simulated."""

    def refuse(path, **options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(PlanError, match="has no ledger, so it is not known"):
        failed_before(planned)
