"""A photo from stdin, a picture to stdout."""

import io
import sys
from pathlib import Path, PurePosixPath

import pytest

from colorize_cli.codec import output_format
from colorize_cli.errors import EncodeError, PlanError
from colorize_cli.files import plan_jobs
from colorize_cli.files.streams import StreamDestination, StreamSource
from colorize_cli.variants import Variants
from tests.pictures import colours, image, saved, tiff

JPEG = saved(image(), "JPEG")


class Terminal(io.BytesIO):
    """A stream that somebody looks at, or types into."""

    def isatty(self):
        """Always."""
        return True


@pytest.fixture
def stdin(monkeypatch):
    """Makes standard input of bytes, or of a terminal."""

    def pipe(data):
        stream = data if isinstance(data, io.BytesIO) else io.BytesIO(data)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))

    return pipe


@pytest.fixture
def stdout(monkeypatch):
    """Watches standard output; to be called in the test, as pytest sets its own."""

    def pipe(stream=None):
        stream = stream or io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(stream))
        return stream

    return pipe


def plan(*places, out="-", format=None, samples=1):
    """The plan of a run between pipes."""
    variants = Variants(samples=samples)
    return plan_jobs(places, out, format=format, variants=variants)


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (JPEG, ".jpg"),
        (saved(image(), "PNG"), ".png"),
        (saved(image(), "WEBP"), ".webp"),
        (tiff(colours()), ".tif"),
        (tiff(colours(), byteorder=">"), ".tif"),
        (b"", ""),
    ],
    ids=["jpg", "png", "webp", "tif", "big-endian tif", "empty"],
)
def test_the_content_decides_the_format(stdin, stdout, data, suffix):
    """A pipe has no suffix; the format is that of a file with the right one."""
    stdin(data)
    stdout()
    (job,) = plan("-").jobs
    assert job.source.name == f"stdin{suffix}"
    assert job.format == output_format(PurePosixPath(f"a{suffix}"), None)
    assert str(job.source) == "stdin"
    assert job.source.read() == job.source.read() == data
    assert (job.source.stamp(), job.source.identity()) == (None, None)


def test_a_requested_format_wins(stdin, stdout):
    """As for files."""
    stdin(JPEG)
    stdout()
    assert plan("-", format="png").jobs[0].format == "png"


def test_a_photo_from_stdin_can_go_to_a_folder(stdin, tmp_path):
    """It needs some name."""
    stdin(JPEG)
    planned = plan("-", out=tmp_path)
    assert [str(job.target) for job in planned.jobs] == ["stdin.jpg"]


def test_a_file_can_go_to_stdout(stdout, tmp_path):
    """One picture, whole."""
    (tmp_path / "a.jpg").write_bytes(JPEG)
    written = stdout()
    planned = plan(tmp_path / "a.jpg")
    with planned.destination as destination:
        destination.write(planned.jobs[0].target, b"picture")
    assert written.getvalue() == b"picture"
    assert destination.locate(planned.jobs[0].target) == "stdout"
    assert not destination.exists(planned.jobs[0].target)
    assert destination.ledger_path is None


def test_stdout_takes_one_picture(stdin, stdout, tmp_path):
    """More are refused before any work, and at the last moment."""
    stdin(JPEG)
    written = stdout()
    with pytest.raises(PlanError, match="4 pictures cannot go to stdout"):
        plan("-", samples=4)
    for name in "ab":
        (tmp_path / f"{name}.jpg").write_bytes(JPEG)
    with pytest.raises(PlanError, match="2 pictures cannot go to stdout"):
        plan(tmp_path)
    destination = StreamDestination(written)
    destination.write(PurePosixPath("a.jpg"), b"1")
    with pytest.raises(EncodeError, match="takes one picture; use -o DIR"):
        destination.write(PurePosixPath("b.jpg"), b"2")
    assert written.getvalue() == b"1"


def test_terminals_are_refused(stdin, stdout):
    """Nobody wants a picture on the screen, or can type one."""
    stdin(Terminal())
    stdout()
    with pytest.raises(PlanError, match="nothing is piped in; add < photo"):
        plan("-")
    stdout(Terminal())
    with pytest.raises(PlanError, match="would print a picture to the terminal"):
        plan("-")


def test_stdin_is_colorized_by_itself(stdin, stdout):
    """It is one photo among no others."""
    stdin(JPEG)
    stdout()
    with pytest.raises(PlanError, match="by itself; name no others"):
        plan("-", Path("a.jpg"))


def test_a_reader_that_has_gone_is_told():
    """`colorize - | head -c 0`."""

    class Broken(io.BytesIO):
        def write(self, data):
            raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(EncodeError, match=r"stdout: cannot be written \(Broken pipe"):
        StreamDestination(Broken()).write(PurePosixPath("a.jpg"), b"data")


def test_the_data_is_not_part_of_messages():
    """A photo in a traceback would fill the screen."""
    assert "abc" not in repr(StreamSource(b"abc"))


def test_a_closed_stdin_is_refused(monkeypatch, tmp_path):
    """Python has none then; `<&-` in a shell, and some services."""
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(PlanError, match=r"-: stdin is closed; add < photo\.jpg"):
        plan("-", out=tmp_path)


def test_a_closed_stdout_is_refused(stdin, monkeypatch):
    """Before anything is colorized for nothing."""
    stdin(JPEG)
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(PlanError, match=r"-o -: stdout is closed; add > photo\.jpg"):
        plan("-")
