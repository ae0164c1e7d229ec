"""Interleaved timing, result records, and the round trip through Lab."""

import re

import cv2
import numpy as np

from benchmarks.lab_round_trip import main, round_trip
from benchmarks.record import table, write_record
from benchmarks.timing import Spread, interleaved, ratios
from colorize_cli.imaging.photo import Photo


def test_contenders_take_turns():
    """Everyone runs once a round, in reversed order every second time."""
    order = []
    contenders = {name: lambda name=name: order.append(name) for name in "abc"}
    seconds = interleaved(contenders, rounds=2)
    assert "".join(order) == "abccba"
    assert [len(values) for values in seconds.values()] == [2, 2, 2]


def test_ratios_compare_round_by_round():
    """The median of the rounds' ratios, not the ratio of two medians."""
    spread = ratios([10.0, 30.0, 20.0], [5.0, 10.0, 20.0])
    assert spread == Spread(median=2.0, lowest=1.0, highest=3.0)
    assert spread.format(1) == "2.0 (1.0 to 3.0)"


def test_a_record_names_its_command_without_folders(tmp_path, monkeypatch):
    """Command, commit and hardware are told, folders of the machine are not."""
    monkeypatch.setattr(
        "sys.argv", ["/x/benchmarks/lab_round_trip.py", "/secret/val", "-n"]
    )
    path = tmp_path / "results" / "record.md"
    write_record(path, "Title", table(["a", "b"], [[1, 2]]))
    text = path.read_text()
    assert "command: `python -m benchmarks.lab_round_trip val -n`" in text
    assert "secret" not in text
    assert re.search(r"^- hardware: .+, \d+ cores$", text, re.MULTILINE)
    assert text.endswith("| a | b |\n| --- | --- |\n| 1 | 2 |\n")


def test_untouched_colours_come_back():
    """Lab and PNG change no pixel of an 8-bit photo."""
    rgb = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    trip = round_trip(Photo(rgb=rgb))
    assert (trip.pixels, trip.changed, trip.worst) == (2000, 0, 0)


def test_the_round_trip_needs_no_model(tmp_path):
    """With --luminance 0 nothing is colorized, and the table says so."""
    photo = np.random.default_rng(1).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    (tmp_path / "set").mkdir()
    assert cv2.imwrite(str(tmp_path / "set" / "a.png"), photo)
    output = tmp_path / "record.md"
    main([str(tmp_path), "--luminance", "0", "--output", str(output)])
    assert "| set | 1 | 0.0000% | 0 | 0 |  |" in output.read_text()
