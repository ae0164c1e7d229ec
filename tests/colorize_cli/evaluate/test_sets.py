"""Sets, labels and draws."""

import pytest

from colorize_cli.errors import PlanError
from colorize_cli.evaluate.sets import draw, find_items, sets_of


def made(folder, *names):
    """Empty files; finding does not look into them."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def found(folder):
    """Name -> set and label."""
    items, _ = find_items(folder, folder / "out")
    return {item.source.name: (item.set_name, item.label) for item in items}


def test_sub_folders_are_sets(photo_sets):
    """Found in the order of their names, with nothing known of what they show."""
    items, problems = find_items(photo_sets, photo_sets / "out")
    assert problems == []
    assert {name: len(each) for name, each in sets_of(items).items()} == {
        "faces": 2,
        "scenes": 1,
    }
    assert all(item.label is None for item in items)


def test_photos_beside_sub_folders_are_a_set_of_the_folders_name(tmp_path):
    """And deeper folders belong to the outermost."""
    folder = made(tmp_path / "val", "a.jpg", "x/b.jpg", "x/deep/c.jpg")
    assert {name: pair[0] for name, pair in found(folder).items()} == {
        "a.jpg": "val",
        "x/b.jpg": "x",
        "x/deep/c.jpg": "x",
    }


def test_wordnet_numbers_are_labels_and_no_sets(tmp_path):
    """n01440764 is class 0, a tench; n99999999 is none of the thousand."""
    folder = made(
        tmp_path / "val", "n01440764/a.jpg", "n99999999/b.jpg", "x/n01443537/c.jpg"
    )
    assert found(folder) == {
        "n01440764/a.jpg": ("val", 0),
        "n99999999/b.jpg": ("val", None),
        "x/n01443537/c.jpg": ("x", 1),
    }


def test_names_of_validation_photos_are_labels(tmp_path):
    """Whatever they were saved as later."""
    folder = made(tmp_path / "val", "ILSVRC2012_val_00000001.png")
    assert found(folder)["ILSVRC2012_val_00000001.png"] == ("val", 65)


def test_numbered_folders_are_sets(tmp_path):
    """Boxes of an archive are numbered too, so numbers are not taken for classes."""
    folder = made(tmp_path / "val", "0/a.jpg", "999/b.jpg")
    assert found(folder) == {"0/a.jpg": ("0", None), "999/b.jpg": ("999", None)}


def test_a_folder_without_photos_is_refused(tmp_path):
    """By name."""
    with pytest.raises(PlanError, match=r"empty: has no photos to evaluate"):
        find_items(made(tmp_path / "empty", "notes.txt"), tmp_path / "out")


def test_results_do_not_go_among_the_photos(tmp_path):
    """Strips would be photos of the next run. A folder in the folder is left out."""
    folder = made(tmp_path / "val", "a.jpg", "out/strips/b.jpg")
    with pytest.raises(PlanError, match="is also the folder of the photos"):
        find_items(folder, folder / "." / "x" / "..")
    assert list(found(folder)) == ["a.jpg"]


def test_what_another_evaluation_has_written_is_no_photo(tmp_path):
    """Its strips and its sheet; a folder that is only called so is a set."""
    folder = made(
        tmp_path / "val",
        "a.jpg",
        *(f"old/{name}" for name in ("photos.jsonl", "strips/b.jpg", "sheet.png")),
        "strips/c.jpg",
    )
    assert list(found(folder)) == ["a.jpg", "strips/c.jpg"]


def test_a_draw_depends_on_the_seed_alone(tmp_path):
    """At most so many of each set, in their order; all if there are not more."""
    folder = made(
        tmp_path / "val",
        *(f"many/{number:03}.jpg" for number in range(50)),
        *(f"few/{number}.jpg" for number in range(3)),
    )
    sets = sets_of(find_items(folder, tmp_path / "out")[0])

    def names(limit, seed):
        return [item.source.name for item in draw(sets, limit, seed)]

    assert names(5, 1) == names(5, 1) != names(5, 2)
    assert names(5, 1)[3:] == sorted(names(5, 1)[3:])
    assert len(names(5, 1)) == 8
    assert len(names(None, 1)) == 53
