"""`colorize SRC... -o DIR`, from the command line to the files on the disk."""

import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from colorize_cli import codec
from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.imaging.photo import Metadata, Photo
from tests.pictures import (
    colours,
    colours_16,
    exif_block,
    icc_profile,
    image,
    opened,
    saved,
    tiff,
    xmp_packet,
)
from tests.runs import contents, errors

ROOT = Path(__file__).parents[3]
# The pictures of these tests have colours, by which mistakes are seen.
RECOLOR = ("--on-color", "recolor")


class TestRun:
    """What a run makes."""

    def test_the_tree_is_mirrored(self, colorize, photo_folder, tmp_path, loaded):
        """Samples beside each other, in each photo's own format and size."""
        result = colorize(photo_folder, "--samples", 2)
        assert result.exit_code == 0, result.stderr
        made = contents(tmp_path / "out")
        names = ["a.jpg", "b.png", "tall.jpg", "album/c.jpg"]
        second = ["a_s2.jpg", "b_s2.png", "tall_s2.jpg", "album/c_s2.jpg"]
        assert sorted(made) == sorted(names + second)
        for name in names:
            before = cv2.imread(str(photo_folder / name))
            after = cv2.imread(str(tmp_path / "out" / name))
            assert before.shape == after.shape
        assert "4 photos, 8 pictures" in result.stdout

    def test_luminance_is_the_photos(self, colorize, photo_folder, tmp_path, loaded):
        """Within 1 L on average where no colour had to be clipped; it has colours."""
        colorize(photo_folder, "--format", "png")
        for name in ("a", "b", "tall"):
            source = next(photo_folder.glob(f"{name}.*"))
            before = codec.decode(source.read_bytes(), source)
            target = tmp_path / "out" / f"{name}.png"
            after = codec.decode(target.read_bytes(), target)
            clipped = np.isin(after.rgb, (0, 255)).any(axis=2)
            labs = rgb_to_lab(before.rgb), rgb_to_lab(after.rgb)
            change = np.abs(labs[1] - labs[0])[..., 0]
            assert change[~clipped].mean() <= 1.0
            assert np.abs(labs[1][..., 1:]).mean() > 2

    @pytest.mark.parametrize("format", ["jpg", "png", "webp"])
    def test_metadata_are_kept(self, colorize, tmp_path, loaded, format):
        """EXIF, ICC and XMP of a photo are those of its result, if it has no tag."""
        blocks = Metadata(
            exif=exif_block(1, "Grandfather"), icc=icc_profile(), xmp=xmp_packet()
        )
        source = tmp_path / f"photo.{format}"
        source.write_bytes(codec.encode(Photo(rgb=colours(), metadata=blocks), format))
        assert colorize(source, "--no-tag", *RECOLOR).exit_code == 0
        target = tmp_path / "out" / source.name
        kept = codec.decode(target.read_bytes(), target).metadata
        assert kept == codec.decode(source.read_bytes(), source).metadata
        assert b"Grandfather" in kept.exif
        assert (kept.icc, kept.xmp) == (blocks.icc, blocks.xmp)

    def test_a_photo_is_turned_once(self, colorize, tmp_path, loaded):
        """Pixels upright, and EXIF that says so."""
        source = tmp_path / "lying.jpg"
        exif = b"Exif\0\0" + exif_block(6, "Grandfather")
        source.write_bytes(saved(image(), "JPEG", exif=exif))
        assert colorize(source, *RECOLOR).exit_code == 0
        result = opened((tmp_path / "out" / "lying.jpg").read_bytes())
        assert result.size == image().size[::-1]
        assert result.getexif()[0x0112] == 1

    def test_depth_and_alpha_are_kept(self, colorize, tmp_path, loaded):
        """16 bits stay 16 bits, and what is transparent stays so."""
        (tmp_path / "deep.tif").write_bytes(tiff(colours_16(), photometric="rgb"))
        (tmp_path / "clear.png").write_bytes(saved(image("RGBA"), "PNG"))
        sources = [tmp_path / "deep.tif", tmp_path / "clear.png"]
        assert colorize(*sources, *RECOLOR).exit_code == 0
        deep, clear = (
            codec.decode((tmp_path / "out" / source.name).read_bytes(), source)
            for source in sources
        )
        assert deep.rgb.dtype == np.uint16
        assert len(np.unique(deep.rgb)) > 256
        original = codec.decode(sources[1].read_bytes(), sources[1])
        assert np.array_equal(clear.alpha, original.alpha)

    def test_options_reach_the_run(self, colorize, photo_folder, tmp_path, loaded):
        """Model, backend and device; steps, size and batch size; seed and quality."""
        shapes = []
        loaded.use(lambda x: shapes.append(x.shape))
        source = photo_folder / "album/c.jpg"
        options = ["--model", "m.onnx", "--backend", "onnx", "--device", "cpu"]
        options += ["--samples", 3, "--batch-size", 2, "--steps", 1, "--size", 48]
        assert colorize(source, *options).exit_code == 0
        assert loaded.calls == [(Path("m.onnx"), "onnx", "cpu")]
        assert shapes == [(2, 3, 48, 48), (1, 3, 48, 48)]
        made = contents(tmp_path / "out")
        for option in (["--seed", 1], ["--quality", 50], ["--sampler", "ddim"]):
            colorize(source, "--overwrite", "--samples", 3, *option)
            assert contents(tmp_path / "out") != made

    def test_auto_says_what_it_chose(self, colorize, photo_folder, loaded):
        """Model, backend, device and batch size, on stderr."""
        result = colorize(photo_folder)
        assert loaded.calls == [(None, "auto", "auto")]
        assert result.stderr == (
            "fake.safetensors: backend fake, device cpu, batches of 4\n"
        )

    def test_quiet_says_nothing(self, colorize, photo_folder, loaded):
        """If nothing fails."""
        result = colorize(photo_folder, "-q")
        assert (result.stdout, result.stderr) == ("", "")

    def test_results_may_lie_inside_the_source(
        self, colorize, photo_folder, tmp_path, loaded
    ):
        """They are not taken for photos by the next run."""
        out = photo_folder / "coloured"
        assert colorize(photo_folder, out=out).exit_code == 0
        made = contents(out)
        again = colorize(photo_folder, out=out)
        assert "4 photos, already there" in again.stdout
        assert contents(out) == made
        assert len(made) == 4


class TestDryRun:
    """`--dry-run`."""

    @pytest.mark.parametrize("options", [[], ["--overwrite"], ["--format", "webp"]])
    def test_it_predicts_exactly_what_is_written(
        self, colorize, photo_folder, tmp_path, loaded, options
    ):
        """Picture by picture, without loading a model or writing anything."""
        out = tmp_path / "out"
        colorize(photo_folder / "a.jpg", "--samples", 2)
        (photo_folder / "note.jpg").write_text("not a picture, and nobody looks")
        before = contents(out)
        loaded.calls.clear()
        dry = colorize(photo_folder, "--samples", 3, "--dry-run", *options)
        assert dry.exit_code == 0
        assert loaded.calls == []
        assert contents(out) == before
        (photo_folder / "note.jpg").unlink()
        promised = {
            Path(line.split(" -> ")[1]).relative_to(out).as_posix()
            for line in dry.stdout.splitlines()
            if line.startswith("make ") and "note" not in line
        }
        verbose = colorize(photo_folder, "--samples", 3, *options)
        assert verbose.exit_code == 0
        after = contents(out)
        new = set(after) - set(before)
        assert promised == (set(after) if "--overwrite" in options else new)

    def test_it_makes_no_folder(self, colorize, photo_folder, tmp_path):
        """Not even an empty one; what is unreadable is told already."""
        (photo_folder / "dead.jpg").symlink_to("nowhere")
        result = colorize(photo_folder, "-n")
        assert result.exit_code == 3
        assert not (tmp_path / "out").exists()
        assert errors(result) == [
            f"failed {photo_folder / 'dead.jpg'}: is a link to nothing",
            "4 pictures of 4 photos to make, 0 photos already there, 1 unreadable; "
            "nothing was written",
        ]


class TestInterrupt:
    """Signals while the network is at work."""

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_finished_photos_are_kept(
        self, colorize, photo_folder, tmp_path, loaded, number
    ):
        """Exit code 130, a report, no half-written file; the next run goes on."""
        steps = []

        def before_step(x):
            steps.append(len(x))
            if len(steps) == 3 + 1:
                signal.raise_signal(number)

        loaded.use(before_step)
        result = colorize(photo_folder, "--batch-size", 1)
        assert result.exit_code == 130
        assert errors(result) == [
            "Interrupted; finishing the photos that are being written. "
            "Ctrl-C again stops at once."
        ]
        assert "3 photos; run again for them" in result.stdout
        assert list(contents(tmp_path / "out")) == ["a.jpg"]
        loaded.use(lambda x: None)
        assert "3 photos, 3 pictures" in colorize(photo_folder).stdout


def test_a_whole_process(photo_folder, tmp_path, tiny_model_path):
    """`python -m colorize_cli` on a tiny network: nothing but the report on stdout."""
    arguments = [photo_folder, "-o", tmp_path / "out", "--model", tiny_model_path]
    result = subprocess.run(
        [sys.executable, "-m", "colorize_cli", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert len(contents(tmp_path / "out")) == 4
    assert result.stdout.startswith("done     4 photos, 4 pictures")
    assert result.stderr == (
        f"{tiny_model_path}: backend torch, device cpu, batches of 4\n"
    )
