"""What a plan comes to before anything is done."""

import pytest

from colorize_cli.batch import BatchSettings, run_batch
from colorize_cli.files import plan_jobs
from colorize_cli.forecast import foresee, missing_samples
from tests.fake_backend import fake_model


@pytest.fixture
def planned(photo_folder, tmp_path):
    """The plan of a run over four photos and one that is gone, three samples each."""
    sources = [photo_folder, tmp_path / "gone.jpg"]
    return plan_jobs(sources, tmp_path / "out", format=None, samples=3)


@pytest.fixture
def put(tmp_path):
    """Makes empty files in the folder of results."""

    def put(*targets):
        for target in targets:
            path = tmp_path / "out" / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    return put


def test_samples_that_are_there_are_not_missing(planned, put):
    """Whichever of them; with overwriting all are made."""
    job, place = planned.jobs[0], planned.destination
    assert missing_samples(job, place, 3, overwrite=False) == [0, 1, 2]
    put(job.target_of_sample(1))
    assert missing_samples(job, place, 3, overwrite=False) == [0, 2]
    assert missing_samples(job, place, 2, overwrite=False) == [0]
    assert missing_samples(job, place, 3, overwrite=True) == [0, 1, 2]


def test_a_folder_or_a_dead_link_is_no_sample(planned, tmp_path):
    """Neither is a picture that a run has made."""
    job, place = planned.jobs[0], planned.destination
    (tmp_path / "out" / job.target).mkdir(parents=True)
    (tmp_path / "out" / job.target_of_sample(1)).symlink_to("nowhere")
    assert missing_samples(job, place, 3, overwrite=False) == [0, 1, 2]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_run_does_what_was_foreseen(planned, put, tmp_path, tiny_config, overwrite):
    """The same outcomes, target by target, and nothing is touched before."""
    first, second = planned.jobs[:2]
    put(first.target, first.target_of_sample(2))
    put(*map(second.target_of_sample, range(3)))
    settings = BatchSettings(samples=3, overwrite=overwrite)
    before = sorted(tmp_path.rglob("*"))
    foreseen = foresee(planned, 3, overwrite=overwrite)
    assert sorted(tmp_path.rglob("*")) == before
    outcomes = []
    run_batch(planned, fake_model(tiny_config), settings, outcomes.append)
    assert sorted(outcomes, key=str) == sorted(foreseen, key=str)
    statuses = {outcome.source: outcome.status for outcome in foreseen}
    assert statuses[str(second.source)] == ("done" if overwrite else "skipped")
    assert statuses[str(planned.problems[0].path)] == "failed"
