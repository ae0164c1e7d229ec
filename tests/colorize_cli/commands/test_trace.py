"""`colorize trace PHOTO -o FILE`."""

import io

import numpy as np
import pytest
from PIL import Image

from colorize_cli.cli import main


@pytest.fixture
def trace(cli, photo_folder):
    """Runs `colorize trace tall.jpg ARGUMENTS`."""

    def run(*arguments):
        photo = photo_folder / "tall.jpg"
        return cli.invoke(main, ["trace", str(photo), *map(str, arguments)])

    return run


def opened(path) -> Image.Image:
    """The picture, by its content and not by its name."""
    return Image.open(io.BytesIO(path.read_bytes()))


@pytest.mark.parametrize("format", ["gif", "webp"])
def test_an_animation_has_a_frame_for_every_step(trace, tmp_path, loaded, format):
    """And one for the result; the fake model has three steps."""
    target = tmp_path / f"trace.{format.upper()}"
    result = trace("-o", target)
    assert result.exit_code == 0, result.stderr
    assert f"{target}: 3 steps" in result.stdout
    picture = opened(target)
    assert picture.format == format.upper()
    assert picture.n_frames == 4


def test_a_name_that_is_no_text_can_be_written(trace, tmp_path, loaded):
    """And is told, where stdout is strict about letters."""
    result = trace("-o", tmp_path / "caf\udce9.png")
    assert result.exit_code == 0, result.exception
    assert "caf\\xe9.png: 3 steps" in result.stdout


def test_a_page_shows_all_steps(trace, tmp_path, loaded):
    """In a PNG that grows with them."""
    sizes = []
    for steps in (2, 12):
        target = tmp_path / f"{steps}.png"
        assert trace("-o", target, "--steps", steps).exit_code == 0
        sizes.append(np.prod(opened(target).size))
    assert sizes[1] > 2 * sizes[0]


@pytest.mark.parametrize(
    "options", [["--sample", 2], ["--seed", 1], ["--sampler", "ddim"], ["--size", 48]]
)
def test_options_decide_the_colours(trace, tmp_path, loaded, options):
    """Each makes another picture, and the same one twice."""
    plain, other, again = (tmp_path / f"{name}.png" for name in "abc")
    trace("-o", plain)
    trace("-o", other, *options)
    trace("-o", again, *options)
    assert other.read_bytes() == again.read_bytes()
    assert other.read_bytes() != plain.read_bytes()


class TestRefusals:
    """Nothing is loaded and nothing is lost."""

    def test_a_name_must_say_what_to_make(self, trace, tmp_path, loaded):
        """Three endings are known."""
        result = trace("-o", tmp_path / "trace.mp4")
        assert result.exit_code == 2
        assert "the name ends in .gif, .webp, .png" in result.stderr
        assert loaded.calls == []

    def test_a_file_is_replaced_only_if_asked_for(self, trace, tmp_path, loaded):
        """Then it is."""
        target = tmp_path / "trace.png"
        target.write_text("mine")
        result = trace("-o", target)
        assert result.exit_code == 2
        assert "is already there; --overwrite replaces it" in result.stderr
        assert target.read_text() == "mine"
        assert trace("-o", target, "--overwrite").exit_code == 0
        assert opened(target).format == "PNG"

    def test_the_photo_itself_is_never_replaced(self, cli, photo_folder, loaded):
        """Not even if asked for."""
        photo = photo_folder / "b.png"
        before = photo.read_bytes()
        arguments = ["trace", str(photo), "-o", str(photo), "--overwrite"]
        result = cli.invoke(main, arguments)
        assert result.exit_code == 2
        assert "is the photo itself" in result.stderr
        assert photo.read_bytes() == before

    def test_a_file_that_cannot_be_written(self, trace, tmp_path, loaded):
        """One line, of a name that no disk holds as of any other."""
        result = trace("-o", tmp_path / f"{'long' * 99}.webp")
        assert result.exit_code == 1
        assert "its name is too long" in result.stderr

    def test_a_file_that_is_no_photo(self, cli, tmp_path, loaded):
        """One line that names it."""
        source = tmp_path / "notes.jpg"
        source.write_text("dear diary")
        target = tmp_path / "trace.png"
        result = cli.invoke(main, ["trace", str(source), "-o", str(target)])
        assert result.exit_code == 1
        assert result.stderr.startswith(f"Error: {source}: ")
        assert not target.exists()
