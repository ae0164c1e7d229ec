"""Photos between reading and writing."""

import numpy as np
import pytest

from colorize_cli.batch.products import Recipe
from colorize_cli.batch.reading import read_flight
from colorize_cli.batch.resume import Decision, Resume
from colorize_cli.batch.shelf import Shelf
from colorize_cli.batch.tagging import Tag
from colorize_cli.batch.writing import write_flight
from colorize_cli.errors import DecodeError, EncodeError
from colorize_cli.files import disk, plan_jobs
from colorize_cli.imaging.grading import Grade
from colorize_cli.imaging.photo import Photo
from colorize_cli.ledger import History, content_hash
from colorize_cli.model.config import ModelConfig
from colorize_cli.settings import BatchSettings
from colorize_cli.variants import Product, Variants
from tests.fake_backend import fake_model

SMALL = Photo(rgb=np.zeros((10, 10, 3), np.uint8))
RECIPE = Recipe(variants=Variants(), grade=Grade(), seed=0, note="")
ONE = Decision(products=(Product(),))


@pytest.fixture
def resume(plan):
    """Decides by default settings, in an empty folder."""
    return Resume.of(plan.destination, History(), BatchSettings(), "fake")


@pytest.fixture
def plan(photo_folder, tmp_path):
    """One photo, tall.jpg, 80 x 40 pixels, and where it goes."""
    source = photo_folder / "tall.jpg"
    return plan_jobs([source], tmp_path / "out", format="png", variants=Variants())


@pytest.fixture
def job(plan):
    """The plan's only job."""
    return plan.jobs[0]


def test_only_wanted_samples_have_rows(job, resume, tiny_config):
    """A flight is complete once they have their colours."""
    wanted = Decision(products=(Product(number=1), Product(number=3)))
    flight = read_flight(job, wanted, resume, Shelf(10**6), tiny_config)
    assert [row.sample for row in flight.rows] == [1, 3]
    height, width = flight.rows[0].canvas.grid.tile
    for index, row in enumerate(flight.rows):
        assert not flight.is_complete
        flight.fields[row] = np.full((2, height, width), index)
    assert flight.is_complete
    blended = flight.blended_fields(flight.pages[0])
    assert blended.shape == (2, 2, height, width)
    assert blended.mean(axis=(1, 2, 3)).tolist() == [0, 1]


@pytest.mark.parametrize("is_written", [True, False])
def test_writing_frees_the_shelf(
    plan, job, resume, tiny_config, monkeypatch, is_written
):
    """Also if it fails."""
    shelf = Shelf(80 * 40 * 3)
    flight = read_flight(job, ONE, resume, shelf, tiny_config)
    assert shelf.keep(SMALL) is None
    coloured(flight)
    if is_written:
        outcome = written(flight, plan, shelf)
        assert outcome.targets == (plan.destination.locate(job.target),)
    else:
        error = EncodeError(job.target, "is not written: the disk is full")

        def fill(path, data, **settings):
            raise error

        monkeypatch.setattr(disk, "write_atomic", fill)
        with pytest.raises(EncodeError):
            written(flight, plan, shelf)
    assert shelf.keep(SMALL) is SMALL


def coloured(flight):
    """The flight, all its windows grey."""
    for row in flight.rows:
        flight.fields[row] = np.zeros((2, *row.canvas.grid.tile), np.float32)
    return flight


def written(flight, plan, shelf, **settings):
    """The outcome of writing a flight."""
    settings = BatchSettings(**settings)
    tag = Tag.of(fake_model(ModelConfig(prediction="v")), settings)
    return write_flight(flight, shelf, plan.destination, RECIPE, settings, tag)


def test_what_was_read_and_written_is_hashed(plan, job, resume, tiny_config):
    """The photo's file, its size and time, and each result."""
    flight = read_flight(job, ONE, resume, Shelf(10**6), tiny_config)
    assert flight.reading.hash == content_hash(job.source.read())
    assert flight.reading.stamp == job.source.stamp()
    written(coloured(flight), plan, Shelf(0))
    found = plan.destination.read(job.target)
    assert flight.hashes == {Product(): content_hash(found)}


def test_a_photo_that_changes_during_the_run_is_refused(plan, job, resume, tiny_config):
    """Colours of one picture on the luminance of another would be neither."""
    flight = coloured(read_flight(job, ONE, resume, Shelf(0), tiny_config))
    other = job.source.path.with_name("a.jpg")
    job.source.path.write_bytes(other.read_bytes())
    with pytest.raises(DecodeError, match="was changed during the run; run it again"):
        written(flight, plan, Shelf(0))
    assert not plan.destination.exists(job.target)
