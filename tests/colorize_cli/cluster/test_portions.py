"""Sharing a run out in portions, and what cannot be shared."""

import io
import zipfile

import pytest

from colorize_cli.cluster.portions import (
    photos_per_portion,
    portions_of,
    refuse_unshared,
)
from colorize_cli.errors import PlanError
from colorize_cli.files import FileSource, FolderDestination, Job, plan_jobs
from colorize_cli.files.streams import StreamDestination, StreamSource
from colorize_cli.ledger import Entry, History, Target
from colorize_cli.variants import Product, Variants


@pytest.fixture
def jobs(tmp_path):
    """Ten photos that need not be there."""
    sources = [FileSource(tmp_path / f"{i}.png", f"{i}.png") for i in range(10)]
    return [Job.of(source, None) for source in sources]


def test_every_job_is_in_one_portion(jobs):
    """In the order of the plan, with numbers from 0."""
    portions = [*portions_of(jobs, History(), [Product()], 4)]
    assert [portion.number for portion in portions] == [0, 1, 2]
    assert [len(portion.jobs) for portion in portions] == [4, 4, 2]
    assert [job for portion in portions for job in portion.jobs] == jobs


def test_a_portion_knows_its_own_past_and_no_other(jobs):
    """What the ledger says of its photos and of all their results goes with it."""
    history = History()
    for name in ("1.png", "7.png"):
        for seed in range(2):
            made = Target(path=name, seed=seed, sample=0, hash=f"{name}{seed}")
            elsewhere = Target(path=f"old/{name}", seed=0, sample=0, hash="x")
            targets = (made, elsewhere) if seed == 0 else (made,)
            history.add(Entry(source=name, status="done", targets=targets))
    history.add(Entry(source="7.png", status="started"))
    first, second = portions_of(jobs, history, [Product()], 5)
    assert first.history.entries == {"1.png": history.entries["1.png"]}
    assert second.history.entries == {"7.png": history.entries["7.png"]}
    assert first.history.made("1.png", "1.png") == "1.png1"
    assert second.history.made("7.png", "7.png") == "7.png1"
    assert second.history.made("1.png", "1.png") is None


@pytest.mark.parametrize(
    ("photos", "batch", "samples", "workers", "size"),
    [
        (1_000_000, 64, 1, 8, 256),
        (1_000_000, 64, 4, 8, 64),
        (1_000_000, 4, 1, 100, 16),
        (400, 64, 1, 8, 12),
        (3, 4, 1, 8, 1),
    ],
)
def test_portions_keep_batches_full_and_all_workers_busy(
    photos, batch, samples, workers, size
):
    """Four batches each, but at least four portions for each worker."""
    assert photos_per_portion(photos, batch, samples, workers) == size


def test_files_and_folders_can_be_shared(jobs, tmp_path):
    """Nothing is raised."""
    refuse_unshared([job.source for job in jobs], FolderDestination(tmp_path))


def test_what_only_this_process_can_read_is_refused(tmp_path):
    """A pipe, and members of an archive, with what to do instead."""
    out = FolderDestination(tmp_path / "out")
    with pytest.raises(PlanError, match=r"^stdin: --engine ray reads photos from"):
        refuse_unshared([StreamSource(b"\xff\xd8\xff")], out)
    archive = tmp_path / "box.zip"
    with zipfile.ZipFile(archive, "w") as box:
        box.writestr("a.png", b"x")
    plan = plan_jobs([archive], tmp_path / "out", format=None, variants=Variants())
    with pytest.raises(PlanError, match=r"box\.zip.*unpack it there"):
        refuse_unshared([job.source for job in plan.jobs], out)


def test_what_only_this_process_can_write_is_refused():
    """Stdout is one such place."""
    with pytest.raises(PlanError, match=r"^stdout: --engine ray writes to a shared"):
        refuse_unshared([], StreamDestination(io.BytesIO()))
