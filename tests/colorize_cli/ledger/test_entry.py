"""Lines of the ledger: what is written is read again, and damage is told apart."""

import json
import os
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorize_cli.errors import PlanError
from colorize_cli.ledger import Entry, Target

ROOT = Path(__file__).parents[3]
ENTRY = Entry(
    source="box/a.jpg",
    status="done",
    origin="/photos/box/a.jpg",
    hash="00ff",
    size=123,
    mtime_ns=1_700_000_000_123_456_789,
    targets=(Target(path="box/a.jpg", seed=0, sample=0, hash="aa"),),
    extras={"sheet": "box/a_sheet.jpg"},
    settings="5e",
    model="e0",
    model_name="colorize",
    samples=1,
    steps=20,
    sampler="ddpm",
    diversity=5.1,
    seconds=1.25,
    time="2026-11-22T10:00:00Z",
    tool="1.0",
)


def test_a_line_is_one_json_object():
    """ASCII, with a version and a newline, and without what is empty."""
    line = ENTRY.to_line()
    assert line.endswith(b"}\n")
    assert line.isascii()
    values = json.loads(line)
    assert values["v"] == 1
    assert values["targets"] == [
        {"path": "box/a.jpg", "seed": 0, "sample": 0, "hash": "aa"}
    ]
    assert values["mtime_ns"] == ENTRY.mtime_ns
    assert "reason" not in values


@pytest.mark.parametrize(
    "name", [b"new\nline.jpg", "🎞️ 祖母.jpg".encode(), b"caf\xe9.jpg", b"x" * 255]
)
def test_any_name_survives(name):
    """Newlines, emoji, bytes that are no UTF-8, names at the limit."""
    source = os.fsdecode(name)
    target = Target(path=source, seed=1, sample=None)
    entry = replace(ENTRY, source=source, targets=(target,))
    line = entry.to_line()
    assert line.count(b"\n") == 1
    assert Entry.from_line(line) == entry
    assert os.fsencode(Entry.from_line(line).source) == name


@given(cut=st.integers(0, len(ENTRY.to_line()) - 2))
def test_a_torn_line_is_no_entry(cut):
    """Wherever a crash has torn it."""
    assert Entry.from_line(ENTRY.to_line()[:cut]) is None


@given(cut=st.integers(0, len(ENTRY.to_line()) - 2))
def test_a_line_that_continues_a_torn_one_is_found(cut):
    """As `cat` joins a torn ledger with the next."""
    other = replace(ENTRY, source="b.jpg")
    assert Entry.from_line(ENTRY.to_line()[:cut] + other.to_line()) == other


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"null",
        b"[1]",
        b"{}",
        b'{"v":1}',
        b'{"v":1,"source":"a","status":"lost"}',
        b'{"v":1,"source":7,"status":"done"}',
        b'{"v":1,"source":"a","status":"done","targets":[7]}',
        b'{"v":1,"source":"a","status":"done","targets":[{"path":"a"}]}',
        b'{"v":1,"source":"a","status":"done","model":7}',
        b'{"v":1,"source":"a","status":"done","origin":7}',
        b'{"v":1,"source":"a","status":"done","diversity":"7"}',
        b'{"v":1,"source":"a","status":"done","extras":[7]}',
        b'{"v":1,"source":"a","status":"done","extras":{"sheet":7}}',
        b'{"v":1,"source":"a","status":"done","targets":'
        b'[{"path":7,"seed":0,"sample":0}]}',
        b'{"v":1,"source":"a","status":"done","targets":'
        b'[{"path":"a","seed":"0","sample":0}]}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_entry_is_passed_over(line):
    """Other JSON, other text, other bytes."""
    assert Entry.from_line(line) is None


def test_every_key_is_documented():
    """In the table of docs/batch.md, and nothing else is."""
    page = (ROOT / "docs/batch.md").read_text()
    table = page.partition("## The ledger")[2].partition("\n\n| key |")[2]
    first_cells = re.findall(r"^\| (`.+?) \|", table.partition("\n\n")[0], re.MULTILINE)
    documented = re.findall(r"`(\w+)`", " ".join(first_cells))
    assert sorted(documented) == sorted(["v", *(each.name for each in fields(Entry))])


def test_keys_of_later_versions_of_the_format_are_ignored():
    """New keys may come without a new version."""
    values = json.loads(ENTRY.to_line()) | {"mood": "sunny"}
    assert Entry.from_line(json.dumps(values).encode()) == ENTRY


def test_a_later_format_is_refused():
    """Its lines might mean something else."""
    values = json.loads(ENTRY.to_line()) | {"v": 2}
    with pytest.raises(PlanError, match="is of version 2, this colorize knows 1"):
        Entry.from_line(json.dumps(values).encode())
