"""`colorize gallery` and `colorize apply-choices` from the command line to the disk."""

import json

import pytest

from colorize_cli.cli import main
from tests.albums import make_album
from tests.runs import contents


@pytest.fixture
def run(cli):
    """Runs `colorize` with these words in this process."""
    return lambda *words: cli.invoke(main, [str(word) for word in words])


def test_a_gallery_is_made_and_named(run, tmp_path):
    """Stdout has the page to open; without the originals stderr says so."""
    out = make_album(tmp_path)
    result = run("gallery", out, "-o", tmp_path / "g")
    assert result.exit_code == 0
    assert result.stdout == f"{tmp_path / 'g' / 'index.html'}: 5 photos\n"
    assert "3 of 5 photos: the original was not found" in result.stderr
    again = run(
        "gallery", out, "-o", tmp_path / "g", "--originals", tmp_path / "photos"
    )
    assert again.stderr == ""


def test_pictures_that_cannot_be_shown_are_named(run, tmp_path):
    """The gallery is made without them."""
    out = make_album(tmp_path)
    (out / "lake.jpg").write_bytes(b"torn")
    result = run("gallery", out, "-o", tmp_path / "g")
    assert result.exit_code == 0
    assert f"not shown: {out / 'lake.jpg'}: " in result.stderr


def test_a_folder_without_results_is_refused(run, tmp_path):
    """One line with the cure; nothing is written."""
    result = run("gallery", tmp_path, "-o", tmp_path / "g")
    assert result.exit_code == 2
    assert "holds no colorized photos" in result.stderr
    assert not (tmp_path / "g").exists()


def test_choices_are_copied(run, tmp_path):
    """From what the page downloads to one picture per photo."""
    out = make_album(tmp_path)
    choice = {"source": "aunt.jpg", "path": "aunt_s2.jpg", "name": "aunt.jpg"}
    document = {"kind": "colorize-choices", "version": 1, "choices": [choice]}
    (tmp_path / "choices.json").write_text(json.dumps(document))
    words = ("apply-choices", tmp_path / "choices.json", out, tmp_path / "final")
    result = run(*words)
    assert result.exit_code == 0
    assert result.stdout == f"{tmp_path / 'final'}: 1 chosen pictures\n"
    picture = (out / "aunt_s2.jpg").read_bytes()
    assert contents(tmp_path / "final") == {"aunt.jpg": picture}

    (tmp_path / "final" / "aunt.jpg").write_bytes(b"mine")
    assert run(*words).exit_code == 2
    assert contents(tmp_path / "final") == {"aunt.jpg": b"mine"}
    assert run(*words, "--overwrite").exit_code == 0
    assert contents(tmp_path / "final") == {"aunt.jpg": picture}


def test_files_that_are_no_choices_are_refused(run, tmp_path):
    """With exit code 2 and the name of the file."""
    (tmp_path / "choices.json").write_text("[]")
    out = make_album(tmp_path)
    result = run("apply-choices", tmp_path / "choices.json", out, tmp_path / "final")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {tmp_path / 'choices.json'}: is not a")
