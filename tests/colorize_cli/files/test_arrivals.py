"""Photos that arrive while somebody waits for them."""

import os
from pathlib import Path
from threading import Thread

import pytest

from colorize_cli.errors import PlanError
from colorize_cli.files import FileSource, Job, arrivals, arriving, plan_jobs
from colorize_cli.files.arrivals import QUIET_S, Arrivals
from colorize_cli.variants import Variants


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        """At zero."""
        self.now = 0.0

    def __call__(self):
        """What it shows."""
        return self.now


@pytest.fixture
def clock():
    """At zero."""
    return Clock()


@pytest.fixture
def known(clock):
    """Knows of no photo."""
    return Arrivals(clock)


def job(path: Path, data: bytes) -> Job:
    """A photo of that content, which has just changed."""
    path.write_bytes(data)
    return Job.of(FileSource(path, path.name), None)


class TestGrowing:
    """When a photo is complete."""

    def test_a_photo_is_taken_once_it_has_been_quiet(self, known, clock, tmp_path):
        """And only once."""
        photo = job(tmp_path / "a.jpg", b"1")
        assert known.settled([photo]) == []
        assert known.is_waiting
        clock.now = QUIET_S - 0.1
        assert known.settled([photo]) == []
        clock.now = QUIET_S
        assert known.settled([photo]) == [photo]
        assert not known.is_waiting
        clock.now = 100
        assert known.settled([photo]) == []

    def test_growing_starts_the_wait_anew(self, known, clock, tmp_path):
        """A slow copy takes as long as it takes; others do not wait for it."""
        slow, quick = job(tmp_path / "a.jpg", b""), job(tmp_path / "b.jpg", b"1")
        known.settled([slow, quick])
        clock.now = QUIET_S
        job(tmp_path / "a.jpg", b"12")
        assert known.settled([slow, quick]) == [quick]
        clock.now = 2 * QUIET_S - 0.1
        assert known.settled([slow, quick]) == []
        clock.now = 2 * QUIET_S
        assert known.settled([slow, quick]) == [slow]

    def test_a_photo_that_changes_later_is_taken_again(self, known, clock, tmp_path):
        """As a new scan of the same name is."""
        photo = job(tmp_path / "a.jpg", b"1")
        known.settled([photo])
        clock.now = QUIET_S
        known.settled([photo])
        job(tmp_path / "a.jpg", b"another")
        known.settled([photo])
        clock.now = 2 * QUIET_S
        assert known.settled([photo]) == [photo]

    def test_a_photo_that_has_gone_is_forgotten(self, known, tmp_path):
        """Nobody waits for it."""
        known.settled([job(tmp_path / "a.jpg", b"1")])
        assert known.is_waiting
        known.settled([])
        assert not known.is_waiting

    def test_what_was_there_before_need_not_wait(self, known, tmp_path):
        """But what has just been changed may be half a copy."""
        old, new = job(tmp_path / "a.jpg", b"1"), job(tmp_path / "b.jpg", b"1")
        os.utime(tmp_path / "a.jpg", (0, 1_000))
        os.utime(tmp_path / "b.jpg", (0, 1_009))
        now_ns = 1_010 * 10**9
        assert known.old([old, new], now_ns) == [old]
        assert known.settled([old, new]) == []
        assert known.is_waiting


@pytest.fixture
def src(tmp_path, monkeypatch):
    """A watched folder with one old photo; quiet for a moment is enough."""
    monkeypatch.setattr(arrivals, "QUIET_S", 0.02)
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "old.jpg").write_bytes(b"1")
    os.utime(folder / "old.jpg", (0, 1_000))
    return folder


@pytest.fixture
def watch(src, tmp_path):
    """Watches `src`; what was told is in its attributes."""

    def look():
        out = tmp_path / "out"
        return plan_jobs([src], out, format=None, variants=Variants())

    def watch():
        watch.plans = arriving(
            look(),
            look,
            [src],
            tmp_path / "out",
            on_watch=lambda: watch.told.append("watching"),
            on_refusal=lambda error: watch.told.append(str(error)),
        )
        return watch.plans

    watch.told = []
    yield watch
    watch.plans.close()


def names(plan) -> list[str]:
    """The photos of a plan."""
    return [each.source.name for each in plan.jobs]


def test_what_is_there_and_then_what_arrives(watch, src):
    """In a real folder, and in folders that are made in it."""
    plans = watch()
    assert names(next(plans)) == ["old.jpg"]
    assert watch.told == []
    (src / "new.jpg").write_bytes(b"2")
    assert names(next(plans)) == ["new.jpg"]
    assert watch.told == ["watching"]

    def arrive():
        (src / "box").mkdir()
        (src / "box/late.jpg").write_bytes(b"3")

    thread = Thread(target=arrive)
    thread.start()
    assert names(next(plans)) == ["box/late.jpg"]
    thread.join()


def test_problems_are_told_once(watch, src):
    """A dead link stays dead, and the photos after it are done."""
    plans = watch()
    next(plans)
    (src / "dead.jpg").symlink_to("nowhere")
    first = next(plans)
    assert ([str(p.path) for p in first.problems], first.jobs) == (
        [f"{src}/dead.jpg"],
        [],
    )
    (src / "new.jpg").write_bytes(b"2")
    second = next(plans)
    assert (names(second), second.problems) == (["new.jpg"], [])


def test_a_refusal_is_told_and_waited_out(watch, src, monkeypatch):
    """A photo has arrived whose result would be written over another's."""
    plans = watch()
    next(plans)
    (src / "OLD.jpg").write_bytes(b"2")
    told = []

    def cure(error):
        told.append(error)
        (src / "OLD.jpg").rename(src / "other.jpg")

    monkeypatch.setattr(watch, "told", Curing(cure))
    assert names(next(plans)) == ["other.jpg"]
    assert len([each for each in told if "ignore case" in each]) == 1


class Curing(list):
    """A list that does something about what is put into it."""

    def __init__(self, cure):
        """Empty."""
        self.cure = cure

    def append(self, text):
        """Do it, if it is not only the news that the watch has begun."""
        if text != "watching":
            self.cure(text)


def test_a_folder_that_goes_is_told(watch, src):
    """A disk may have been unplugged; the watch goes on."""
    plans = watch()
    next(plans)
    (src / "old.jpg").unlink()
    src.rmdir()
    plan = next(plans)
    assert [str(p) for p in plan.problems] == [
        f"{src}: is not there, or may not be read"
    ]


def test_a_folder_that_cannot_be_watched_is_refused(watch, src, monkeypatch):
    """With a way out: systems limit how many folders are watched."""

    def watch_nothing(*folders, **settings):
        raise OSError(28, "OS file watch limit reached.")

    plans = watch()
    next(plans)
    monkeypatch.setattr("watchfiles.watch", watch_nothing)
    with pytest.raises(PlanError) as caught:
        next(plans)
    assert str(caught.value) == (
        f"{src}: cannot be watched ([Errno 28] OS file watch limit reached.); "
        "set WATCHFILES_FORCE_POLLING=true"
    )
