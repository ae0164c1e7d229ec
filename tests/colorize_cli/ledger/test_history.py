"""Reading ledgers: the last line counts, and what was ever made is remembered."""

import pytest

from colorize_cli.errors import PlanError
from colorize_cli.ledger import Entry, Target, read_history, read_ledger


def entry(source="a.jpg", status="done", *paths, hash="1", **values) -> Entry:
    """A line about a photo with results at these paths."""
    targets = tuple(Target(path=path, seed=0, sample=0, hash=hash) for path in paths)
    return Entry(source=source, status=status, targets=targets, **values)


def written(path, *entries, tail=b""):
    """A ledger of these lines."""
    path.write_bytes(b"".join(each.to_line() for each in entries) + tail)
    return path


@pytest.fixture
def ledger(tmp_path):
    """Where a ledger would be."""
    return tmp_path / "colorize.jsonl"


def test_no_ledger_is_an_empty_one(ledger):
    """As before the first run."""
    assert read_ledger(ledger) == {}


def test_the_last_line_of_a_photo_counts(ledger):
    """Whatever stands between."""
    first, last = entry(reason="one"), entry(status="failed", reason="two")
    other = entry("b.jpg")
    assert read_ledger(written(ledger, first, other, last)) == {
        "a.jpg": last,
        "b.jpg": other,
    }


def test_damaged_lines_are_passed_over(ledger):
    """At the end, in the middle, and where two ledgers were joined."""
    whole = entry()
    torn = entry("b.jpg").to_line()[:20]
    ledger.write_bytes(b"\0\0\n" + whole.to_line() + torn)
    assert read_ledger(ledger) == {"a.jpg": whole}
    ledger.write_bytes(torn + whole.to_line())
    assert read_ledger(ledger) == {"a.jpg": whole}


def test_ledgers_merge_by_concatenation(ledger, tmp_path):
    """Those of two shards, in either order."""
    one = written(tmp_path / "1", entry("a.jpg"), tail=b'{"v":1,"sou')
    two = written(tmp_path / "2", entry("b.jpg"), entry("c.jpg"))
    for parts in ((one, two), (two, one)):
        ledger.write_bytes(b"".join(part.read_bytes() for part in parts))
        assert set(read_ledger(ledger)) == {"a.jpg", "b.jpg", "c.jpg"}


def test_a_ledger_that_cannot_be_read_is_refused(ledger):
    """Going on without would do everything again."""
    ledger.mkdir()
    with pytest.raises(PlanError, match=r"colorize\.jsonl: the ledger cannot be read"):
        read_ledger(ledger)


def test_a_ledger_of_a_later_version_is_refused_by_name(ledger):
    """The message says which file."""
    ledger.write_bytes(b'{"v":9,"source":"a","status":"done"}\n')
    with pytest.raises(PlanError, match=r"colorize\.jsonl: the ledger is of version 9"):
        read_history(ledger)


class TestMade:
    """Which files are ours."""

    def test_results_of_the_last_line(self, ledger):
        """With their hashes; a file that no line names is not ours."""
        history = read_history(written(ledger, entry("a.jpg", "done", "a.jpg")))
        assert history.made("a.jpg", "a.jpg") == "1"
        assert history.made("a.jpg", "a_s2.jpg") is None
        assert history.made("b.jpg", "b.jpg") is None

    def test_results_of_earlier_lines(self, ledger):
        """A photo that was made as JPEG, then as PNG, has two results."""
        lines = [
            entry("a.jpg", "done", "a.jpg", hash="1"),
            entry("a.jpg", "done", "a.png", hash="2"),
            entry("a.jpg", "failed"),
        ]
        history = read_history(written(ledger, *lines))
        assert history.made("a.jpg", "a.jpg") == "1"
        assert history.made("a.jpg", "a.png") == "2"

    def test_a_line_replaces_the_hash_of_the_one_before(self, ledger):
        """The file is what the last run has made of it."""
        lines = [entry("a.jpg", "done", "a.jpg", hash=hash) for hash in "12"]
        assert read_history(written(ledger, *lines)).made("a.jpg", "a.jpg") == "2"

    def test_whatever_a_stopped_run_has_left_is_ours(self, ledger):
        """Its last result may be written or not, so any content will do."""
        lines = [
            entry("a.jpg", "done", "a.jpg", hash="1"),
            entry("a.jpg", "started", "a.jpg", hash=""),
        ]
        assert read_history(written(ledger, *lines)).made("a.jpg", "a.jpg") == ""

    def test_a_stopped_run_does_not_make_earlier_results_forgotten(self, ledger):
        """A result that it did not come to is still known by its content."""
        lines = [
            entry("a.jpg", "done", "a.jpg", "a_s2.jpg", hash="1"),
            entry("a.jpg", "started", "a.jpg", "a_s2.jpg", hash=""),
            entry("a.jpg", "failed", "a.jpg", hash="2"),
        ]
        history = read_history(written(ledger, *lines))
        assert history.made("a.jpg", "a.jpg") == "2"
        assert history.made("a.jpg", "a_s2.jpg") == "1"

    def test_extras_are_ours(self, ledger):
        """Without a hash; also when a later line has none."""
        lines = [entry(extras={"sheet": "a_sheet.jpg"}), entry()]
        for count in (1, 2):
            history = read_history(written(ledger, *lines[:count]))
            assert history.made("a.jpg", "a_sheet.jpg") == ""

    def test_results_of_another_photo_are_not(self, ledger):
        """Two photos of one stem have one place for their sheets."""
        lines = [entry(extras={"sheet": "a_sheet.jpg"}), entry(), entry("a.png")]
        history = read_history(written(ledger, *lines))
        assert history.made("a.png", "a_sheet.jpg") is None


class TestOwner:
    """Which photo a result is of."""

    def test_the_last_photo_that_it_was_made_of(self, ledger):
        """Also a result that no last line names any more; sheets as well."""
        lines = [
            entry("a.jpg", "done", "a.png", "a_s2.png", extras={"sheet": "s.png"}),
            entry("a.jpg", "done", "a.png"),
            entry("a.webp", "started", "a.png", hash=""),
        ]
        history = read_history(written(ledger, *lines))
        owners = {"a.png": "a.webp", "a_s2.png": "a.jpg", "s.png": "a.jpg"}
        assert {path: history.owner(path) for path in owners} == owners
        assert history.owner("b.png") is None

    def test_a_line_that_only_repeats_takes_nothing(self, ledger):
        """A photo that fails keeps what is known of it, and has made no file."""
        lines = [
            entry("a.jpg", "done", "a.png"),
            entry("a.webp", "done", "a.png", hash="2"),
            entry("a.jpg", "failed", "a.png"),
        ]
        assert read_history(written(ledger, *lines)).owner("a.png") == "a.webp"

    def test_a_file_that_was_made_anew_goes_to_its_photo(self, ledger):
        """Even if the two make the same bytes."""
        lines = [
            entry("a.jpg", "done", "a.png"),
            entry("a.webp", "done", "a.png"),
            entry("a.jpg", "started", "a.png", hash=""),
        ]
        assert read_history(written(ledger, *lines)).owner("a.png") == "a.jpg"
