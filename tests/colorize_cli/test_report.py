"""Counts and exit codes of a run."""

from dataclasses import replace
from pathlib import Path

import pytest

from colorize_cli.errors import BackendError, DecodeError, EncodeError
from colorize_cli.report import Outcome, Report

DONE = Outcome(source="a", status="done", targets=("o/a", "o/a_s2"))
SKIPPED = Outcome(source="b", status="skipped", targets=("o/b",))
FAILED = Outcome.failure("c", DecodeError(Path("c"), "is empty"))


def test_photos_and_pictures_are_counted():
    """Pictures are those of the photos that are done."""
    report = Report.of([DONE, SKIPPED, FAILED, DONE])
    assert report.counts == {"done": 2, "skipped": 1, "failed": 1}
    assert report.picture_count == 4
    assert not report.extra_counts
    assert report.left_count == 0


def test_sheets_and_maps_are_counted_apart():
    """Those that were there already are not."""
    sheet = {"sheet": "o/a_sheet.jpg"}
    both = sheet | {"spread": "o/a_spread.png"}
    outcomes = [(DONE, sheet), (DONE, both), (SKIPPED, both)]
    report = Report.of([replace(each, extras=extras) for each, extras in outcomes])
    assert report.extra_counts == {"sheet": 2, "spread": 1}
    assert report.picture_count == 4


def test_what_an_interrupted_run_left_is_known():
    """Planned, less all that have ended."""
    report = Report(planned_count=10)
    for outcome in (DONE, SKIPPED, FAILED):
        report.add(outcome)
    assert report.left_count == 7


@pytest.mark.parametrize(
    ("outcomes", "is_interrupted", "code"),
    [
        ([], False, 0),
        ([DONE, SKIPPED], False, 0),
        ([DONE, FAILED], False, 3),
        ([DONE], True, 130),
        ([FAILED], True, 130),
    ],
)
def test_the_exit_code(outcomes, is_interrupted, code):
    """0 all well, 3 some failed, 130 interrupted whatever else happened."""
    report = Report.of(outcomes)
    report.is_interrupted = is_interrupted
    assert report.exit_code == code


def test_failures_do_not_keep_exceptions():
    """Their tracebacks would keep every broken photo of a run in memory."""
    report = Report.of([FAILED])
    assert FAILED.error is not None
    assert report.failures == [Outcome(source="c", status="failed", reason="is empty")]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DecodeError(Path("c.jpg"), "is empty"), "is empty"),
        (EncodeError(Path("o/c.jpg"), "disk full"), "o/c.jpg: disk full"),
        (EncodeError("9 x 9 result", "too large"), "9 x 9 result: too large"),
        (BackendError("m.onnx", "out of memory"), "m.onnx: out of memory"),
        (ValueError("odd"), "ValueError: odd"),
    ],
)
def test_the_reason_names_what_is_not_the_source(error, reason):
    """The source stands before it anyway; results, models and bugs are named."""
    outcome = Outcome.failure("c.jpg", error)
    assert outcome.status == "failed"
    assert outcome.reason == reason
    assert outcome.error is error


def test_reports_of_runs_that_follow_each_other_add_up():
    """As under --watch; nothing but the counts of their photos."""
    whole = Report()
    for outcomes in ([DONE, SKIPPED], [FAILED, DONE]):
        part = Report.of(outcomes)
        part.denoise_s, part.wall_s = 1.0, 2.0
        whole.include(part)
    together = Report.of([DONE, SKIPPED, FAILED, DONE])
    together.denoise_s, together.wall_s = 2.0, 4.0
    assert whole == together
    assert whole.exit_code == 3
    whole.include(Report(planned_count=2, is_interrupted=True))
    assert (whole.left_count, whole.exit_code) == (2, 130)
