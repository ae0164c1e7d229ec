"""Picks, sheets, spread maps and grades, from the command line to the disk."""

import json

import cv2
import numpy as np
import pytest

from tests.runs import contents


@pytest.fixture
def photo(photo_folder):
    """A PNG, so that results can be compared to the bit."""
    return photo_folder / "b.png"


@pytest.fixture
def out(tmp_path):
    """Where results go."""
    return tmp_path / "out"


def results(folder) -> dict[str, bytes]:
    """Everything that was made, sorted by name, without the ledger."""
    made = sorted(contents(folder).items())
    return {name: data for name, data in made if name != "colorize.jsonl"}


def entry(folder) -> dict:
    """The last line of the ledger."""
    return json.loads((folder / "colorize.jsonl").read_text().splitlines()[-1])


def ab(data: bytes) -> np.ndarray:
    """Colours of a PNG, (H, W, 2) in Lab units."""
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return cv2.cvtColor(bgr.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)[..., 1:]


class TestPick:
    """One picture of several samples."""

    def test_the_medoid_is_one_of_the_samples(self, colorize, photo, out, loaded):
        """The one that the ledger names, and the only file."""
        colorize(photo, "--samples", 4)
        samples = list(results(out).values())
        result = colorize(photo, "--samples", 4, "--pick", "medoid", out=out / "one")
        assert result.exit_code == 0, result.stderr
        assert "1 photo, 1 picture" in result.stdout
        (picked,) = results(out / "one").values()
        (target,) = entry(out / "one")["targets"]
        assert picked == samples[target["sample"]]

    def test_the_mean_is_none_of_the_samples(self, colorize, photo, out, loaded):
        """It lies between them, and the ledger names no sample."""
        colorize(photo, "--samples", 4)
        samples = [ab(data) for data in results(out).values()]
        colorize(photo, "--samples", 4, "--pick", "mean", out=out / "one")
        (mean,) = map(ab, results(out / "one").values())
        between = np.abs(mean - np.mean(samples, axis=0)).mean()
        assert min(np.abs(mean - each).mean() for each in samples) > 2 * between
        assert entry(out / "one")["targets"][0]["sample"] is None

    def test_it_is_not_picked_twice(self, colorize, photo, out, loaded):
        """A second run finds the picture and leaves it alone."""
        options = [photo, "--samples", 3, "--pick", "medoid"]
        colorize(*options)
        before = results(out)
        assert "1 photo, already there" in colorize(*options).stdout
        assert results(out) == before

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--pick", "medoid"], "--pick medoid needs at least 3 samples, not 1"),
            (["--spread", "--pick", "first"], "--spread needs at least 2 samples"),
        ],
    )
    def test_too_few_samples(self, colorize, photo, out, loaded, options, message):
        """Wrong usage: nothing is loaded or written."""
        result = colorize(photo, *options)
        assert result.exit_code == 2
        assert message in result.stderr
        assert "add --samples 8" in result.stderr
        assert loaded.calls == []
        assert not out.exists()


class TestExtras:
    """Sheets and spread maps."""

    @pytest.mark.parametrize(
        ("name", "sheet"),
        [("a.jpg", "a_sheet.jpg"), ("b.png", "b_sheet.png")],
    )
    def test_they_stand_beside_the_picture(
        self, colorize, photo_folder, out, loaded, name, sheet
    ):
        """The ledger and the report know them."""
        options = ["--samples", 2, "--pick", "first", "--sheet", "--spread"]
        result = colorize(photo_folder / name, *options)
        assert "1 picture, 1 sheet, 1 spread map" in result.stdout
        spread = f"{name[0]}_spread.png"
        assert set(results(out)) == {name, sheet, spread}
        assert entry(out)["extras"] == {"sheet": sheet, "spread": spread}
        for extra in (sheet, spread):
            assert cv2.imread(str(out / extra)).shape[1] > 500

    def test_they_are_made_later_without_making_pictures_again(
        self, colorize, photo, out, loaded
    ):
        """A sheet shows the samples that are there."""
        colorize(photo, "--samples", 3)
        before = results(out)
        result = colorize(photo, "--samples", 3, "--sheet")
        assert "1 photo, 0 pictures, 1 sheet" in result.stdout
        after = results(out)
        assert after.pop("b_sheet.png")
        assert after == before

    def test_diversity_is_in_the_ledger(self, colorize, photo, out, loaded):
        """In Lab units, and zero for nobody."""
        colorize(photo, "--samples", 3)
        assert 1 < entry(out)["diversity"] < 50

    def test_a_diversity_of_fewer_samples_is_left_out(
        self, colorize, photo, out, loaded
    ):
        """A run that adds samples does not draw all; one with a sheet does."""
        colorize(photo, "--samples", 2)
        colorize(photo, "--samples", 4)
        assert entry(out)["samples"] == 4
        assert "diversity" not in entry(out)
        colorize(photo, "--samples", 4, "--sheet")
        whole = entry(out)["diversity"]
        (out / "b_s3.png").unlink()
        colorize(photo, "--samples", 4, "--sheet")
        assert entry(out)["diversity"] == whole
        colorize(photo, "--samples", 4, out=out / "other")
        assert entry(out / "other")["diversity"] == pytest.approx(whole)

    def test_a_dry_run_names_them(self, colorize, photo, out, loaded):
        """Each on a line."""
        result = colorize(photo, "--samples", 2, "--sheet", "--spread", "--dry-run")
        made = [line.split(" -> ")[1] for line in result.stdout.splitlines()]
        names = ["b.png", "b_s2.png", "b_sheet.png", "b_spread.png"]
        assert made == [str(out / name) for name in names]
        assert "2 pictures, 1 sheet, 1 spread map of 1 photo to make" in result.stderr

    def test_they_are_not_written_over_other_results(
        self, colorize, photo_folder, photo, out, loaded
    ):
        """A photo that is called like a sheet is colorized to the same name."""
        (photo_folder / "b_sheet.png").write_bytes(photo.read_bytes())
        assert colorize(photo_folder).exit_code == 0
        result = colorize(photo_folder, "--sheet", out=out / "other")
        assert result.exit_code == 2
        assert "would both be written to" in result.stderr

    def test_a_panorama_has_them(self, colorize, tmp_path, out, loaded):
        """Also if it is cut into windows."""
        source = tmp_path / "wide.png"
        cv2.imwrite(str(source), np.tile(np.arange(240, dtype=np.uint8), (30, 1)))
        result = colorize(source, "--samples", 2, "--sheet", "--spread")
        assert result.exit_code == 0, result.stderr
        assert len(results(out)) == 4


class TestGrade:
    """Saturation and temperature."""

    def test_no_saturation_is_grey(self, colorize, photo, out, loaded):
        """The photo as it was."""
        colorize(photo, "--saturation", 0)
        (data,) = results(out).values()
        assert np.array_equal(cv2.imread(str(out / "b.png")), cv2.imread(str(photo)))
        assert np.abs(ab(data)).max() < 0.5

    def test_temperature_shifts_b(self, colorize, photo, out, loaded):
        """By as many Lab units, where the colours are within sRGB."""
        colorize(photo)
        colorize(photo, "--temperature", 10, out=out / "warm")
        warm = ab((out / "warm" / "b.png").read_bytes())
        shift = np.median(warm - ab((out / "b.png").read_bytes()), axis=(0, 1))
        assert shift == pytest.approx([0, 10], abs=0.7)

    @pytest.mark.parametrize(
        "option",
        [("--saturation", "-1"), ("--saturation", "nan"), ("--temperature", "90")],
    )
    def test_nonsense_is_refused(self, colorize, photo, loaded, option):
        """With the range that is allowed."""
        result = colorize(photo, *option)
        assert result.exit_code == 2
        assert option[0] in result.stderr
