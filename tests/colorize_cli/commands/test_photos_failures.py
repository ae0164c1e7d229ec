"""`colorize SRC... -o DIR` when something is wrong: with a photo, or with the run."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from colorize_cli.cli import main
from tests.full_disk import full_disk
from tests.pictures import colours, image, saved
from tests.runs import contents, errors


def animation(format: str) -> bytes:
    """Two frames."""
    second = Image.fromarray(colours(seed=1))
    return saved(image(), format, save_all=True, append_images=[second])


def flat(height: int, width: int) -> bytes:
    """A grey PNG of that size."""
    return saved(Image.fromarray(np.full((height, width, 3), 99, np.uint8)), "PNG")


BROKEN = {
    "truncated.jpg": (saved(image(), "JPEG")[:-200], "is truncated"),
    "text.jpg": (b"Dear diary,\n", "is not an image"),
    "nothing.png": (b"", "is empty (0 bytes)"),
    "print.jpg": (saved(image("CMYK"), "JPEG"), "CMYK without an ICC profile"),
    "moving.webp": (animation("WEBP"), "animation of 2 pictures"),
    "moving.png": (animation("PNG"), "animation of 2 pictures"),
}
ODD = {"pixel.png": (1, 1), "hair.png": (3, 20000), "thread.png": (9000, 2)}


class TestPhotos:
    """A photo that cannot be done is one line, and the rest is complete."""

    def test_awkward_photos(self, colorize, photo_folder, tmp_path, loaded):
        """Each broken one is told with its reason; odd sizes are done."""
        for name, (data, _) in BROKEN.items():
            (photo_folder / name).write_bytes(data)
        for name, size in ODD.items():
            (photo_folder / name).write_bytes(flat(*size))
        result = colorize(photo_folder)
        assert result.exit_code == 3
        told = dict(line.split(": ", 1) for line in errors(result))
        assert len(told) == len(errors(result)) == len(BROKEN)
        for name, (_, reason) in BROKEN.items():
            assert reason in told[f"failed {photo_folder / name}"]
        out = tmp_path / "out"
        good = {"a.jpg", "b.png", "tall.jpg", "album/c.jpg"}
        assert set(contents(out)) == good | set(ODD)
        for name, size in ODD.items():
            assert cv2.imread(str(out / name)).shape[:2] == size
        assert f"failed   {len(BROKEN)} photos" in result.stdout

    def test_a_disk_that_fills_up(self, colorize, photo_folder, tmp_path, loaded):
        """Told for the photo that it hit, with the file that is missing."""
        with full_disk("b.png"):
            result = colorize(photo_folder)
        assert result.exit_code == 3
        target = tmp_path / "out" / "b.png"
        assert errors(result) == [
            f"failed {photo_folder / 'b.png'}: {target}: is not written: "
            "the disk is full"
        ]

    def test_verbose_shows_where_it_failed(self, colorize, photo_folder, loaded):
        """A traceback after the line, and a line for every other photo."""
        (photo_folder / "text.jpg").write_bytes(b"Dear diary,\n")
        lines = errors(colorize(photo_folder, "-v"))
        place = lines.index("Traceback (most recent call last):")
        assert lines[place - 1].startswith(f"failed {photo_folder / 'text.jpg'}: ")
        assert f"done {photo_folder / 'a.jpg'}" in lines

    def test_a_backend_that_gives_up(self, colorize, photo_folder, tmp_path, loaded):
        """Every photo is told; the results that are there stay."""
        steps = []

        def before_step(x):
            steps.append(x)
            if len(steps) > 3:
                raise RuntimeError("the GPU has fallen off the bus")

        loaded.use(before_step)
        result = colorize(photo_folder, "--batch-size", 1)
        assert result.exit_code == 3
        assert len(errors(result)) == 3
        assert all("fallen off the bus" in line for line in errors(result))
        assert set(contents(tmp_path / "out")) == {"a.jpg"}


class TestRefusals:
    """A run that cannot be done is one line, before any work."""

    @staticmethod
    def refused(result, code: int) -> str:
        """The line, once it is sure that there is no other."""
        assert result.exit_code == code, result.stderr
        assert result.stdout == ""
        (line,) = result.stderr.splitlines()
        return line

    def test_in_place(self, colorize, photo_folder, loaded):
        """The folder of photos is no folder for results."""
        before = contents(photo_folder)
        line = self.refused(colorize(photo_folder, out=photo_folder), 2)
        assert "results are never written over sources" in line
        assert contents(photo_folder) == before
        assert loaded.calls == []

    def test_two_photos_with_one_target(self, colorize, photo_folder, tmp_path, loaded):
        """Nothing is written for either."""
        (photo_folder / "b.jpg").write_bytes((photo_folder / "a.jpg").read_bytes())
        line = self.refused(colorize(photo_folder, "--format", "png"), 2)
        for name in ("b.jpg", "b.png"):
            assert str(photo_folder / name) in line
        assert not (tmp_path / "out").exists()
        assert loaded.calls == []

    def test_no_such_gpu(self, colorize, photo_folder, tmp_path, tiny_model_path):
        """Never a silent run on the CPU; it says what is missing."""
        result = colorize(
            photo_folder, "--model", tiny_model_path, "--device", "cuda:99"
        )
        line = self.refused(result, 1)
        assert line.startswith(
            f"Error: {tiny_model_path}: cannot run on cuda:99 with PyTorch: "
        )
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("length", [0, 3, 5000, -1])
    def test_a_broken_model(
        self, colorize, photo_folder, tmp_path, tiny_model_path, length
    ):
        """Cut off anywhere, it is found before the folder of results is made."""
        tiny_model_path.write_bytes(tiny_model_path.read_bytes()[:length])
        result = colorize(photo_folder, "--model", tiny_model_path)
        assert str(tiny_model_path) in self.refused(result, 1)
        assert not (tmp_path / "out").exists()

    def test_a_model_that_is_not_there(self, colorize, photo_folder, tmp_path):
        """By its name."""
        result = colorize(photo_folder, "--model", tmp_path / "no.safetensors")
        assert self.refused(result, 1) == (
            f"Error: {tmp_path / 'no.safetensors'}: no such file"
        )

    @pytest.mark.parametrize(
        ("size", "multiple", "cure"), [(50, 4, "use 48 or 52"), (17, 32, "use 32")]
    )
    def test_a_size_that_the_model_cannot_work_at(
        self, colorize, photo_folder, tmp_path, loaded, size, multiple, cure
    ):
        """It would be rounded in silence otherwise."""
        header = loaded.model.header
        config = replace(header.config, patch=multiple // 2)
        header = replace(header, config=config)
        loaded.model = replace(loaded.model, header=header)
        line = self.refused(colorize(photo_folder, "--size", size), 2)
        assert line == (
            f"Error: --size {size}: this model works at multiples of {multiple} "
            f"pixels; {cure}"
        )
        assert not (tmp_path / "out").exists()

    def test_a_folder_that_cannot_be_made(
        self, colorize, photo_folder, tmp_path, loaded
    ):
        """Before the network is set to work for nothing."""
        steps = []
        loaded.use(steps.append)
        (tmp_path / "file").touch()
        out = tmp_path / "file" / "out"
        line = self.refused(colorize(photo_folder, "-q", out=out), 2)
        assert line == (
            f"Error: {out}: cannot be made (Not a directory); "
            "choose another folder with -o"
        )
        assert steps == []

    @pytest.mark.parametrize(
        "options",
        [
            ["--samples", 0],
            ["--steps", 0],
            ["--seed", -1],
            ["--size", 8],
            ["--sampler", "euler"],
            ["--backend", "tpu"],
            ["--batch-size", 0],
            ["--batch-size", "many"],
            ["--jobs", 0],
            ["--format", "gif"],
            ["--quality", 101],
        ],
        ids=lambda options: "=".join(map(str, options)),
    )
    def test_a_value_out_of_range(self, colorize, photo_folder, options):
        """Wrong usage, told with the option's name."""
        result = colorize(photo_folder, *options)
        assert result.exit_code == 2
        assert f"'{options[0]}'" in result.stderr

    def test_a_source_that_is_not_there(self, colorize, photo_folder, tmp_path):
        """Wrong usage: a slip of the pen is found before hours of work."""
        result = colorize(photo_folder, tmp_path / "typo.jpg")
        assert result.exit_code == 2
        assert "typo.jpg' does not exist" in result.stderr

    def test_without_an_output_folder(self, cli, photo_folder):
        """It has to be named."""
        result = cli.invoke(main, [str(photo_folder)])
        assert result.exit_code == 2
        assert "Missing option '-o' / '--output'" in result.stderr
