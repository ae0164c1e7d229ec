"""Copying what was chosen: exactly that, or nothing."""

import json
import os

import pytest

from colorize_cli.errors import PlanError
from colorize_cli.gallery import (
    Choice,
    apply_choices,
    read_choices,
    refuse_overwriting,
)
from colorize_cli.ledger import Entry, Target, content_hash
from tests.albums import colour_picture, make_album, save, write_ledger
from tests.runs import contents

CHOSEN = Choice(path="box/barn_s2.png", name="box/barn.png")


@pytest.fixture
def album(tmp_path):
    """A folder of results."""
    return make_album(tmp_path)


def document(tmp_path, **changes):
    """A choices.json, changed."""
    choice = {"source": "a", "path": "box/barn_s2.png", "name": "box/barn.png"}
    whole = {"kind": "colorize-choices", "version": 1, "choices": [choice]}
    path = tmp_path / "choices.json"
    path.write_text(json.dumps(whole | changes))
    return path


def test_a_chosen_variant_takes_the_name_of_its_photo(album, tmp_path):
    """In the same subfolder, byte by byte, with its time."""
    os.utime(album / CHOSEN.path, ns=(10**18, 10**18 + 7000))
    apply_choices(read_choices(document(tmp_path)), album, tmp_path / "final")
    copies = contents(tmp_path / "final")
    assert copies == {"box/barn.png": (album / CHOSEN.path).read_bytes()}
    copy = tmp_path / "final" / "box" / "barn.png"
    assert copy.stat().st_mtime_ns == (album / CHOSEN.path).stat().st_mtime_ns


def test_names_that_are_no_text_are_kept(tmp_path):
    """As JSON writes them: escaped halves of surrogate pairs."""
    name = "caf\udce9.jpg"
    path = document(tmp_path, choices=[{"path": name, "name": name}])
    assert read_choices(path) == [Choice(path=name, name=name)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "other"}, "is not a choices.json of a gallery"),
        ({"version": 2}, "is of version 2, this colorize reads 1"),
        ({"choices": {}}, "are not a list"),
        ({"choices": []}, "nothing was chosen"),
        ({"choices": [7]}, "choice 1 is not an object"),
        ({"choices": [{"path": "a.jpg"}]}, "choice 1 lacks a path or a name"),
        ({"choices": [{"path": "a", "name": "a", "hash": 7}]}, "a hash that is no"),
        ({"choices": [{"path": "../a", "name": "a"}]}, "not a place inside"),
        ({"choices": [{"path": "a", "name": "/etc/a"}]}, "not a place inside"),
    ],
)
def test_a_file_that_is_no_choices_json_says_why(tmp_path, changes, message):
    """Every message starts with the file."""
    path = document(tmp_path, **changes)
    with pytest.raises(PlanError, match=message) as caught:
        read_choices(path)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\xff"])
def test_a_file_that_is_no_json_says_so(tmp_path, text):
    """Empty, torn, absurdly deep, or in no known encoding."""
    path = tmp_path / "choices.json"
    path.write_text(text, "latin-1")
    with pytest.raises(PlanError, match="is not JSON"):
        read_choices(path)
    with pytest.raises(PlanError, match="cannot be read"):
        read_choices(tmp_path / "none.json")


def test_a_choice_that_is_not_there_stops_everything(album, tmp_path):
    """Before anything has been copied."""
    gone = Choice(path="gone_s2.jpg", name="gone.jpg")
    with pytest.raises(PlanError, match=r"gone_s2\.jpg: was chosen but is not there"):
        refuse_overwriting([CHOSEN, gone], album, tmp_path / "final", overwrite=True)


def ledger_of(out, path, *hashes):
    """A ledger of runs that have made a picture, the last one as it is now."""
    entries = [
        Entry(
            source="a.jpg",
            status="done",
            targets=(Target(path=path, seed=seed, sample=1, hash=made),),
        )
        for seed, made in enumerate(hashes)
    ]
    write_ledger(out, entries)


def test_a_picture_that_was_made_anew_is_not_the_one_that_was_chosen(tmp_path):
    """Another seed writes another picture under the name; nobody has looked at it."""
    out, final = tmp_path / "out", tmp_path / "final"
    save(out / "a_s2.jpg", colour_picture(0))
    seen = content_hash((out / "a_s2.jpg").read_bytes())
    chosen = Choice(path="a_s2.jpg", name="a.jpg", hash=seen)
    ledger_of(out, "a_s2.jpg", seen)
    refuse_overwriting([chosen], out, final, overwrite=False)
    save(out / "a_s2.jpg", colour_picture(1))
    anew = content_hash((out / "a_s2.jpg").read_bytes())
    ledger_of(out, "a_s2.jpg", seen, anew)
    with pytest.raises(
        PlanError, match=r"a_s2\.jpg: was made anew since it was chosen"
    ):
        refuse_overwriting([chosen], out, final, overwrite=True)


def test_a_picture_that_was_retouched_is_the_one_that_was_chosen(tmp_path):
    """Before or after it was chosen; so is one that another ledger tells of."""
    out, final = tmp_path / "out", tmp_path / "final"
    save(out / "a_s2.jpg", colour_picture(0))
    seen = content_hash((out / "a_s2.jpg").read_bytes())
    chosen = Choice(path="a_s2.jpg", name="a.jpg", hash=seen)
    refuse_overwriting([chosen], out, final, overwrite=False)
    ledger_of(out, "a_s2.jpg", seen)
    save(out / "a_s2.jpg", colour_picture(1))
    refuse_overwriting([chosen], out, final, overwrite=False)


def test_other_pictures_are_not_replaced_unless_asked(album, tmp_path):
    """The same picture may be there already: applying twice is no error."""
    final = tmp_path / "final"
    apply_choices([CHOSEN], album, final)
    refuse_overwriting([CHOSEN], album, final, overwrite=False)
    other = Choice(path="box/barn.png", name="box/barn.png")
    with pytest.raises(PlanError, match="--overwrite replaces it"):
        refuse_overwriting([other], album, final, overwrite=False)
    refuse_overwriting([other], album, final, overwrite=True)
    apply_choices([other], album, final)
    assert contents(final) == {"box/barn.png": (album / "box/barn.png").read_bytes()}


def test_originals_are_never_replaced(tmp_path):
    """Not even when asked to replace what is there: the ledger knows them."""
    photo, out = tmp_path / "photos" / "a.jpg", tmp_path / "out"
    for path in (photo, out / "a.jpg"):
        save(path, colour_picture(0))
    entry = Entry(source="a.jpg", status="done", origin=str(photo))
    write_ledger(out, [entry])
    choice = Choice(path="a.jpg", name="a.jpg")
    with pytest.raises(PlanError, match=r"a\.jpg: is an original"):
        refuse_overwriting([choice], out, tmp_path / "photos", overwrite=True)


def test_originals_that_have_moved_are_never_replaced(tmp_path):
    """The ledger does not know the folder, but what the photo held."""
    photo, out = tmp_path / "moved" / "a.jpg", tmp_path / "out"
    save(photo, colour_picture(0))
    save(out / "a.jpg", colour_picture(1))
    held = content_hash(photo.read_bytes())
    entry = Entry(source="a.jpg", status="done", origin="/gone/a.jpg", hash=held)
    write_ledger(out, [entry])
    choice = Choice(path="a.jpg", name="a.jpg")
    with pytest.raises(PlanError, match=r"a\.jpg: is an original"):
        refuse_overwriting([choice], out, tmp_path / "moved", overwrite=True)


def test_results_are_not_copied_over_results(album, tmp_path):
    """Nor among them, nor two pictures to one place."""
    for final in (album / "." / "box" / "..", album / "box", album / "new" / "final"):
        with pytest.raises(PlanError, match="is the folder of results or lies in it"):
            refuse_overwriting([CHOSEN], album, final, overwrite=True)
    twice = Choice(path="lake.jpg", name="box/barn.png")
    with pytest.raises(PlanError, match="would both be copied"):
        refuse_overwriting([CHOSEN, twice], album, tmp_path / "f", overwrite=True)
    with pytest.raises(PlanError, match="is not a folder"):
        refuse_overwriting([CHOSEN], tmp_path / "none", tmp_path / "f", overwrite=True)
