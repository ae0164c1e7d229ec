"""Damaged files of all formats: converted, or listed with a reason; never a crash."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.check import check_folder
from tests.faults.corpus import MUTATIONS, SEEDS, write_corpus

ROOT = Path(__file__).parents[2]
ROUNDS = 2
LIBJPEG = re.compile("Corrupt JPEG data: |Warning: |Premature end of JPEG file")
GROUPS = {
    group: [name for name in SEEDS if name.rpartition(".")[2] in suffixes]
    for group, suffixes in {
        "jpeg": {"jpg"},
        "png": {"png"},
        "tiff": {"tif"},
        "webp": {"webp"},
        "avif": {"avif"},
        "jpeg 2000": {"jp2", "j2k"},
        "bmp": {"bmp"},
        "pnm": {"pgm", "ppm", "pam"},
    }.items()
}


def test_there_are_enough_of_them():
    """At least 300 files, of every seed."""
    assert sum(map(len, GROUPS.values())) == len(SEEDS)
    assert len(SEEDS) * len(MUTATIONS) * ROUNDS >= 300


def test_the_seeds_themselves_are_converted(tmp_path):
    """Undamaged, each of them is done, so damage is all that can be at fault."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    for number, data in enumerate(SEEDS.values()):
        suffix = list(SEEDS)[number].rpartition(".")[2]
        (folder / f"{number}.{suffix}").write_bytes(data)
    assert check_folder(folder, tmp_path / "out") == {"done": len(SEEDS)}


def test_no_decoder_crashes_or_hangs(tmp_path):
    """All of them in a process of its own, which ends by itself and in order."""
    folder = tmp_path / "corpus"
    count = write_corpus(folder, sorted(SEEDS), ROUNDS)
    result = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "tests.faults.check", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    done, failed = (int(part.split()[0]) for part in result.stdout.split(", "))
    assert done + failed == count
    assert min(done, failed) > count // 20
    # libjpeg tells of damage that it has got over; nothing else is said.
    unexpected = [
        line for line in result.stderr.splitlines() if not LIBJPEG.match(line)
    ]
    assert unexpected == []


@pytest.mark.parametrize("group", GROUPS)
def test_every_damaged_file_is_done_or_told(tmp_path, group):
    """With an error of ours and one line that says why."""
    folder = tmp_path / "corpus"
    count = write_corpus(folder, GROUPS[group], ROUNDS)
    counts = check_folder(folder, tmp_path / "out")
    assert counts["done"] + counts["failed"] == count


@given(
    names=st.lists(st.sampled_from(sorted(SEEDS)), min_size=4, max_size=12),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=12)
def test_damage_upon_damage(tmp_path_factory, names, seed):
    """Several kinds at once, on whatever Hypothesis comes up with."""
    folder = tmp_path_factory.mktemp("faults") / "corpus"
    folder.mkdir()
    rng = random.Random(seed)
    for number, name in enumerate(names):
        data = bytearray(SEEDS[name])
        for mutation in rng.choices(list(MUTATIONS.values()), k=rng.randint(1, 4)):
            if data:
                mutation(data, rng)
        (folder / f"{number}.{name.rpartition('.')[2]}").write_bytes(data)
    counts = check_folder(folder, folder.parent / "out")
    assert counts["done"] + counts["failed"] == len(names)
