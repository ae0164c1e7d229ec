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
