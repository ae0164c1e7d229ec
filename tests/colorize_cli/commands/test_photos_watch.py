"""`colorize --watch`, from the command line to the files on the disk."""

import os
import signal
from threading import Thread, Timer, main_thread

import cv2
import pytest
import watchfiles

from colorize_cli.batch import run
from colorize_cli.commands import photos
from colorize_cli.commands.engines import Engine
from colorize_cli.console import Console
from colorize_cli.eventlog import EventLog
from colorize_cli.files import arrivals, plan_jobs
from colorize_cli.report import Report
from colorize_cli.settings import BatchSettings
from colorize_cli.variants import Variants
from tests.conftest import grey_picture
from tests.fake_backend import fake_model
from tests.runs import contents, errors


@pytest.fixture(autouse=True)
def soon(monkeypatch, photo_folder):
    """Photos count as copied after a moment; those of `photo_folder` are old."""
    monkeypatch.setattr(arrivals, "QUIET_S", 0.02)
    for path in photo_folder.rglob("*.*"):
        os.utime(path, (0, 1_000_000_000))


@pytest.fixture
def meanwhile(monkeypatch):
    """Has a function called again and again while nothing is there to be done."""
    watch = watchfiles.watch

    def meanwhile(call):
        def visited(*folders, **settings):
            for changed in watch(*folders, **settings):
                call()
                yield changed

        monkeypatch.setattr(watchfiles, "watch", visited)

    return meanwhile


@pytest.fixture
def visit(meanwhile, tmp_path):
    """Has a photo brought, and the watch stopped once that one is done."""
    stops = []

    def visit(folder, number):
        def call():
            if not (folder / "new.png").exists():
                cv2.imwrite(str(folder / "new.png"), grey_picture(40, 40, 9))
            elif (tmp_path / "out/new.png").exists() and not stops:
                stops.append(Thread(target=stop, args=[number]))
                stops[0].start()

        meanwhile(call)

    yield visit
    (stopping,) = stops
    stopping.join()


@pytest.fixture(autouse=True)
def no_endless_watch():
    """A watch that does not end as it should is stopped, and the test fails."""
    stopped = []

    def end():
        stopped.append(None)
        stop(signal.SIGINT)

    timer = Timer(60, end)
    timer.start()
    yield
    timer.cancel()
    assert not stopped


def stop(number: int) -> None:
    """Send a signal to the main thread."""
    signal.pthread_kill(main_thread().ident, number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_there_then_what_arrives_then_a_clean_stop(
    colorize, photo_folder, tmp_path, loaded, visit, number
):
    """One report over all of it; the end of a watch is no failure."""
    visit(photo_folder, number)
    result = colorize(photo_folder, "--watch")
    assert result.exit_code == 0, result.stderr
    assert "Watching for new photos; Ctrl-C ends it." in errors(result)
    assert "done     5 photos, 5 pictures" in result.stdout
    assert set(contents(tmp_path / "out")) >= {"new.png", "a.jpg", "album/c.jpg"}


def test_a_stop_in_the_middle_of_a_photo(colorize, photo_folder, tmp_path, loaded):
    """As without a watch: exit code 130, and the next run goes on."""
    steps = []

    def before_step(x):
        steps.append(x)
        if len(steps) == 4:
            signal.raise_signal(signal.SIGINT)

    loaded.use(before_step)
    result = colorize(photo_folder, "--watch", "--batch-size", 1)
    assert result.exit_code == 130
    assert "3 photos; run again for them" in result.stdout
    assert list(contents(tmp_path / "out")) == ["a.jpg"]


def test_a_stop_as_the_last_photo_is_written(
    colorize, photo_folder, tmp_path, loaded, monkeypatch
):
    """It is finished, and no other one is waited for."""
    collect = run.Run._collect_writes

    def stopped(self, limit):
        if limit == 0 and not self.is_closing:
            signal.raise_signal(signal.SIGTERM)
        collect(self, limit)

    monkeypatch.setattr(run.Run, "_collect_writes", stopped)
    result = colorize(photo_folder, "--watch")
    assert result.exit_code == 130
    assert "done     4 photos, 4 pictures" in result.stdout
    assert len(contents(tmp_path / "out")) == 4
    assert "Watching for new photos" not in result.stderr


def test_a_stop_before_the_first_photo(
    colorize, photo_folder, tmp_path, loaded, monkeypatch
):
    """Photos were to be done: that is no normal end."""
    read = run.read_history

    def stopped(path):
        signal.raise_signal(signal.SIGTERM)
        return read(path)

    monkeypatch.setattr(run, "read_history", stopped)
    result = colorize(photo_folder, "--watch")
    assert (result.exit_code, errors(result)) == (130, ["Interrupted."])
    assert contents(tmp_path / "out") == {}


def test_it_begins_with_an_empty_folder(colorize, tmp_path, loaded, visit):
    """Which a service is started with; a photo that arrives is done."""
    src = tmp_path / "incoming"
    src.mkdir()
    visit(src, signal.SIGTERM)
    result = colorize(src, "--watch")
    assert result.exit_code == 0, result.stderr
    assert "done     1 photo, 1 picture" in result.stdout


@pytest.mark.parametrize(
    ("options", "there", "arriving", "failed"),
    [(["--fail-fast"], 0, 1, 1), (["--max-errors", 2], 1, 3, 2)],
    ids=["fail fast", "max errors"],
)
def test_failures_of_all_that_arrives_count(
    colorize,
    photo_folder,
    tmp_path,
    loaded,
    meanwhile,
    options,
    there,
    arriving,
    failed,
):
    """The watch ends at the limit, also within what has arrived together."""
    box = tmp_path / "box"
    for folder, count in ((photo_folder, there), (box, arriving)):
        folder.mkdir(exist_ok=True)
        for number in range(count):
            (folder / f"{number}.jpg").write_bytes(b"Dear diary,\n")
            os.utime(folder / f"{number}.jpg", (0, 1_000_000_000))

    def arrive():
        if box.exists():
            box.rename(photo_folder / "box")

    meanwhile(arrive)
    result = colorize(photo_folder, "--watch", *options)
    assert result.exit_code == 3
    assert sum(line.startswith("failed") for line in errors(result)) == failed
    assert len(contents(tmp_path / "out")) == 4


def test_batches_that_were_too_large_stay_smaller(photo_folder, tmp_path, tiny_config):
    """For all that arrives later, as for the rest of any run."""
    plan = plan_jobs([photo_folder], tmp_path, format=None, variants=Variants())
    sizes = []

    def run_plan(plan, settings, on_outcome, on_interrupt):
        sizes.append(settings.batch_size)
        return Report(smaller_batches=2 if settings.batch_size > 2 else None)

    engine = Engine(
        model=fake_model(tiny_config),
        settings=BatchSettings(batch_size=8),
        run=run_plan,
    )
    events = EventLog(None, pytest.fail)
    report = photos.run(iter([plan] * 3), engine, Console(), events, is_watched=False)
    assert sizes == [8, 2, 2]
    assert report.smaller_batches == 2


@pytest.mark.parametrize(
    ("arguments", "out", "told"),
    [
        (["./photos", "photos/a.jpg"], "out", "--watch needs folders as SRC"),
        (["./photos"], "out.zip", "a folder after -o"),
        (["./photos", "--files-from", os.devnull], "out", "goes without"),
    ],
)
def test_what_cannot_be_watched(
    colorize, photo_folder, tmp_path, loaded, monkeypatch, arguments, out, told
):
    """Wrong usage, before any work."""
    monkeypatch.chdir(tmp_path)
    result = colorize(*arguments, "--watch", out=out)
    assert result.exit_code == 2
    assert told in result.stderr
