"""Photos that are in colour already, and toned ones that are not."""

import numpy as np
import pytest

from colorize_cli import codec
from colorize_cli.cli import main
from colorize_cli.imaging.color import lab_to_rgb, rgb_to_lab
from colorize_cli.imaging.photo import Photo
from tests.pictures import colours, image, saved, tiff_opened, tiff_pages
from tests.runs import contents


@pytest.fixture
def mixed(photo_folder):
    """The grey photos, one in sepia, and one in colour, as bright.jpg."""
    lab = rgb_to_lab(colours())
    lab[..., 1:] = (5, 20)
    sepia = codec.encode(Photo(rgb=lab_to_rgb(lab, np.uint8)), "jpg")
    (photo_folder / "sepia.jpg").write_bytes(sepia)
    (photo_folder / "bright.jpg").write_bytes(saved(image(), "JPEG", quality=95))
    return photo_folder


def test_they_are_left_out_and_counted(colorize, mixed, tmp_path, loaded):
    """By default; it is no failure, and what is toned is colorized."""
    result = colorize(mixed)
    assert result.exit_code == 0
    written = set(contents(tmp_path / "out"))
    assert written == {"a.jpg", "b.png", "tall.jpg", "album/c.jpg", "sepia.jpg"}
    assert "skipped  1 photo, in colour already (--on-color)" in result.stdout
    assert "failed   0 photos" in result.stdout


def test_they_are_copied_to_the_byte(colorize, mixed, tmp_path, loaded):
    """`--on-color copy` gives a complete folder; a copy is not made by a model."""
    result = colorize(mixed, "--on-color", "copy", "--samples", 2, "--sheet")
    assert result.exit_code == 0
    out = tmp_path / "out"
    assert (out / "bright.jpg").read_bytes() == (mixed / "bright.jpg").read_bytes()
    assert not (out / "bright_s2.jpg").exists()
    assert not (out / "bright_sheet.jpg").exists()
    assert "copied   1 photo in colour" in result.stdout


def test_a_copy_takes_the_format_that_is_asked_for(colorize, mixed, tmp_path, loaded):
    """Its pixels stay, and it carries no tag."""
    result = colorize(mixed, "--on-color", "copy", "--format", "png")
    assert result.exit_code == 0
    copied = codec.decode((tmp_path / "out" / "bright.png").read_bytes(), "copy")
    source = codec.decode((mixed / "bright.jpg").read_bytes(), "source")
    np.testing.assert_array_equal(copied.rgb, source.rgb)
    assert copied.metadata.xmp is None


def test_they_get_other_colours(colorize, mixed, tmp_path, loaded):
    """`--on-color recolor` takes their luminance for what it is."""
    assert colorize(mixed, "--on-color", "recolor").exit_code == 0
    before = codec.decode((mixed / "bright.jpg").read_bytes(), "before")
    after = codec.decode((tmp_path / "out" / "bright.jpg").read_bytes(), "after")
    labs = rgb_to_lab(before.rgb), rgb_to_lab(after.rgb)
    assert np.abs(labs[0] - labs[1])[..., 1:].mean() > 5


def test_a_pipe_always_gets_a_picture(cli, mixed, loaded):
    """An empty stream would be worse than a photo as it is."""
    data = (mixed / "bright.jpg").read_bytes()
    result = cli.invoke(main, ["-"], input=data)
    assert (result.exit_code, result.stdout_bytes) == (0, data)


@pytest.mark.parametrize("choice", ["skip", "copy", "recolor"])
def test_the_next_run_has_nothing_to_do(colorize, mixed, loaded, monkeypatch, choice):
    """The ledger knows them, so they are not even decoded."""
    options = ["--on-color", choice, "--samples", 2]
    assert colorize(mixed, *options).exit_code == 0
    monkeypatch.setattr(codec, "read_document", lambda *a, **k: pytest.fail("decoded"))
    again = colorize(mixed, *options)
    assert again.exit_code == 0
    assert "done     0 photos" in again.stdout


def test_another_choice_concerns_them_alone(colorize, mixed, tmp_path, loaded):
    """Thousands of grey photos are not done again for a few in colour."""
    assert colorize(mixed).exit_code == 0
    copied = colorize(mixed, "--on-color", "copy")
    assert "done     1 photo, 1 picture" in copied.stdout
    recolored = colorize(mixed, "--on-color", "recolor")
    assert "done     1 photo, 1 picture" in recolored.stdout
    out = tmp_path / "out" / "bright.jpg"
    assert out.read_bytes() != (mixed / "bright.jpg").read_bytes()


def test_what_was_recoloured_can_be_copied_later(colorize, mixed, out, loaded):
    """The copy takes the place of the picture, which this program has made."""
    assert colorize(mixed, "--on-color", "recolor").exit_code == 0
    grey = contents(out)
    copied = colorize(mixed, "--on-color", "copy")
    assert "done     1 photo, 1 picture" in copied.stdout
    bright = (mixed / "bright.jpg").read_bytes()
    assert contents(out) == grey | {"bright.jpg": bright}


def test_what_was_recoloured_stays_if_it_is_skipped_later(colorize, mixed, out, loaded):
    """No file is removed, and every run says why nothing is done."""
    assert colorize(mixed, "--on-color", "recolor").exit_code == 0
    made = contents(out)
    for _ in range(2):
        skipped = colorize(mixed)
        assert "done     0 photos" in skipped.stdout
        assert "5 already there; 1 in colour" in skipped.stdout
    assert contents(out) == made
    assert "1 photo, 1 picture" in colorize(mixed, "--on-color", "recolor").stdout
    assert contents(out) == made


def test_a_failure_in_between_forgets_nothing(colorize, mixed, out, loaded):
    """A disk that was away does not make a recoloured photo anew, nor a copy of it."""
    bright, away = mixed / "bright.jpg", mixed.parent / "away.jpg"
    colorize(mixed, "--on-color", "recolor")
    bright.rename(away)
    bright.write_bytes(b"not a photo")
    assert colorize(mixed, "--on-color", "recolor").exit_code == 3
    away.replace(bright)
    again = colorize(mixed, "--on-color", "recolor")
    assert "done     0 photos" in again.stdout
    assert "1 photo, 1 picture" in colorize(mixed, "--on-color", "copy").stdout
    assert (out / "bright.jpg").read_bytes() == bright.read_bytes()


def test_a_ledger_of_an_earlier_version(colorize, mixed, out, loaded):
    """It does not know what was in colour, so what is done is done."""
    colorize(mixed, "--on-color", "recolor")
    ledger = out / "colorize.jsonl"
    text = ledger.read_text()
    assert '"on_color":"recolor"' in text
    ledger.write_text(text.replace('"on_color":"recolor",', ""))
    assert "6 photos, already there" in colorize(mixed, "--on-color", "copy").stdout


def test_pages_in_colour_follow_another_choice(colorize, tmp_path, out, loaded):
    """Of a document whose other pages are grey; skip and copy keep them alike."""
    source = tmp_path / "album.tif"
    source.write_bytes(tiff_pages([colours()[..., [1, 1, 1]], colours(seed=5)], [0, 0]))
    colorize(source)
    kept = contents(out)
    assert "already there" in colorize(source, "--on-color", "copy").stdout
    assert "1 picture" in colorize(source, "--on-color", "recolor").stdout
    assert contents(out) != kept
    assert "1 picture" in colorize(source, "--on-color", "copy").stdout
    assert contents(out) == kept


@pytest.mark.parametrize("choice", ["skip", "copy"])
def test_pages_in_colour_stay_among_the_others(colorize, tmp_path, loaded, choice):
    """A scanned album of both kinds: only the grey page gets colours."""
    grey, bright = colours()[..., [1, 1, 1]], colours(seed=5)
    source = tmp_path / "album.tif"
    source.write_bytes(tiff_pages([bright, grey], [0, 0]))
    assert colorize(source, "--on-color", choice).exit_code == 0
    data = (tmp_path / "out" / "album.tif").read_bytes()
    first, second = codec.read_document(data, "album").surveys
    np.testing.assert_array_equal(tiff_opened(data)[0], bright)
    assert first.metadata.xmp is None
    assert second.metadata.xmp is not None
    assert np.ptp(second.read_pixels().astype(int), axis=2).max() > 5
