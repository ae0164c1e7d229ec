"""Which photos are trained on, and which are kept for validation."""

from pathlib import Path

import pytest

from colorize_cli.errors import DataError
from trainer.config import DataConfig
from trainer.sources import open_photos, open_split


def names(photos) -> list[str]:
    """File names without folders."""
    return [Path(photos.name(k)).name for k in range(len(photos))]


@pytest.fixture
def celeba(tmp_path) -> Path:
    """Six empty files laid out as CelebA's, without the list."""
    folder = tmp_path / "img_align_celeba"
    folder.mkdir()
    for k in range(1, 7):
        (folder / f"{k:06d}.jpg").touch()
    return folder


def test_first_and_next_photos_without_a_list(celeba):
    """The tutorial's split: the first data_len, then the next val_len."""
    data = DataConfig(train=(str(celeba),), data_len=3, val_len=2)
    train, val = open_split(data)
    assert names(train) == ["000001.jpg", "000002.jpg", "000003.jpg"]
    assert names(val) == ["000004.jpg", "000005.jpg"]


def test_all_but_the_last_photos_without_data_len(celeba):
    """data_len 0 trains on everything that is not validated on."""
    train, val = open_split(DataConfig(train=(str(celeba),), val_len=2))
    assert len(train) == 4
    assert names(val) == ["000005.jpg", "000006.jpg"]


@pytest.mark.parametrize("place", ["inside", "beside"])
def test_official_celeba_split_is_followed(celeba, place):
    """0 is training, 1 validation, 2 test, wherever the list lies."""
    folder = celeba if place == "inside" else celeba.parent
    lines = [f"{k:06d}.jpg {part}" for k, part in enumerate((0, 1, 0, 2, 1, 0), 1)]
    (folder / "list_eval_partition.txt").write_text("\n".join(lines))
    data = DataConfig(train=(str(celeba),), data_len=2, val_len=9)
    train, val = open_split(data)
    assert names(train) == ["000001.jpg", "000003.jpg"]
    assert names(val) == ["000002.jpg", "000005.jpg"]


def test_broken_celeba_list_is_named(celeba):
    """Not silently another split."""
    (celeba / "list_eval_partition.txt").write_text("000001.jpg train\n")
    with pytest.raises(DataError, match=r"list_eval_partition\.txt: is not CelebA's"):
        open_split(DataConfig(train=(str(celeba),)))


def test_missing_celeba_says_where_to_get_it(tmp_path):
    """The official page and the layout."""
    missing = str(tmp_path / "img_align_celeba")
    with pytest.raises(DataError) as caught:
        open_split(DataConfig(train=(missing,)))
    message = str(caught.value)
    assert message.startswith(missing)
    assert "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html" in message
    assert "img_align_celeba/000001.jpg" in message
    assert "\n" not in message


def test_missing_folder_is_named(tmp_path):
    """Any other folder."""
    with pytest.raises(DataError, match="gone: no such folder or file"):
        open_split(DataConfig(train=(str(tmp_path / "gone"),)))


def test_a_folder_that_is_there_is_no_pattern(tmp_path):
    """Though its name looks like one."""
    folder = tmp_path / "scans [1950]"
    folder.mkdir()
    (folder / "1.jpg").touch()
    assert names(open_photos([str(folder)], DataConfig())) == ["1.jpg"]


def test_folder_without_photos_is_named(tmp_path):
    """Other files do not count."""
    (tmp_path / "notes.txt").touch()
    with pytest.raises(DataError, match="holds no photos"):
        open_photos([str(tmp_path)], DataConfig())


def test_no_patterns_is_an_error():
    """Settings without data."""
    with pytest.raises(DataError, match=r"data\.train: names no photos"):
        open_split(DataConfig())


def test_folder_trees_are_walked_in_order(tmp_path):
    """All photo suffixes in any case, at any depth."""
    for name in ("b/2.JPG", "a/x/1.webp", "3.tif", "readme.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = names(open_photos([str(tmp_path)], DataConfig()))
    assert found == ["3.tif", "1.webp", "2.JPG"]


def test_validation_photos_are_taken_evenly(celeba, tmp_path):
    """So that a sorted tree gives every folder its share."""
    train = tmp_path / "train"
    train.mkdir()
    (train / "a.jpg").touch()
    data = DataConfig(train=(str(train),), val=(f"{celeba}/*.jpg",), val_len=3)
    _, val = open_split(data)
    assert names(val) == ["000001.jpg", "000003.jpg", "000005.jpg"]


def test_empty_split_is_an_error(celeba):
    """data_len takes every photo, none is left for validation."""
    with pytest.raises(DataError, match=r"data\.val: the split leaves no photos of 6"):
        open_split(DataConfig(train=(str(celeba),), data_len=6))
    with pytest.raises(DataError, match=r"data\.train: the split leaves no photos"):
        open_split(DataConfig(train=(str(celeba),), val_len=6))
