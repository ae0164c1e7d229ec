"""Running `colorize` again over results that are there, but not of this run."""

import json
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

import cv2
import pytest

from colorize_cli.errors import DecodeError
from colorize_cli.files import disk
from colorize_cli.ledger import Journal, read_ledger
from tests.full_disk import full_disk
from tests.pictures import colours
from tests.runs import contents, darkened


@pytest.fixture
def photo(photo_folder):
    """One photo."""
    return photo_folder / "a.jpg"


@pytest.fixture
def fresh(colorize, out):
    """What `colorize ARGUMENTS` makes where nothing has been before."""

    def fresh(*arguments):
        place = out.with_name("fresh")
        assert colorize(*arguments, out=place).exit_code == 0
        return contents(place)

    return fresh


@pytest.fixture
def write_line(out):
    """A function that adds a line to the ledger."""

    def write_line(entry):
        with Journal(out / "colorize.jsonl") as journal:
            journal.append(entry)

    return write_line


@contextmanager
def unreadable():
    """A disk from which nothing can be read."""

    def refuse(path):
        raise DecodeError(path, "cannot be read (Input/output error)")

    with patch.object(disk, "read", refuse):
        yield


class TestHalfReplaced:
    """Of several results some were replaced, and then the disk was full."""

    @pytest.mark.parametrize(
        ("options", "unwritten"),
        [
            (["--sheet"], "a_sheet.jpg"),
            (["--samples", 2], "a_s2.jpg"),
            (["--samples", 2, "--sheet", "--spread"], "a_s2.jpg"),
            (["--samples", 2, "--sheet", "--spread"], "a_spread.png"),
        ],
        ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else "",
    )
    @pytest.mark.parametrize("change", ["settings", "photo"])
    def test_the_others_are_made_by_the_next_run(
        self, colorize, photo, out, steps, fresh, options, unwritten, change
    ):
        """That they are there is not enough, as they show what was before."""
        colorize(photo, *options)
        if change == "photo":
            darkened(photo)
        else:
            options = [*options, "--seed", 1]
        with full_disk(unwritten):
            assert colorize(photo, *options).exit_code == 3
        assert colorize(photo, *options).exit_code == 0
        assert contents(out) == fresh(photo, *options)
        assert "1 photo, already there" in colorize(photo, *options).stdout

    def test_what_was_written_is_not_made_again(self, colorize, photo, out, steps):
        """Nor are extras that were."""
        options = ["--samples", 2, "--sheet", "--spread"]
        with full_disk("a_spread.png"):
            colorize(photo, *options)
        kept = {path: path.stat().st_ino for path in out.glob("a*.jpg")}
        assert len(kept) == 3
        result = colorize(photo, *options)
        assert "1 photo, 0 pictures, 1 spread map" in result.stdout
        assert {path: path.stat().st_ino for path in kept} == kept

    def test_a_sheet_of_fewer_samples_does_not_pass(
        self, colorize, photo, out, steps, fresh
    ):
        """A sheet shows all samples, and some were written before the disk was full."""
        colorize(photo, "--sheet")
        options = ["--samples", 3, "--sheet"]
        with full_disk("a_s3.jpg"):
            assert colorize(photo, *options).exit_code == 3
        colorize(photo, *options)
        assert contents(out) == fresh(photo, *options)


class TestLeftOver:
    """Results that a run did not ask for stay; a later one does not take them over."""

    def test_a_sample_of_other_settings(self, colorize, photo, out, steps, fresh):
        """It was left alone while nobody asked for it."""
        colorize(photo, "--samples", 2)
        colorize(photo, "--seed", 1)
        options = ["--samples", 2, "--seed", 1]
        assert "1 photo, 1 picture" in colorize(photo, *options).stdout
        assert contents(out) == fresh(photo, *options)

    def test_a_sheet_of_fewer_samples(self, colorize, photo, out, steps, fresh):
        """Samples were added by a run without a sheet."""
        colorize(photo, "--samples", 2, "--sheet")
        colorize(photo, "--samples", 3)
        options = ["--samples", 3, "--sheet"]
        colorize(photo, *options)
        assert contents(out) == fresh(photo, *options)
        assert "1 photo, already there" in colorize(photo, *options).stdout

    def test_a_retouched_one_is_kept(self, colorize, photo, out, steps):
        """It is somebody's work."""
        colorize(photo, "--samples", 2)
        colorize(photo, "--seed", 1)
        (out / "a_s2.jpg").write_bytes(b"retouched")
        result = colorize(photo, "--samples", 2, "--seed", 1)
        assert "1 photo, already there" in result.stdout
        assert (out / "a_s2.jpg").read_bytes() == b"retouched"

    def test_the_sheet_of_another_photo_is_kept(self, colorize, photo, out, steps):
        """Two photos of one stem, in runs of their own, have one place for it."""
        colorize(photo, "--sheet")
        colorize(photo, "--sheet", "--seed", 1)
        sheet = (out / "a_sheet.jpg").read_bytes()
        other = photo.with_suffix(".webp")
        assert cv2.imwrite(str(other), cv2.imread(str(photo)) // 3)
        for _ in range(2):
            result = colorize(other, "--sheet")
            assert result.exit_code == 3
            assert "a_sheet.jpg: is the result of another photo, a.jpg" in result.stderr
        assert (out / "a_sheet.jpg").read_bytes() == sheet


class TestStopped:
    """A run was killed as it replaced results, and then the photo could not be read."""

    @pytest.mark.parametrize("is_old", [False, True], ids=["this version", "earlier"])
    def test_nothing_passes_for_done(
        self,
        colorize,
        photo,
        out,
        ledger,
        steps,
        fresh,
        write_line,
        is_old,
    ):
        """Old results are made again, as nobody knows whether they were replaced.

        Earlier versions wrote the line of the stopped run again, as failed.
        """
        options = ["--sheet", "--seed", 1]
        expected = fresh(photo, *options)
        colorize(photo, "--sheet")
        made = read_ledger(out.with_name("fresh") / "colorize.jsonl")["a.jpg"]
        targets = tuple(replace(each, hash="") for each in made.targets)
        started = replace(made, status="started", targets=targets)
        if is_old:
            started = replace(started, extras={})
            write_line(started)
            write_line(replace(started, status="failed", reason="cannot be read"))
        else:
            write_line(started)
            with unreadable():
                assert colorize(photo, *options).exit_code == 3
            assert ledger()["a.jpg"].status == "failed"
        assert colorize(photo, *options).exit_code == 0
        assert contents(out) == expected

    def test_sheets_are_announced(self, colorize, photo, out, steps):
        """So one that a killed run has written is known as ours."""
        colorize(photo, "--samples", 2, "--sheet", "--spread")
        first = json.loads((out / "colorize.jsonl").read_text().splitlines()[0])
        assert first["status"] == "started"
        assert first["extras"] == {"sheet": "a_sheet.jpg", "spread": "a_spread.png"}


class TestColour:
    """Photos in colour that were copied or left out."""

    def test_a_copy_is_no_result(self, colorize, photo, out, steps, fresh):
        """Also if the photo could not be read in between."""
        assert cv2.imwrite(str(photo), colours())
        colorize(photo, "--on-color", "copy")
        options = ["--on-color", "recolor"]
        with unreadable():
            assert colorize(photo, *options).exit_code == 3
        assert "1 photo, 1 picture" in colorize(photo, *options).stdout
        assert contents(out) == fresh(photo, *options)
