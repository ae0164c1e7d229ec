"""The evaluation: resumed to the bit, independent of neighbours, bounded, forgiving."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from colorize_cli.errors import EncodeError, PlanError
from colorize_cli.evaluate.method import method_hash
from colorize_cli.evaluate.preparation import MAX_PIXELS, reduced
from colorize_cli.evaluate.protocols import PROTOCOLS
from colorize_cli.evaluate.sets import find_items
from colorize_cli.evaluate.store import Store
from tests.judging import picture

JUDGED = 6  # original, grey, mean colour, mean, two samples


def items_of(folder):
    """The photos of a folder."""
    return find_items(folder, folder / "out")[0]


def figures(done):
    """Everything that is known, by name."""
    return {
        item.source.name: (record.scores.to_json(), record.verdict.to_json())
        for item, record in done
    }


def test_a_second_run_computes_nothing_and_finds_the_same(
    photo_sets, evaluated, tmp_path
):
    """To the last digit."""
    first, _, read = evaluated(items_of(photo_sets), tmp_path / "out")
    again, _, read_again = evaluated(items_of(photo_sets), tmp_path / "out")
    assert read == 3 * JUDGED
    assert read_again == 0
    assert figures(first) == figures(again)


def test_only_what_is_missing_is_computed(photo_sets, evaluated, tmp_path):
    """A run of one photo, then one of all: the same as all at once."""
    items = items_of(photo_sets)
    evaluated(items[1:2], tmp_path / "parts")
    parts, _, read = evaluated(items, tmp_path / "parts")
    whole, _, _ = evaluated(items, tmp_path / "whole")
    assert read == 2 * JUDGED
    assert figures(parts) == figures(whole)


@pytest.mark.parametrize(
    "change", ["samples", "seed", "photo", "weights", "method", "strip"]
)
def test_what_decides_the_figures_is_computed_anew(
    photo_sets, evaluated, tmp_path, model, monkeypatch, change
):
    """Settings, photos, weights, formulas; and a strip that somebody has removed."""
    out, settings, expected = tmp_path / "out", {}, 3 * JUDGED
    evaluated(items_of(photo_sets), out)
    if change == "samples":
        settings, expected = {"samples": 3}, 3 * (JUDGED + 1)
    elif change == "seed":
        settings = {"seed": 1}
    elif change == "photo":
        assert cv2.imwrite(str(photo_sets / "faces/a.png"), picture(40, 40, 9))
        expected = JUDGED
    elif change == "weights":
        settings = {"model": replace(model, weights_hash="others")}
    elif change == "method":
        monkeypatch.setattr("colorize_cli.evaluate.run.method_hash", lambda: "other")
    else:
        next((out / "strips").iterdir()).unlink()
        expected = JUDGED
    assert evaluated(items_of(photo_sets), out, **settings)[2] == expected


@pytest.mark.parametrize("damage", [b'{"v":1,"key":"torn', b"{}\n", b'{"v":2}\n'])
def test_a_damaged_record_costs_only_itself(photo_sets, evaluated, tmp_path, damage):
    """A line cut off by a power failure, a foreign one, one of a later version."""
    out = tmp_path / "out"
    evaluated(items_of(photo_sets), out)
    with (out / "photos.jsonl").open("ab") as file:
        file.write(damage)
    assert evaluated(items_of(photo_sets), out)[2] == 0
    with Store(out) as store:
        assert len(store.records) == 3


def test_lost_features_are_measured_again(photo_sets, evaluated, tmp_path):
    """The file of features is cut in the middle of its last row."""
    out = tmp_path / "out"
    evaluated(items_of(photo_sets), out)
    with (out / "lite0.f16").open("r+b") as file:
        file.truncate((out / "lite0.f16").stat().st_size - 10)
    assert evaluated(items_of(photo_sets), out)[2] == JUDGED
    with Store(out) as store:
        assert len(store.features["lite0"]) == 3


def test_features_of_a_file_that_began_anew_are_not_mixed_up(
    photo_sets, evaluated, tmp_path
):
    """Its first row is another photo's now, which does not have two."""
    out = tmp_path / "out"
    items = items_of(photo_sets)
    evaluated(items, out)
    (out / "lite0.f16").unlink()
    evaluated(items[2:], out)
    done, _, read = evaluated(items, out)
    assert read == 2 * JUDGED
    assert sorted(record.rows["lite0"] for _, record in done) == [0, 1, 2]


def test_a_photo_that_cannot_be_read_is_named_and_left_out(
    photo_sets, evaluated, tmp_path
):
    """So is one that is too small for its figures; the others are measured."""
    (photo_sets / "faces/broken.jpg").write_bytes(b"nothing")
    assert cv2.imwrite(str(photo_sets / "faces/tiny.png"), picture(40, 12, 5))
    done, errors, _ = evaluated(items_of(photo_sets), tmp_path / "out")
    assert len(done) == 3
    messages = [str(error) for error in errors if error]
    assert len(messages) == 2
    assert "broken.jpg" in messages[0]
    assert "tiny.png: is less than 16 pixels high or wide" in messages[1]


def test_two_runs_do_not_write_into_one_folder(tmp_path):
    """The second one is refused, and the folder is free again after the first."""
    with Store(tmp_path), pytest.raises(PlanError, match="another evaluation"):
        Store(tmp_path)
    Store(tmp_path).__exit__(None, None, None)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    """Before any work."""
    (tmp_path / "file").touch()
    with pytest.raises(PlanError, match=r"choose another folder with -o"):
        Store(tmp_path / "file" / "out")


def test_a_full_disk_is_said_in_one_line(photo_sets, evaluated, tmp_path, monkeypatch):
    """What was measured before is kept."""

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(EncodeError, match=r"No space left on device\); run again"):
        evaluated(items_of(photo_sets), tmp_path / "out")


def test_another_way_to_make_pictures_has_another_hash(monkeypatch):
    """So results of one are not taken for those of the other; the same has the same."""
    known = method_hash()
    assert method_hash() == known
    monkeypatch.setattr(
        "colorize_cli.evaluate.ways.mean_field", lambda fields: fields[0]
    )
    assert method_hash() != known


def test_large_photos_are_reduced_first():
    """To 512 x 512, so that memory and time are bounded; small ones are left."""
    large = np.zeros((2000, 3000, 3), np.uint8)
    height, width = reduced(large).shape[:2]
    assert MAX_PIXELS * 0.98 < height * width <= MAX_PIXELS
    assert width / height == pytest.approx(1.5, abs=0.01)
    small = picture(30, 40, 0)
    np.testing.assert_array_equal(reduced(small), small)


def test_photos_are_shaped_by_the_protocol(tmp_path, evaluated):
    """The strip shows a square of what was 178 x 218; another size is refused."""
    folder = tmp_path / "val"
    folder.mkdir()
    assert cv2.imwrite(str(folder / "182638.png"), picture(218, 178, 0))
    items = items_of(folder)
    celeba = PROTOCOLS["celeba-128"]
    done, _, _ = evaluated(items, tmp_path / "out", protocol=celeba)
    (strip,) = (tmp_path / "out" / "strips").iterdir()
    assert len(done) == 1
    left = cv2.imread(str(strip))[80, :160]
    assert (left < 250).mean() > 0.9
    assert cv2.imwrite(str(folder / "182638.png"), picture(100, 100, 0))
    with pytest.raises(PlanError, match="178 x 218"):
        evaluated(items, tmp_path / "out", protocol=celeba)
