"""What a plan comes to before anything is done."""

from dataclasses import replace

import pytest

from colorize_cli.batch import BatchSettings, run_batch
from colorize_cli.files import plan_jobs
from colorize_cli.forecast import foresee, missing_products
from colorize_cli.variants import Product, Variants
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


def numbers(products) -> list[int]:
    """Of the pictures among the products."""
    return [each.number for each in products if each.kind == "picture"]


def test_samples_that_are_there_are_not_missing(planned, put):
    """Whichever of them; with overwriting all are made."""
    job, place = planned.jobs[0], planned.destination

    def missing(samples, *, overwrite=False):
        variants = Variants(samples=samples)
        return numbers(missing_products(job, place, variants, overwrite=overwrite))

    assert missing(3) == [0, 1, 2]
    put(job.target_of_sample(1))
    assert missing(3) == [0, 2]
    assert missing(2) == [0]
    assert missing(3, overwrite=True) == [0, 1, 2]


def test_sheet_and_spread_can_be_missing_alone(planned, put):
    """The pictures that are there are not made again for them."""
    job, place = planned.jobs[0], planned.destination
    variants = Variants(samples=2, sheet=True, spread=True)
    put(*map(job.target_of_sample, range(2)))
    missing = missing_products(job, place, variants, overwrite=False)
    assert missing == (Product("sheet"), Product("spread"))
    put(job.place_of(Product("sheet")))
    missing = missing_products(job, place, variants, overwrite=False)
    assert missing == (Product("spread"),)


def test_a_folder_or_a_dead_link_is_no_sample(planned, tmp_path):
    """Neither is a picture that a run has made."""
    job, place = planned.jobs[0], planned.destination
    (tmp_path / "out" / job.target).mkdir(parents=True)
    (tmp_path / "out" / job.target_of_sample(1)).symlink_to("nowhere")
    missing = missing_products(job, place, THREE, overwrite=False)
    assert numbers(missing) == [0, 1, 2]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_run_does_what_was_foreseen(planned, put, tmp_path, tiny_config, overwrite):
    """The same outcomes, file by file, and nothing is touched before."""
    first, second = planned.jobs[:2]
    variants = Variants(samples=3, sheet=True)
    put(first.target, first.target_of_sample(2))
    put(*map(second.place_of, variants.products))
    settings = BatchSettings(variants=variants, overwrite=overwrite)
    before = sorted(tmp_path.rglob("*"))
    foreseen = foresee(planned, variants, overwrite=overwrite)
    assert sorted(tmp_path.rglob("*")) == before
    outcomes = []
    run_batch(planned, fake_model(tiny_config), settings, outcomes.append)
    # Only the run knows what the samples look like.
    known = [replace(each, samples=(), diversity=None) for each in outcomes]
    assert sorted(known, key=str) == sorted(foreseen, key=str)
    statuses = {outcome.source: outcome.status for outcome in foreseen}
    assert statuses[str(second.source)] == ("done" if overwrite else "skipped")
    assert statuses[str(planned.problems[0].path)] == "failed"
