"""kill -9 at every stage of a run: nothing half-written, nothing lost, nothing twice.

The runs are processes of their own, which kill themselves; see tests/killed.py.
"""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from colorize_cli.files import drafts
from colorize_cli.ledger import read_ledger
from colorize_cli.pipeline import Sampling
from tests.fake_backend import fake_model
from tests.runs import contents, flat_photos, run

ROOT = Path(__file__).parents[2]
# Where it is in a run of six photos of two samples, three steps each.
PLACES = [
    ("reading", 4),
    ("denoising", 11),
    ("draft written", 6),
    ("renaming", 1),
    ("renamed", 1),
    ("renamed", 12),
    ("ledger", 2),
    ("half a line", 6),
    ("ledger written", 12),
]


@pytest.fixture
def photos(tmp_path):
    """Six photos of one size."""
    return flat_photos(tmp_path / "photos", range(40, 220, 30), 24)


@pytest.fixture
def killed(photos, tmp_path, tiny_config):
    """A function that runs into `out` until it is killed at a place."""

    def killed(place, seed=0, by=signal.SIGKILL):
        stage, call = place
        arguments = [stage, call, seed, photos, tmp_path / "out"]
        config = json.dumps(tiny_config.to_json())
        result = subprocess.run(
            [sys.executable, "-m", "tests.killed", *map(str, arguments), config],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == -by, result.stderr

    return killed


@pytest.fixture
def finish(photos, tmp_path, tiny_config, monkeypatch):
    """A function that runs to the end, an hour later, and gives the report."""

    def finish(out="out", seed=0, before_step=lambda x: None):
        clock = time.time
        with monkeypatch.context() as patch:
            patch.setattr(drafts.time, "time", lambda: clock() + 3600)
            return run(
                photos,
                tmp_path / out,
                fake_model(tiny_config, before_step),
                samples=2,
                batch_size=2,
                workers=2,
                sampling=Sampling(seed=seed),
            )

    return finish


def results(folder):
    """What a folder holds but for drafts and the ledger."""
    return {
        name: data
        for name, data in contents(folder).items()
        if not name.startswith(".colorize-")
    }


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]} {place[1]}")
def test_a_killed_run_can_be_finished(killed, finish, photos, tmp_path, place):
    """What is there is whole; what is missing is made, and nothing else."""
    before = contents(photos)
    finish("whole")
    whole = contents(tmp_path / "whole")
    killed(place)
    out = tmp_path / "out"
    left = results(out)
    assert contents(photos) == before
    assert left.items() <= whole.items()
    entries = read_ledger(out / "colorize.jsonl")
    done = {name for name, entry in entries.items() if entry.status == "done"}
    kept = {path: path.stat().st_ino for name in done for path in out.glob(name)}
    report = finish()
    assert report.exit_code == 0
    assert contents(out) == whole
    assert report.counts["done"] == 6 - len(done)
    assert {path: path.stat().st_ino for path in kept} == kept
    entries = read_ledger(out / "colorize.jsonl")
    assert {entry.status for entry in entries.values()} == {"done"}
    assert len(entries) == 6
    assert finish().counts == {"skipped": 6}


@pytest.mark.parametrize(
    "place",
    [("draft written", 4), ("renamed", 5), ("half a line", 5)],
    ids=lambda place: f"{place[0]} {place[1]}",
)
def test_a_killed_replacement_can_be_finished(killed, finish, tmp_path, place):
    """Results of other settings are old or new, never neither; in the end all new."""
    finish()
    old = contents(tmp_path / "out")
    finish("whole", seed=1)
    new = contents(tmp_path / "whole")
    killed(place, seed=1)
    for name, data in results(tmp_path / "out").items():
        assert data in (old[name], new[name])
    assert finish(seed=1).exit_code == 0
    assert contents(tmp_path / "out") == new


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_a_run_at_once(killed, finish, tmp_path, number):
    """While photos are being written; the next run finishes it all the same."""
    finish("whole")
    killed(("signal", int(number)), by=number)
    whole = contents(tmp_path / "whole")
    assert results(tmp_path / "out").items() < whole.items()
    assert finish().exit_code == 0
    assert contents(tmp_path / "out") == whole


def test_results_of_a_killed_run_are_known_as_ours(killed, finish, tmp_path):
    """So other settings replace them, although their photo was never done."""
    killed(("renamed", 1))
    assert len(results(tmp_path / "out")) == 1
    finish("whole", seed=1)
    finish(seed=1)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_two_runs_at_once_share_a_folder(photos, finish, tmp_path, tiny_config):
    """Each photo comes out whole, and is done in the ledger, whoever was first."""
    finish("whole")
    inner = []

    def run_another(x):
        if not inner:
            inner.append(None)
            inner.append(finish())

    assert finish(before_step=run_another).exit_code == 0
    assert inner[1].exit_code == 0
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert len(read_ledger(tmp_path / "out/colorize.jsonl")) == 6
