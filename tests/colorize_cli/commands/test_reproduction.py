"""`colorize inspect RESULT` prints a command that makes the very same file again."""

import shlex
import zipfile
from pathlib import Path

import fsspec
import pytest

from colorize_cli import codec, model
from colorize_cli.batch.tagging import SOURCE_TYPE, Tag, source_type
from colorize_cli.cli import main
from colorize_cli.ledger import read_ledger
from tests.pictures import colours, image, saved, tiff_pages
from tests.runs import contents


@pytest.fixture
def inspected(cli, monkeypatch, tmp_path):
    """Runs `colorize inspect FILE`; gives its lines, the last two apart."""
    monkeypatch.setattr(model, "EMBEDDED_MODEL", tmp_path / "none.safetensors")

    def run(file):
        result = cli.invoke(main, ["inspect", str(file)])
        assert result.exit_code == 0, result.stderr
        *lines, place, command = result.stdout.splitlines()
        return lines, place.removeprefix("makes it again, as "), command

    return run


def made_again(cli, inspected, result: Path, tmp_path, monkeypatch) -> bytes:
    """What the command writes that is printed for a result."""
    monkeypatch.chdir(tmp_path)
    _, place, command = inspected(result)
    program, *arguments = shlex.split(command)
    assert program == "colorize"
    run = cli.invoke(main, arguments)
    assert run.exit_code == 0, run.stderr
    return Path(place).read_bytes()


OPTIONS = {
    "plain": [],
    "samples": ["--samples", 3],
    "taste": ["--saturation", 1.3, "--temperature", -4, "--steps", 2, "--size", 48],
    "seed": ["--seed", 5, "--sampler", "ddim", "--quality", 70],
    "medoid": ["--samples", 3, "--pick", "medoid"],
    "mean": ["--samples", 2, "--pick", "mean", "--sheet", "--spread"],
    "avif": ["--format", "avif", "--samples", 2],
    "tiff": ["--format", "tiff"],
    "bmp": ["--format", "bmp"],
    "ppm": ["--format", "ppm"],
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_the_command_makes_the_same_file(
    cli, inspected, colorize, photo_folder, tmp_path, loaded, monkeypatch, options
):
    """Byte for byte, every picture of the run; the ledger knows where the photo is."""
    source = photo_folder / "tall.jpg"
    assert colorize(source, *options).exit_code == 0
    results = contents(tmp_path / "out")
    assert results
    for name, data in results.items():
        result = tmp_path / "out" / name
        again = made_again(cli, inspected, result, tmp_path, monkeypatch)
        assert again == data, name
        for path in (tmp_path / "again").iterdir():
            path.unlink()


def test_without_a_ledger_the_photo_is_left_open(
    inspected, colorize, photo_folder, tmp_path, loaded
):
    """A result that was sent to somebody; the rest of the command is the same."""
    assert colorize(photo_folder / "tall.jpg", "--samples", 2).exit_code == 0
    moved = (tmp_path / "out" / "tall_s2.jpg").rename(tmp_path / "mail.jpg")
    lines, place, command = inspected(moved)
    assert command.startswith("colorize PHOTO -o again --seed 0 --samples 2 ")
    assert place == "again/PHOTO_s2.jpg"
    assert "compositeWithTrainedAlgorithmicMedia" in "".join(lines)


def test_another_photo_in_its_place_is_not_taken_for_it(
    inspected, colorize, photo_folder, tmp_path, loaded
):
    """A result under a name that the ledger knows of another one."""
    assert colorize(photo_folder).exit_code == 0
    out = tmp_path / "out"
    (out / "tall.jpg").replace(out / "a.jpg")
    assert inspected(out / "a.jpg")[2].startswith("colorize PHOTO ")


def test_colours_that_were_replaced_are_replaced_again(
    cli, inspected, colorize, tmp_path, loaded, monkeypatch
):
    """The command says so, or it would leave the photo out."""
    source = tmp_path / "bright.png"
    source.write_bytes(saved(image(), "PNG"))
    assert colorize(source, "--on-color", "recolor").exit_code == 0
    result = tmp_path / "out" / "bright.png"
    assert "--on-color recolor" in inspected(result)[2]
    again = made_again(cli, inspected, result, tmp_path, monkeypatch)
    assert again == result.read_bytes()


def test_pages_are_made_again(cli, inspected, colorize, tmp_path, loaded, monkeypatch):
    """All of them, with one command."""
    source = tmp_path / "book.tif"
    grey = colours()[..., [1, 1, 1]]
    source.write_bytes(tiff_pages([grey, grey[::-1].copy()], [0, 0]))
    assert colorize(source).exit_code == 0
    result = tmp_path / "out" / "book.tif"
    assert any("2, of which 2 have a tag" in line for line in inspected(result)[0])
    again = made_again(cli, inspected, result, tmp_path, monkeypatch)
    assert again == result.read_bytes()


def test_pages_with_medoids_of_their_own_are_made_again(
    cli, inspected, colorize, tmp_path, loaded, monkeypatch
):
    """No single sample makes them, so the command has the pick of the run."""
    source = tmp_path / "book.tif"
    pages = [colours(seed=seed)[..., [1, 1, 1]] for seed in range(4)]
    source.write_bytes(tiff_pages(pages, [0] * 4))
    assert colorize(source, "--samples", 3, "--pick", "medoid").exit_code == 0
    result = tmp_path / "out" / "book.tif"
    surveys = codec.read_document(result.read_bytes(), result).surveys
    tags = [Tag.read(survey.metadata.xmp) for survey in surveys]
    assert len({tag.sample for tag in tags}) > 1
    assert "--samples 3 --pick medoid" in inspected(result)[2]
    again = made_again(cli, inspected, result, tmp_path, monkeypatch)
    assert again == result.read_bytes()


def test_a_page_in_colour_behind_grey_ones_is_recoloured_again(
    cli, inspected, colorize, tmp_path, loaded, monkeypatch
):
    """Every page has its say in the command."""
    source = tmp_path / "book.tif"
    bright = colours()
    source.write_bytes(tiff_pages([bright[..., [1, 1, 1]], bright], [0, 0]))
    assert colorize(source, "--on-color", "recolor").exit_code == 0
    result = tmp_path / "out" / "book.tif"
    again = made_again(cli, inspected, result, tmp_path, monkeypatch)
    assert again == result.read_bytes()


@pytest.mark.parametrize("member", ["one.jpg", "box [1]/a b*.jpg"])
def test_a_photo_in_an_archive_is_made_again(
    cli, inspected, colorize, photo_folder, tmp_path, loaded, monkeypatch, member
):
    """The archive is named, and a pattern that fits that one photo."""
    photos = tmp_path / "photos.tar.zip"
    with zipfile.ZipFile(photos, "w") as archive:
        archive.write(photo_folder / "tall.jpg", member)
        archive.write(photo_folder / "a.jpg", "box 1/a b2.jpg")
    options = ["--batch-size", 1, "--samples", 2]
    assert colorize(photos, *options).exit_code == 0
    result = (tmp_path / "out/photos.tar" / member).with_suffix(".jpg")
    result = result.with_stem(f"{result.stem}_s2")
    again = made_again(cli, inspected, result, tmp_path, monkeypatch)
    assert again == result.read_bytes()
    assert len(contents(tmp_path / "again")) == 2


def test_a_photo_behind_a_url_is_made_again(
    cli, inspected, colorize, photo_folder, tmp_path, loaded, monkeypatch
):
    """Its address is no path, and stays as it is."""
    store = fsspec.filesystem("memory")
    store.pipe("/scans/old aunt.jpg", (photo_folder / "a.jpg").read_bytes())
    assert colorize("memory://scans").exit_code == 0
    result = tmp_path / "out" / "old aunt.jpg"
    again = made_again(cli, inspected, result, tmp_path, monkeypatch)
    store.rm("/scans", recursive=True)
    assert again == result.read_bytes()


def test_a_photo_from_a_pipe_is_left_open(
    cli, inspected, photo_folder, tmp_path, loaded
):
    """Nobody can say where it was; the ledger says that it came from stdin."""
    data = (photo_folder / "a.jpg").read_bytes()
    out = tmp_path / "out"
    assert cli.invoke(main, ["-", "-o", str(out)], input=data).exit_code == 0
    assert read_ledger(out / "colorize.jsonl")["stdin.jpg"].origin == "stdin"
    _, place, command = inspected(out / "stdin.jpg")
    assert command.startswith("colorize PHOTO -o again ")
    assert place == "again/PHOTO.jpg"


def test_no_tag_leaves_no_trace(cli, colorize, photo_folder, tmp_path, loaded):
    """`--no-tag`: no XMP at all where there was none, and inspect says so."""
    assert colorize(photo_folder / "a.jpg", "--no-tag").exit_code == 0
    result = tmp_path / "out" / "a.jpg"
    assert codec.decode(result.read_bytes(), result).metadata.xmp is None
    inspection = cli.invoke(main, ["inspect", str(result)])
    assert inspection.exit_code == 0
    assert "carries no tag of this program" in inspection.stderr


def test_every_format_says_what_it_is(colorize, photo_folder, tmp_path, loaded):
    """The source type is in each, also in those without a place for XMP."""
    for format in ("jpg", "png", "webp", "tiff", "avif", "jp2", "bmp", "ppm"):
        out = tmp_path / format
        run = colorize(photo_folder / "a.jpg", "--format", format, out=out)
        assert run.exit_code == 0
        (data,) = contents(out).values()
        metadata = codec.read_document(data, format).metadata
        assert source_type(metadata.xmp) == SOURCE_TYPE, format
        assert SOURCE_TYPE.encode() in data
