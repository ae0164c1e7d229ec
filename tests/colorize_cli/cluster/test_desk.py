"""The desk: the ledger's only writer in a cluster, and the memory of a run."""

import pytest

from colorize_cli.cluster.desk import Desk, Effort, Headway
from colorize_cli.errors import PlanError
from colorize_cli.ledger import Entry, read_ledger
from colorize_cli.report import Outcome

ENTRY = Entry(source="a.png", status="done")
OUTCOME = Outcome(source="/photos/a.png", name="a.png", status="done")


@pytest.fixture
def ledger(tmp_path):
    """Where the ledger is to be."""
    return tmp_path / "colorize.jsonl"


@pytest.fixture
def desk(ledger):
    """A desk with that ledger."""
    desk = Desk(ledger)
    yield desk
    desk.close()


def test_lines_are_in_the_ledger_at_once(desk, ledger):
    """A worker goes on only when its line is written."""
    desk.begin(0)
    assert desk.append(0, ENTRY) is None
    assert read_ledger(ledger) == {"a.png": ENTRY}


def test_the_next_worker_learns_what_the_first_has_done(desk):
    """Lines and ended photos of a portion are told to whoever begins it again."""
    assert desk.begin(3) == Headway(attempt=1)
    desk.append(3, ENTRY)
    desk.tell(3, OUTCOME)
    assert desk.begin(3) == Headway(attempt=2, entries=[ENTRY], ended={"a.png"})
    assert desk.begin(4) == Headway(attempt=1)


def test_what_a_worker_was_told_does_not_change(desk):
    """It is a copy, as if it had come over a wire."""
    headway = desk.begin(0)
    desk.append(0, ENTRY)
    assert headway == Headway(attempt=1)


def test_a_photo_is_risked_once(desk):
    """In its portion; the second time it is known what comes of it."""
    desk.begin(0)
    assert desk.risk(0, "a.png")
    assert desk.risk(0, "b.png")
    assert not desk.risk(0, "a.png")
    assert desk.begin(0).risked == {"a.png", "b.png"}


def test_a_portion_that_has_ended_is_not_begun_again(desk):
    """Ray may hand it out once more if a machine with its answer is gone."""
    desk.begin(0)
    desk.end(0, Effort(denoise_s=1.0))
    assert desk.begin(0) is None


def test_news_are_told_once(desk):
    """Who has seen so many outcomes gets those after them."""
    desk.begin(0)
    desk.tell(0, OUTCOME)
    assert desk.news(0).outcomes == (OUTCOME,)
    assert desk.news(0).outcomes == (OUTCOME,)
    assert desk.news(1).outcomes == ()
    desk.tell(0, OUTCOME)
    assert desk.news(1).outcomes == (OUTCOME,)
    assert desk.news(2).outcomes == ()


def test_efforts_add_up(desk):
    """Seconds are summed; of the batches that fit, the smallest are told."""
    for number, smaller in enumerate([None, 8, 4, None]):
        desk.begin(number)
        desk.end(number, Effort(denoise_s=1.5, smaller_batches=smaller))
    assert desk.news(0).effort == Effort(denoise_s=6.0, smaller_batches=4)


def test_a_run_that_is_to_end_begins_nothing_more(desk):
    """What workers are at is finished; one whose worker has died is given up."""
    desk.begin(0)
    desk.begin(1)
    desk.stop()
    assert desk.begin(2) is None
    assert desk.news(0).open_count == 2
    assert desk.begin(1) is None
    desk.end(0, Effort())
    assert desk.news(0).open_count == 0


def test_the_first_refusal_ends_the_run(desk):
    """One reason is enough."""
    assert desk.news(0).refusal == ""
    desk.refuse("node1: no model")
    desk.refuse("node2: no model")
    assert desk.news(0).refusal == "node1: no model"
    assert desk.begin(0) is None


def test_what_cannot_be_written_is_told_to_the_worker(desk, ledger, monkeypatch):
    """Place and reason, to be raised there."""

    def full(*arguments):
        raise OSError(28, "No space left on device")

    desk.begin(0)
    monkeypatch.setattr("colorize_cli.ledger.journal.os.write", full)
    place, reason = desk.append(0, ENTRY)
    assert place == str(ledger)
    assert reason == "the ledger cannot be written (No space left on device)"
    assert desk.begin(0).entries == []


def test_places_without_a_ledger_need_none():
    """Nothing is written, nothing is remembered of it."""
    desk = Desk(None)
    desk.begin(0)
    assert desk.append(0, ENTRY) is None
    desk.close()


def test_a_ledger_that_cannot_be_opened_is_refused(tmp_path):
    """Before any worker begins."""
    with pytest.raises(PlanError, match="the ledger cannot be written"):
        Desk(tmp_path / "gone" / "colorize.jsonl")
