"""Running `colorize` again: what is done again, and whose files it never touches."""

from dataclasses import replace

import pytest

from colorize_cli.ledger import content_hash
from tests.full_disk import full_disk
from tests.runs import contents, darkened, errors, later


class TestChanged:
    """What has changed is done again."""

    def test_a_changed_photo(self, colorize, photo_folder, out, ledger, steps):
        """And no other."""
        colorize(photo_folder)
        made = contents(out)
        darkened(photo_folder / "a.jpg")
        assert "1 photo, 1 picture" in colorize(photo_folder).stdout
        changed = {name for name, data in contents(out).items() if made[name] != data}
        assert changed == {"a.jpg"}
        photo = (photo_folder / "a.jpg").read_bytes()
        assert ledger()["a.jpg"].hash == content_hash(photo)

    @pytest.mark.parametrize(
        "options",
        [
            ["--seed", 1],
            ["--steps", 2],
            ["--sampler", "ddim"],
            ["--size", 48],
            ["--saturation", 1.5],
            ["--temperature", 5],
            ["--samples", 3, "--pick", "mean"],
            ["--quality", 50],
        ],
        ids=lambda options: options[-2],
    )
    def test_changed_settings(self, colorize, photo_folder, out, steps, options):
        """The same as if there had been no run before."""
        photo = photo_folder / "a.jpg"
        colorize(photo)
        before = contents(out)
        result = colorize(photo, *options)
        assert "1 photo, 1 picture" in result.stdout
        assert contents(out)["a.jpg"] != before["a.jpg"]
        colorize(photo, *options, out=out.with_name("fresh"))
        assert contents(out) == contents(out.with_name("fresh"))
        assert "1 photo, already there" in colorize(photo, *options).stdout

    def test_another_model(self, colorize, photo_folder, loaded, steps):
        """By its weights, not by its name."""
        colorize(photo_folder)
        loaded.model = replace(loaded.model, weights_hash="other")
        assert "4 photos, 4 pictures" in colorize(photo_folder).stdout
        assert "4 photos, already there" in colorize(photo_folder).stdout

    def test_another_format_and_back(self, colorize, photo_folder, out, steps):
        """Results of another format stay; they are ours when the format comes back."""
        photo = photo_folder / "a.jpg"
        colorize(photo)
        colorize(photo, "--format", "png")
        assert set(contents(out)) == {"a.jpg", "a.png"}
        old = contents(out)["a.jpg"]
        colorize(photo, "--seed", 3)
        assert contents(out)["a.jpg"] != old

    def test_a_dry_run_knows(self, colorize, photo_folder, out, steps):
        """What is to be made again, and what is not, without doing it."""
        colorize(photo_folder)
        darkened(photo_folder / "a.jpg")
        later(photo_folder / "b.png")
        before = contents(out)
        dry = colorize(photo_folder, "-n")
        assert sorted(line.split()[0] for line in dry.stdout.splitlines()) == [
            "make",
            "skip",
            "skip",
            "skip",
        ]
        assert "4 photos to make" in colorize(photo_folder, "-n", "--seed", 1).stderr
        assert contents(out) == before


class TestOtherPeoplesFiles:
    """What no run has made is never replaced, unless that is asked for."""

    def test_a_file_that_was_there_first(self, colorize, photo_folder, out, steps):
        """Whatever else changes."""
        out.mkdir()
        (out / "a.jpg").write_bytes(b"my own work")
        for options in ([], ["--seed", 1], ["--format", "jpg"]):
            assert colorize(photo_folder, *options).exit_code == 0
            assert (out / "a.jpg").read_bytes() == b"my own work"
        colorize(photo_folder, "--overwrite")
        assert (out / "a.jpg").read_bytes() != b"my own work"

    def test_a_result_that_was_retouched(self, colorize, photo_folder, out, steps):
        """It is kept, and that is said."""
        colorize(photo_folder)
        (out / "a.jpg").write_bytes(b"retouched")
        result = colorize(photo_folder, "--seed", 1, "-v")
        assert result.exit_code == 0
        assert (out / "a.jpg").read_bytes() == b"retouched"
        line = (
            f"skipped {photo_folder / 'a.jpg'}: its results have been changed since "
            "they were made; --overwrite replaces them"
        )
        assert line in errors(result)
        assert "3 photos, 3 pictures" in result.stdout
        colorize(photo_folder, "--seed", 1, "--overwrite")
        assert (out / "a.jpg").read_bytes() != b"retouched"

    def test_a_retouched_result_that_was_deleted(
        self, colorize, photo_folder, out, steps
    ):
        """There is nothing to keep any more, so it is made."""
        photo, options = photo_folder / "a.jpg", ["--seed", 1]
        colorize(photo)
        (out / "a.jpg").write_bytes(b"retouched")
        for _ in range(2):
            assert "changed since they were made" in colorize(photo, *options).stdout
        (out / "a.jpg").unlink()
        assert "1 photo, 1 picture" in colorize(photo, *options).stdout
        colorize(photo, *options, out=out.with_name("fresh"))
        assert contents(out) == contents(out.with_name("fresh"))
        assert "1 photo, already there" in colorize(photo, *options).stdout

    def test_the_result_of_another_photo(
        self, colorize, photo_folder, tmp_path, out, steps
    ):
        """Two boxes with a scan1.jpg do not take each other's place."""
        boxes = [tmp_path / name / "scan1.jpg" for name in ("box1", "box2")]
        for box, name in zip(boxes, ("a.jpg", "tall.jpg"), strict=True):
            box.parent.mkdir()
            box.write_bytes((photo_folder / name).read_bytes())
        colorize(boxes[0].parent)
        made = contents(out)
        result = colorize(boxes[1].parent)
        assert result.exit_code == 3
        assert errors(result) == [
            f"failed {boxes[1]}: {out / 'scan1.jpg'}: is the result of another photo, "
            f"{boxes[0]}; choose another folder with -o, or --overwrite it"
        ]
        assert contents(out) == made
        assert "1 photo, already there" in colorize(boxes[0].parent).stdout

    @pytest.mark.parametrize("place", ["out", "out.zip"])
    def test_a_place_that_a_photo_of_another_name_has(
        self, colorize, photo_folder, tmp_path, steps, place
    ):
        """A photo in the same place with another suffix fails, run after run."""
        scans, out = tmp_path / "scans", tmp_path / place
        scans.mkdir()
        (photo_folder / "a.jpg").rename(scans / "scan.jpg")
        assert colorize(scans, "--format", "png", out=out).exit_code == 0
        (scans / "scan.jpg").unlink()
        (photo_folder / "b.png").rename(scans / "scan.png")
        taken = (
            f"{out / 'scan.png'}: is the result of another photo, scan.jpg; choose "
            "another folder with -o, or --overwrite it"
        )
        for _ in range(2):
            dry = colorize(scans, "--format", "png", "-n", out=out)
            assert dry.exit_code == 3
            assert taken in dry.stdout + dry.stderr
            result = colorize(scans, "--format", "png", out=out)
            assert result.exit_code == 3
            assert errors(result) == [f"failed {scans / 'scan.png'}: {taken}"]
        assert colorize(scans, "--overwrite", out=out).exit_code == 0
        assert "1 photo, already there" in colorize(scans, out=out).stdout

    def test_a_photo_that_is_called_like_a_sample(
        self, colorize, photo_folder, out, steps
    ):
        """The one photo fails, the others are done, and nothing is replaced."""
        colorize(photo_folder / "a.jpg", "--samples", 2)
        made = contents(out)
        (photo_folder / "tall.jpg").rename(photo_folder / "a_s2.jpg")
        result = colorize(photo_folder)
        assert result.exit_code == 3
        (line,) = errors(result)
        assert "a_s2.jpg: is the result of another photo, a.jpg;" in line
        assert set(contents(out)) == {*made, "b.png", "album/c.jpg"}
        assert made.items() <= contents(out).items()

    def test_a_result_that_another_photo_has_replaced(
        self, colorize, photo_folder, out, steps
    ):
        """With `--overwrite`: it does not pass for the first photo's any more."""
        first, second = photo_folder / "a.jpg", photo_folder / "a.webp"
        (photo_folder / "b.png").rename(second)
        colorize(first, "--format", "png")
        colorize(second, "--format", "png", "--overwrite")
        result = colorize(first, "--format", "png")
        assert result.exit_code == 3
        assert "a.png: is the result of another photo, a.webp;" in result.stderr
        assert "1 photo, already there" in colorize(second, "--format", "png").stdout

    def test_a_failed_replacement_keeps_track(self, colorize, photo_folder, out, steps):
        """After a full disk, old and new results are ours, retouched ones are not."""
        photo = photo_folder / "a.jpg"
        colorize(photo, "--samples", 2)
        options = ["--samples", 2, "--seed", 1]
        with full_disk("a_s2.jpg"):
            assert colorize(photo, *options).exit_code == 3
        (out / "a_s2.jpg").write_bytes(b"retouched")
        assert colorize(photo, *options).exit_code == 0
        assert (out / "a_s2.jpg").read_bytes() == b"retouched"
