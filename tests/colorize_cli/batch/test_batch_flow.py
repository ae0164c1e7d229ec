"""How a run flows: what overlaps, what waits, what Ctrl-C leaves behind.

Stages shake hands through events; a stage that waits in vain fails the test after
PATIENCE_S, otherwise no time passes.
"""

from concurrent.futures import Future
from threading import Event, Lock, Thread, get_ident

import cv2
import numpy as np
import pytest

from colorize_cli.batch.run import BatchSettings, run_batch
from colorize_cli.files import LEDGER_NAME, disk, plan_jobs
from colorize_cli.variants import Variants
from tests.fake_backend import fake_model
from tests.runs import flat_photos

PATIENCE_S = 60


class Counter:
    """Counts up, and can be waited for."""

    def __init__(self):
        """At zero."""
        self.value = 0
        self.reached = {}
        self.lock = Lock()

    def add(self):
        """One more."""
        with self.lock:
            self.value += 1
            self.reached.setdefault(self.value, Event()).set()

    def wait_for(self, value) -> bool:
        """Whether the count got there in time."""
        with self.lock:
            event = self.reached.setdefault(value, Event())
        return event.wait(PATIENCE_S)


@pytest.fixture
def source(tmp_path):
    """Thirty small photos of one size, 00.png to 29.png."""
    return flat_photos(tmp_path / "photos", range(60, 210, 5), 20)


@pytest.fixture
def reads(monkeypatch):
    """Counts photos that have been read."""
    counter, read = Counter(), disk.read

    def counted(path):
        data = read(path)
        counter.add()
        return data

    monkeypatch.setattr(disk, "read", counted)
    return counter


@pytest.fixture
def writes(monkeypatch):
    """Counts writes that have begun; they go on once `may_end` is set."""
    counter, write = Counter(), disk.write_atomic
    counter.may_end, counter.ended = Event(), Counter()

    def counted(path, data, **settings):
        counter.add()
        assert counter.may_end.wait(PATIENCE_S)
        write(path, data, **settings)
        counter.ended.add()

    monkeypatch.setattr(disk, "write_atomic", counted)
    return counter


def run(source, out, model, on_outcome=lambda outcome: None, **settings):
    """Colorize a folder, one row at a time unless the settings say more."""
    settings = BatchSettings(**{"batch_size": 1} | settings)
    plan = plan_jobs([source], out, format=None, variants=settings.variants)
    return run_batch(plan, model, settings, on_outcome)


def names(folder) -> set[str]:
    """Everything in a folder but the ledger, hidden files too."""
    found = {path.name for path in folder.iterdir()} if folder.exists() else set()
    return found - {LEDGER_NAME}


class TestOverlap:
    """The three stages work at the same time."""

    def test_the_next_photos_are_read_while_one_is_denoised(
        self, source, tmp_path, tiny_config, reads
    ):
        """Workers plus one batch of them, and no more, however long it takes."""
        workers, batch_size = 2, 1
        first = []

        def before_step(x):
            if not first:
                first.append(reads.wait_for(workers + batch_size))
                first.append(reads.value)

        model = fake_model(tiny_config, before_step)
        run(source, tmp_path / "out", model, workers=workers)
        assert first == [True, workers + batch_size]

    def test_a_photo_is_written_while_the_next_is_denoised(
        self, source, tmp_path, tiny_config, writes
    ):
        """The second photo's last step comes after the first one's write has begun."""
        waited, steps = [], Counter()

        def before_step(x):
            steps.add()
            if steps.value == 2 * 3:
                waited.append(writes.wait_for(1))
                writes.may_end.set()

        report = run(source, tmp_path / "out", fake_model(tiny_config, before_step))
        assert waited == [True]
        assert report.counts == {"done": 30}

    def test_slow_writers_stop_the_network(self, source, tmp_path, tiny_config, writes):
        """With one writer busy and two photos waiting for it, a fourth has to wait."""
        steps, ended_before = Counter(), []

        def before_step(x):
            ended_before.append(writes.ended.value)
            steps.add()

        def release():
            steps.wait_for(3 * 3)
            writes.may_end.set()

        helper = Thread(target=release)
        helper.start()
        run(source, tmp_path / "out", fake_model(tiny_config, before_step), workers=1)
        helper.join()
        assert ended_before[3 * 3] >= 1

    def test_odd_sizes_do_not_pile_up(self, tmp_path, tiny_config, reads):
        """Of thirty photos of thirty shapes, not all are read before one is done."""
        folder = tmp_path / "photos"
        folder.mkdir()
        for i in range(30):
            pixels = np.full((20, 20 + 4 * i, 3), 128, np.uint8)
            assert cv2.imwrite(str(folder / f"{i:02}.png"), pixels)
        read = []
        model = fake_model(tiny_config, lambda x: read.append(reads.value))
        report = run(folder, tmp_path / "out", model, batch_size=2, workers=1)
        assert report.counts == {"done": 30}
        waiting, ahead = 4 * 2 + 1, 2 + 1
        assert read[0] <= waiting + ahead

    def test_outcomes_are_told_in_the_calling_thread(
        self, source, tmp_path, tiny_config
    ):
        """So that a progress bar needs no lock."""
        threads = set()
        run(
            source,
            tmp_path / "out",
            fake_model(tiny_config),
            on_outcome=lambda outcome: threads.add(get_ident()),
        )
        assert threads == {get_ident()}


class TestInterrupt:
    """KeyboardInterrupt, as Ctrl-C raises it in the calling thread."""

    @staticmethod
    def interrupting(tiny_config, photo: int):
        """A model that is interrupted in the first step of a photo, counted from 0."""
        steps = Counter()

        def before_step(x):
            steps.add()
            if steps.value == 3 * photo + 1:
                raise KeyboardInterrupt

        return fake_model(tiny_config, before_step)

    def test_finished_photos_are_kept(self, source, tmp_path, tiny_config):
        """And reported; the rest is left, with no half-written file."""
        out = tmp_path / "out"
        report = run(source, out, self.interrupting(tiny_config, 4))
        assert report.is_interrupted
        assert report.exit_code == 130
        assert names(out) == {f"{i:02}.png" for i in range(4)}
        assert report.counts == {"done": 4}
        assert report.left_count == 26

    def test_photos_that_are_being_written_are_finished(
        self, source, tmp_path, tiny_config, writes
    ):
        """Even if the interrupt comes before their bytes are on the disk."""
        out = tmp_path / "out"
        model = self.interrupting(tiny_config, 2)
        plan = plan_jobs([source], out, format=None, variants=Variants())
        settings, seen = BatchSettings(batch_size=1, workers=2), []

        def on_interrupt():
            seen.append((writes.wait_for(2), names(out)))
            writes.may_end.set()

        report = run_batch(plan, model, settings, on_interrupt=on_interrupt)
        assert seen == [(True, set())]
        assert names(out) == {"00.png", "01.png"}
        assert report.counts == {"done": 2}

    def test_an_interrupt_while_a_write_is_waited_for(
        self, source, tmp_path, tiny_config, writes, monkeypatch
    ):
        """The photo that was waited for is counted like the others that got done."""
        out, asked = tmp_path / "out", Counter()
        plan = plan_jobs([source], out, format=None, variants=Variants())
        exception = Future.exception

        def ask(future):
            asked.add()
            # Three photos have been read, the first is being written.
            if asked.value == 3 + 1:
                raise KeyboardInterrupt
            return exception(future)

        monkeypatch.setattr(Future, "exception", ask)
        report = run_batch(
            plan,
            fake_model(tiny_config),
            BatchSettings(batch_size=1, workers=1),
            on_interrupt=writes.may_end.set,
        )
        assert report.is_interrupted
        assert report.counts == {"done": 3}
        assert len(names(out)) == 3

    def test_the_next_run_goes_on(self, source, tmp_path, tiny_config):
        """Interrupted and continued is the same as never interrupted."""
        run(source, tmp_path / "out", self.interrupting(tiny_config, 5))
        report = run(source, tmp_path / "out", fake_model(tiny_config))
        assert report.counts == {"done": 25, "skipped": 5}
        run(source, tmp_path / "whole", fake_model(tiny_config))
        for name in names(tmp_path / "whole"):
            halves = [tmp_path / folder / name for folder in ("out", "whole")]
            assert halves[0].read_bytes() == halves[1].read_bytes()

    def test_an_error_that_is_none_of_ours_gets_out(
        self, source, tmp_path, tiny_config
    ):
        """A bug in a callback is not swallowed, and photos in writing are finished."""

        def on_outcome(outcome):
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            run(source, tmp_path / "out", fake_model(tiny_config), on_outcome)
        assert not any(name.startswith(".") for name in names(tmp_path / "out"))
