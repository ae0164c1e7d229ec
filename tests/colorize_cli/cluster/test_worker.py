"""Workers do what the local engine does, and go on where a dead one has stopped."""

from dataclasses import replace

import pytest

from colorize_cli.cluster.desk import Desk
from colorize_cli.cluster.worker import COLUMN, Worker
from colorize_cli.files import LEDGER_NAME
from colorize_cli.pipeline import Sampling
from colorize_cli.settings import BatchSettings
from tests.fake_backend import fake_model
from tests.office import handed_out, lines, orders_for, portions_under
from tests.runs import contents, run


class Killed(BaseException):
    """Stands for the end of the process: nothing handles it."""


@pytest.fixture
def model(tiny_config):
    """A model of closed form."""
    return fake_model(tiny_config)


@pytest.fixture
def out(tmp_path):
    """The folder of results; a desk's ledger has to find it."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def desk(out):
    """A desk that keeps the ledger of `out`."""
    desk = Desk(out / LEDGER_NAME)
    yield desk
    desk.close()


@pytest.fixture
def hire(out, desk, model, monkeypatch, tmp_path):
    """Makes a worker with the model and the settings."""
    monkeypatch.chdir(tmp_path)

    def hire(model=model, **settings):
        path = "colorize_cli.cluster.worker.load_model"
        monkeypatch.setattr(path, lambda *named: model)
        return Worker(orders_for(tmp_path, out, model, **settings), desk)

    return hire


def fates(desk):
    """What the desk has heard of each photo."""
    return [(each.name, each.status) for each in desk.news(0).outcomes]


def test_workers_make_what_the_local_engine_makes(
    hire, desk, model, photo_folder, out, tmp_path
):
    """Files to the byte, ledger lines, and failures."""
    (photo_folder / "broken.jpg").write_bytes(b"no picture")
    run(photo_folder, tmp_path / "local", model, samples=2, batch_size=1, workers=1)
    settings = BatchSettings()
    settings = replace(settings, variants=replace(settings.variants, samples=2))
    worker = hire(variants=settings.variants)
    answer = worker(handed_out(*portions_under(photo_folder, out, settings, 2)))
    assert answer[COLUMN].tolist() == [0, 1, 2]
    assert contents(out) == contents(tmp_path / "local")
    assert lines(out) == lines(tmp_path / "local")
    assert sorted(fates(desk)) == [
        ("a.jpg", "done"),
        ("album/c.jpg", "done"),
        ("b.png", "done"),
        ("broken.jpg", "failed"),
        ("tall.jpg", "done"),
    ]


def test_whoever_takes_over_goes_on_where_the_dead_one_has_stopped(
    hire, desk, model, photo_folder, out, tmp_path, tiny_config
):
    """What had ended is not done again; every photo is reported once, and is right."""
    run(photo_folder, tmp_path / "whole", model, batch_size=1, workers=1)
    steps = []

    def die(x):
        steps.append(x)
        if len(steps) > 3 * 3:  # three photos, three steps each
            raise Killed

    work = handed_out(*portions_under(photo_folder, out, BatchSettings()))
    with pytest.raises(Killed):
        hire(fake_model(tiny_config, die))(work)
    assert len(fates(desk)) == 3
    kept = {path: path.stat().st_ino for path in out.rglob("*.png")}
    hire()(work)
    assert sorted(name for name, _ in fates(desk)) == [
        "a.jpg",
        "album/c.jpg",
        "b.png",
        "tall.jpg",
    ]
    assert {status for _, status in fates(desk)} == {"done"}
    assert contents(out) == contents(tmp_path / "whole")
    assert lines(out) == lines(tmp_path / "whole")
    assert {path: path.stat().st_ino for path in kept} == kept


def test_photos_that_are_to_be_done_again_survive_a_dead_worker(
    hire, desk, model, photo_folder, out, tmp_path, monkeypatch
):
    """A result of the dead worker is not taken for somebody else's."""
    run(photo_folder, out, model, batch_size=1, workers=1)
    again = {"sampling": Sampling(seed=1)}
    run(photo_folder, tmp_path / "whole", model, batch_size=1, workers=1, **again)
    work = handed_out(*portions_under(photo_folder, out, BatchSettings(**again)))
    first = hire(**again)
    with monkeypatch.context() as patch:
        # It dies when two results are written and their lines are not.
        done = []

        def append(number, entry):
            done.append(entry.status == "done")
            if sum(done) > 1:
                raise Killed
            return Desk.append(desk, number, entry)

        patch.setattr(desk, "append", append)
        with pytest.raises(Killed):
            first(work)
    hire(**again)(work)
    assert contents(out) == contents(tmp_path / "whole")
    assert [status for _, status in fates(desk)] == ["done"] * 4


def test_a_photo_that_was_finished_but_not_told_of_counts_as_done(
    hire, desk, photo_folder, out, monkeypatch
):
    """Its line in the ledger says that this run has made it."""
    work = handed_out(*portions_under(photo_folder, out, BatchSettings()))

    def die(number, outcome):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(desk, "tell", die)
        with pytest.raises(Killed):
            hire()(work)
    assert fates(desk) == []
    hire()(work)
    assert [status for _, status in fates(desk)] == ["done"] * 4


def test_a_photo_that_kills_every_worker_fails_and_the_others_are_done(
    hire, desk, photo_folder, out, tiny_config
):
    """After two deaths photos are tried one by one; the culprit shows with a third."""

    def die(x):
        if x.shape[2:] == (32, 48):  # b.png alone has a window of that size
            raise Killed

    work = handed_out(*portions_under(photo_folder, out, BatchSettings()))
    for _ in range(3):
        with pytest.raises(Killed):
            hire(fake_model(tiny_config, die))(work)
    hire(fake_model(tiny_config, die))(work)
    assert sorted(fates(desk)) == [
        ("a.jpg", "done"),
        ("album/c.jpg", "done"),
        ("b.png", "failed"),
        ("tall.jpg", "done"),
    ]
    assert "worker after worker has died at it" in lines(out)["b.png"].reason
    assert sorted(contents(out)) == ["a.png", "album/c.png", "tall.png"]


def test_a_portion_that_has_ended_is_left_alone(hire, desk, photo_folder, out):
    """Ray may hand it out again; nothing is read for that."""
    work = handed_out(*portions_under(photo_folder, out, BatchSettings()))
    hire()(work)
    before = len((out / LEDGER_NAME).read_bytes())
    hire()(work)
    assert len((out / LEDGER_NAME).read_bytes()) == before
    assert desk.news(0).open_count == 0


def test_batches_stay_as_small_as_memory_is(hire, tiny_config, photo_folder, out):
    """What did not fit in one portion is not tried in the next."""
    sizes = []

    def little(x):
        sizes.append(len(x))
        if len(x) > 1:
            raise RuntimeError("CUDA out of memory")

    settings = BatchSettings()
    settings = replace(settings, variants=replace(settings.variants, samples=2))
    worker = hire(
        fake_model(tiny_config, little), batch_size=2, variants=settings.variants
    )
    worker(handed_out(*portions_under(photo_folder, out, settings, 1)))
    assert sizes.count(2) == 1
    assert sizes.count(1) == 4 * 2 * 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"weights_hash": "other"}, "is another model here than where the run was"),
        ({"version": "0.0.1"}, "0.0.1 started the run; install the same version"),
        ({"out": "taken"}, "is a file; name a folder"),
    ],
)
def test_a_worker_that_cannot_work_says_so(
    change, reason, model, out, desk, tmp_path, monkeypatch, photo_folder
):
    """The run ends with the machine's name and the reason; no photo is touched."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").touch()
    monkeypatch.setattr("colorize_cli.cluster.worker.load_model", lambda *named: model)
    worker = Worker(replace(orders_for(tmp_path, out, model), **change), desk)
    worker(handed_out(*portions_under(photo_folder, out, BatchSettings())))
    assert reason in desk.news(0).refusal
    assert contents(out) == {}


def test_folders_must_be_shared(model, out, desk, tmp_path):
    """Relative paths start in the folder of the run, so that has to be there."""
    Worker(orders_for(tmp_path / "nowhere", out, model), desk)
    assert "start the run in a folder that all machines share" in desk.news(0).refusal
