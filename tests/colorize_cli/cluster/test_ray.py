"""Runs on a real Ray cluster: this machine alone, with two workers."""

import sys
import tempfile
from dataclasses import replace

import pytest

from colorize_cli.cli import main
from colorize_cli.extras import cure
from colorize_cli.files import plan_jobs
from colorize_cli.model import load_model
from tests.conftest import grey_picture
from tests.deadly import DeadlySource
from tests.office import lines, orders_for
from tests.runs import contents

NEEDS_RAY = f"needs Ray; {cure('ray')}"


# Ray sets settings of its own that it has deprecated.
pytestmark = pytest.mark.filterwarnings(r"ignore::DeprecationWarning:ray\..*")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A cluster with two cores, which this process has joined."""
    ray = pytest.importorskip("ray", reason=NEEDS_RAY)
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        # Ray puts a token there, and finds its way home by it.
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(
            num_cpus=2,
            num_gpus=0,
            object_store_memory=100 << 20,
            include_dashboard=False,
            log_to_driver=False,
            _temp_dir=folder,
        )
        yield ray
        ray.shutdown()


@pytest.fixture
def one_thread():
    """PyTorch as a worker with one core has it: how it adds up depends on threads."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def photos(tmp_path):
    """Twelve photos of three sizes, and a file that is none."""
    import cv2

    folder = tmp_path / "photos"
    (folder / "box").mkdir(parents=True)
    for i in range(12):
        place = folder / ("box" if i % 2 else "") / f"{i:02}.png"
        assert cv2.imwrite(str(place), grey_picture(40 + 8 * (i % 3), 64, i))
    (folder / "broken.jpg").write_bytes(b"no picture")
    return folder


@pytest.mark.cluster
@pytest.mark.slow
def test_results_are_those_of_the_local_engine(
    cluster, one_thread, cli, photos, tmp_path, tiny_model_path
):
    """To the byte with batches of one; so are ledger, exit code and resuming."""
    options = ["--model", tiny_model_path, "--device", "cpu", "--jobs", 1]
    options += ["--batch-size", 1, "--samples", 2]

    def colorize(out, *more):
        arguments = [photos, "-o", tmp_path / out, *options, *more]
        return cli.invoke(main, [*map(str, arguments)])

    local = colorize("local")
    shared = colorize("shared", "--engine", "ray")
    assert (shared.exit_code, local.exit_code) == (3, 3), shared.exc_info
    assert "done     12 photos, 24 pictures" in shared.stdout
    assert "broken.jpg: is not an image" in shared.stderr
    assert contents(tmp_path / "shared") == contents(tmp_path / "local")
    assert lines(tmp_path / "shared") == lines(tmp_path / "local")
    again = colorize("shared", "--engine", "ray")
    assert again.exit_code == 3
    assert "skipped  12 photos, already there" in again.stdout


@pytest.mark.cluster
@pytest.mark.slow
def test_a_worker_that_is_killed_loses_nothing(
    cluster, one_thread, photos, tmp_path, tiny_model_path
):
    """Another goes on with its portion; every photo is there, whole, reported once."""
    from colorize_cli.batch.run import run_batch
    from colorize_cli.cluster.run import run_on_ray

    (photos / "broken.jpg").unlink()
    model = load_model(tiny_model_path, "torch", "cpu")
    orders = orders_for(tmp_path, tmp_path / "out", model)

    def planned(out):
        variants = orders.settings.variants
        return plan_jobs([photos], tmp_path / out, format=None, variants=variants)

    run_batch(planned("whole"), model, orders.settings)
    plan, mark = planned("out"), tmp_path / "killed"
    victim = plan.jobs[5]
    deadly = DeadlySource(victim.source.path, victim.source.name, mark)
    plan.jobs[5] = replace(victim, source=deadly)
    outcomes = []
    report = run_on_ray(orders, plan, outcomes.append)
    assert mark.exists()
    assert report.exit_code == 0
    assert report.counts == {"done": 12}
    assert len({outcome.name for outcome in outcomes}) == 12
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert lines(tmp_path / "out") == lines(tmp_path / "whole")


def test_without_ray_the_cure_is_named(cli, photos, tmp_path, monkeypatch):
    """One line, with what to install; exit code 1."""
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "colorize_cli.cluster.pool", raising=False)
    arguments = [str(photos), "-o", str(tmp_path / "out"), "--engine", "ray"]
    result = cli.invoke(main, arguments)
    assert result.exit_code == 1
    assert NEEDS_RAY in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()
