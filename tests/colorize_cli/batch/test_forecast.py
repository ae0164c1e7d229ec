"""What a plan comes to before anything is done."""

from dataclasses import replace

import pytest

from colorize_cli.batch.forecast import foresee
from colorize_cli.batch.resume import Resume
from colorize_cli.batch.run import BatchSettings, run_batch
from colorize_cli.files import plan_jobs
from colorize_cli.ledger import History
from colorize_cli.variants import Variants
from tests.fake_backend import fake_model

THREE = Variants(samples=3)


@pytest.fixture
def planned(photo_folder, tmp_path):
    """The plan of a run over four photos and one that is gone, three samples each."""
    sources = [photo_folder, tmp_path / "gone.jpg"]
    return plan_jobs(sources, tmp_path / "out", format=None, variants=THREE)


@pytest.fixture
def put(tmp_path):
    """Makes empty files in the folder of results."""

    def put(*targets):
        for target in targets:
            path = tmp_path / "out" / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    return put


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_run_does_what_was_foreseen(planned, put, tmp_path, tiny_config, overwrite):
    """The same outcomes, file by file, and nothing is touched before."""
    first, second = planned.jobs[:2]
    variants = Variants(samples=3, sheet=True)
    put(first.target, first.target_of_sample(2))
    put(*map(second.place_of, variants.products))
    settings = BatchSettings(variants=variants, overwrite=overwrite)
    before = sorted(tmp_path.rglob("*"))
    resume = Resume.of(planned.destination, History(), settings, "fake")
    foreseen = foresee(planned, resume)
    assert sorted(tmp_path.rglob("*")) == before
    outcomes = []
    run_batch(planned, fake_model(tiny_config), settings, outcomes.append)
    # Only the run knows what the samples look like.
    known = [replace(each, samples=(), diversity=None) for each in outcomes]
    assert sorted(known, key=str) == sorted(foreseen, key=str)
    statuses = {outcome.source: outcome.status for outcome in foreseen}
    assert statuses[str(second.source)] == ("done" if overwrite else "skipped")
    assert statuses[str(planned.problems[0].path)] == "failed"
