"""What the user sees, and on which of the two streams."""

import io
import os
import sys
from pathlib import Path

import pytest

from colorize_cli.console import Console, printable
from colorize_cli.errors import DecodeError
from colorize_cli.report import Outcome, Report

DONE = Outcome(source="a.jpg", status="done", targets=("o/a.jpg",))
SKIPPED = Outcome(source="b.jpg", status="skipped", targets=("o/b.jpg",))


def failed(name: str = "c.jpg", reason: str = "is empty") -> Outcome:
    """A failure with a traceback."""
    with pytest.raises(DecodeError) as caught:
        raise DecodeError(Path(name), reason)
    return Outcome.failure(name, caught.value)


class TerminalStream(io.StringIO):
    """Looks like a terminal."""

    def isatty(self):
        """It says so."""
        return True


class TestPrintable:
    """Names on one line."""

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("Zoë 1944.jpg", "Zoë 1944.jpg"),
            ("two\nlines\t.jpg", r"two\nlines\t.jpg"),
            ("\x1b[31mred.jpg", r"\x1b[31mred.jpg"),
            (os.fsdecode(b"caf\xe9.jpg"), r"caf\xe9.jpg"),
        ],
    )
    def test_what_cannot_be_shown_is_escaped(self, name, shown):
        """Line ends, control characters, bytes that are no UTF-8."""
        assert printable(Path(name)) == shown
        assert printable(name) == shown


class TestOutcomes:
    """Lines about photos, on stderr."""

    @pytest.mark.parametrize(
        ("options", "lines"),
        [
            ({}, ["failed c.jpg: is empty"]),
            ({"quiet": True}, ["failed c.jpg: is empty"]),
        ],
    )
    def test_only_failures_are_told(self, capsys, options, lines):
        """One line each."""
        console = Console(**options)
        for outcome in (DONE, SKIPPED, failed()):
            console.show_outcome(outcome)
        out, err = capsys.readouterr()
        assert out == ""
        assert err.splitlines() == lines

    def test_verbose_tells_all(self, capsys):
        """A line for every photo, and a traceback for a failure."""
        console = Console(verbose=True)
        for outcome in (DONE, SKIPPED, failed()):
            console.show_outcome(outcome)
        lines = capsys.readouterr().err.splitlines()
        assert lines[:3] == [
            "done a.jpg",
            "skipped b.jpg",
            "failed c.jpg: is empty",
        ]
        assert lines[3].startswith("Traceback")
        assert any("raise DecodeError" in line for line in lines)

    def test_verbose_and_quiet_is_failures_with_tracebacks(self, capsys):
        """Each does its part."""
        console = Console(verbose=True, quiet=True)
        for outcome in (DONE, SKIPPED, failed()):
            console.show_outcome(outcome)
        lines = capsys.readouterr().err.splitlines()
        assert lines[:2] == [
            "failed c.jpg: is empty",
            "Traceback (most recent call last):",
        ]

    def test_markup_and_long_names_are_left_alone(self, capsys):
        """Brackets mean nothing, and no line is wrapped."""
        name = "[bold]" + "x" * 200 + ".jpg"
        Console().show_outcome(failed(name, "[/] two\nlines"))
        assert capsys.readouterr().err == f"failed {name}: [/] two\\nlines\n"


class TestProgress:
    """The bar."""

    def test_there_is_none_without_a_terminal(self, capsys):
        """Log files hold lines only."""
        with Console().progress(2) as watch:
            watch.on_outcome(DONE)
            watch.on_outcome(failed())
        assert capsys.readouterr() == ("", "failed c.jpg: is empty\n")

    def test_it_is_on_stderr(self, capsys, monkeypatch):
        """With photos, photos per second and the time left."""
        stream = TerminalStream()
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("COLUMNS", "120")
        with Console().progress(2) as watch:
            watch.on_outcome(DONE)
            watch.on_outcome(SKIPPED)
        assert capsys.readouterr().out == ""
        shown = stream.getvalue()
        assert "2/2" in shown
        assert "photos/s" in shown
        assert "ETA" in shown

    def test_quiet_has_none(self, monkeypatch):
        """Even on a terminal."""
        stream = TerminalStream()
        monkeypatch.setattr(sys, "stderr", stream)
        with Console(quiet=True).progress(2) as watch:
            watch.on_outcome(DONE)
        assert stream.getvalue() == ""

    def test_an_interrupt_shows_the_cursor_and_says_what_follows(self, monkeypatch):
        """Before a second signal can end the process."""
        stream = TerminalStream()
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "200")
        with Console().progress(2) as watch:
            watch.on_interrupt()
            shown = stream.getvalue()
        hidden, visible = "\x1b[?25l", "\x1b[?25h"
        assert 0 <= shown.rfind(hidden) < shown.rfind(visible)
        assert "Ctrl-C again stops at once" in shown


class TestReport:
    """The summary, on stdout."""

    def test_it_says_all_counts(self, capsys):
        """Photos per status, pictures, times, speed."""
        report = Report.of([DONE, DONE, SKIPPED, failed()])
        report.wall_s, report.denoise_s = 4.0, 3.0
        Console().show_report(report)
        out, err = capsys.readouterr()
        lines = [line.split(maxsplit=1) for line in out.splitlines()]
        assert {name: value.strip() for name, value in lines} == {
            "done": "2 photos, 2 pictures",
            "skipped": "1 photo, already there",
            "failed": "1 photo",
            "time": "4.0 s, of which the network 3.0 s",
            "speed": "0.50 photos/s",
        }
        assert err == ""

    def test_what_is_left_is_said(self, capsys):
        """After an interrupt."""
        report = Report(planned_count=3, is_interrupted=True)
        Console().show_report(report)
        assert "3 photos; run again for them" in capsys.readouterr().out

    def test_quiet_prints_none(self, capsys):
        """The exit code says enough."""
        Console(quiet=True).show_report(Report.of([DONE]))
        assert capsys.readouterr() == ("", "")


class TestForecast:
    """The output of a dry run."""

    def test_a_line_per_file(self, capsys):
        """On stdout; failures and totals on stderr."""
        made = Outcome(
            source="d.jpg",
            status="done",
            targets=("o/d.jpg", "o/d_s2.jpg"),
            extras={"sheet": "o/d_sheet.jpg"},
        )
        Console().show_forecast([failed(), DONE, SKIPPED, made])
        out, err = capsys.readouterr()
        assert out.splitlines() == [
            "make a.jpg -> o/a.jpg",
            "skip b.jpg -> o/b.jpg",
            "make d.jpg -> o/d.jpg",
            "make d.jpg -> o/d_s2.jpg",
            "make d.jpg -> o/d_sheet.jpg",
        ]
        assert err.splitlines() == [
            "failed c.jpg: is empty",
            "3 pictures, 1 sheet of 2 photos to make, 1 photo already there, "
            "1 unreadable; nothing was written",
        ]


class TestStreams:
    """Streams that are broken or narrow."""

    @pytest.mark.parametrize("name", ["stdout", "stderr"])
    def test_a_reader_that_has_gone_does_not_end_the_run(self, monkeypatch, name):
        """What nobody reads is dropped, then and later."""
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "w") as stream:
            monkeypatch.setattr(sys, name, stream)
            console = Console()
            terminal = console.out if name == "stdout" else console.err
            for _ in range(3):
                terminal.print("lost")
                stream.flush()

    def test_a_full_disk_behind_stderr_does_not_end_the_run(self, monkeypatch):
        """There is nowhere left to say so."""
        with open("/dev/full", "w") as stream:  # noqa: PTH123
            monkeypatch.setattr(sys, "stderr", stream)
            console = Console()
            for _ in range(3):
                console.note("lost")
                stream.flush()

    def test_letters_that_the_encoding_lacks_are_escaped(self, monkeypatch):
        """A name in Cyrillic on an ASCII terminal is no error."""
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, "ascii"))
        photo = Outcome(source="Ж.jpg", status="done", targets=("o",))
        Console().show_forecast([photo])
        sys.stdout.flush()
        assert raw.getvalue() == b"make \\u0416.jpg -> o\n"
