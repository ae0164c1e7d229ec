"""`colorize` with photos from lists, patterns and pipes, from the command line on."""

import os
import subprocess
import sys
from datetime import datetime
from io import BytesIO
from pathlib import Path

import click
import pytest

from colorize_cli import codec
from colorize_cli.cli import main
from colorize_cli.errors import PlanError
from colorize_cli.options import inputs
from tests.runs import contents, errors

ROOT = Path(__file__).parents[3]


class TestLists:
    """`--files-from`."""

    def test_photos_of_a_list(self, colorize, photo_folder, tmp_path, loaded):
        """Those and no others, at their places; what is missing is told."""
        listing = tmp_path / "list.txt"
        listing.write_text("album/c.jpg\na.jpg\ngone.jpg\n")
        result = colorize(photo_folder, "--files-from", listing)
        assert result.exit_code == 3
        assert set(contents(tmp_path / "out")) == {"album/c.jpg", "a.jpg"}
        assert errors(result) == [
            f"failed {photo_folder}/gone.jpg: is listed, but is not there, "
            "or may not be read"
        ]

    def test_a_list_from_a_pipe(self, cli, photo_folder, tmp_path, loaded, monkeypatch):
        """`find . -print0 | colorize --files-from - --null -o out`."""
        monkeypatch.chdir(photo_folder)
        Path("a.jpg").rename("a\nb.jpg")
        arguments = ["--files-from", "-", "--null", "-o", str(tmp_path / "out")]
        result = cli.invoke(main, arguments, input=b"./a\nb.jpg\0./album/c.jpg\0")
        assert result.exit_code == 0, result.stderr
        assert set(contents(tmp_path / "out")) == {"a\nb.jpg", "album/c.jpg"}

    def test_nothing_listed_is_nothing_to_do(self, colorize, tmp_path, loaded):
        """A nightly `find -newer` must not fail because nothing is new."""
        (tmp_path / "list.txt").touch()
        result = colorize("--files-from", tmp_path / "list.txt")
        assert result.exit_code == 0, result.stderr

    def test_a_list_that_cannot_be_read(self):
        """One line, of a disk or a pipe that fails."""

        class Failing(BytesIO):
            def read(self, size=-1):
                raise OSError(5, "Input/output error")

        with pytest.raises(PlanError) as caught:
            inputs.listed_paths((), {"files_from": Failing(), "null": False})
        assert str(caught.value) == (
            "--files-from: cannot be read (Input/output error)"
        )

    def test_a_list_from_a_closed_stdin(self, monkeypatch):
        """Which Click meets with a traceback."""
        monkeypatch.setattr(sys, "stdin", None)
        with pytest.raises(click.BadParameter, match="stdin is closed"):
            inputs.ListFile("rb").convert("-", None, None)

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            ([], "Missing argument 'SRC...'"),
            (["."], None),
            ([".", "--null"], "--null says how --files-from or"),
            ([".", ".", "--files-from", os.devnull], "takes one SRC at most"),
            (["--files-from", "no/such.txt"], "'no/such.txt': No such file"),
            ([".", "--include", "!"], "--include '!': is not a pattern"),
            ([".", "--newer-than", "tomorrow"], "is neither a file nor a time like"),
            ([".", "--newer-than", ""], "'' is neither a file nor a time like"),
        ],
    )
    def test_wrong_usage(self, colorize, photo_folder, monkeypatch, arguments, told):
        """Exit code 2, before any work."""
        monkeypatch.chdir(photo_folder)
        result = colorize(*arguments, "--dry-run")
        assert result.exit_code == (2 if told else 0)
        assert (told or "") in result.stderr


def test_an_empty_name_is_no_place(colorize, photo_folder, loaded):
    """A variable that is not set must not mean the current folder."""
    result = colorize(photo_folder, out="")
    assert result.exit_code == 2
    assert "'--output': The name is empty." in result.stderr


class TestSelection:
    """`--include`, `--exclude` and `--newer-than`."""

    def test_patterns(self, colorize, photo_folder, tmp_path, loaded):
        """Each may be repeated; `--exclude` wins."""
        options = ["--include", "*.jpg", "--include", "*.png", "--exclude", "/album/"]
        assert colorize(photo_folder, *options).exit_code == 0
        assert set(contents(tmp_path / "out")) == {"a.jpg", "b.png", "tall.jpg"}

    def test_nothing_chosen_is_nothing_to_do(self, colorize, photo_folder, loaded):
        """Not an error: another night there may be some."""
        result = colorize(photo_folder, "--include", "*.tif")
        assert result.exit_code == 0
        assert "0 photos" in result.stdout

    def test_age(self, colorize, photo_folder, tmp_path, loaded):
        """After a time of the clock on the wall, or after a file."""
        midnight = datetime(2026, 11, 22).timestamp()
        for second, name in enumerate(["a.jpg", "b.png", "tall.jpg", "album/c.jpg"]):
            os.utime(photo_folder / name, (0, midnight + second))
        by_date = colorize(photo_folder, "-n", "--newer-than", "2026-11-22")
        assert "3 pictures of 3 photos" in by_date.stderr
        by_time = colorize(photo_folder, "-n", "--newer-than", "2026-11-22T00:00:01")
        assert "2 pictures of 2 photos" in by_time.stderr
        by_file = colorize(
            photo_folder, "-n", "--newer-than", photo_folder / "tall.jpg"
        )
        assert by_file.stdout.splitlines() == [
            f"make {photo_folder}/album/c.jpg -> {tmp_path}/out/album/c.jpg"
        ]


class TestPipes:
    """`-` for standard input and output."""

    @pytest.mark.parametrize("arguments", [["-"], ["-", "-o", "-"]])
    def test_a_photo_through_a_pipe(self, cli, photo_folder, loaded, arguments):
        """Only the picture is on stdout; the report is on stderr."""
        photo = (photo_folder / "b.png").read_bytes()
        result = cli.invoke(main, arguments, input=photo)
        assert result.exit_code == 0, result.stderr
        picture = codec.decode(result.stdout_bytes, "result")
        assert picture.size == codec.decode(photo, "photo").size
        assert "done     1 photo, 1 picture" in result.stderr

    def test_the_same_bytes_as_in_a_folder(
        self, cli, colorize, photo_folder, tmp_path, loaded
    ):
        """A pipe changes nothing about the picture."""
        source = photo_folder / "b.png"
        colorize(source)
        piped = cli.invoke(main, ["-", "-q"], input=source.read_bytes())
        assert piped.stdout_bytes == (tmp_path / "out" / "b.png").read_bytes()

    def test_a_broken_photo_writes_nothing(self, cli, loaded):
        """The reason is on stderr, the exit code is 3."""
        result = cli.invoke(main, ["-"], input=b"Dear diary")
        assert (result.exit_code, result.stdout_bytes) == (3, b"")
        assert errors(result)[0].startswith("failed stdin: is not an image")

    def test_a_real_pipe(self, photo_folder, tiny_model_path):
        """`colorize - < a.jpg > b.jpg` in processes of their own."""
        result = subprocess.run(
            [sys.executable, "-m", "colorize_cli", "-", "--model", tiny_model_path],
            input=(photo_folder / "a.jpg").read_bytes(),
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        assert codec.decode(result.stdout, "result").size == (48, 64)
