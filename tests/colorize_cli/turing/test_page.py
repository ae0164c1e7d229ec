"""The page: how many questions, what it holds, what it does not tell."""

import base64
import json
import re

import cv2
import numpy as np
import pytest

from colorize_cli.errors import PlanError
from colorize_cli.turing import page as turing_page
from colorize_cli.turing import write_test
from colorize_cli.turing.page import fnv1a, split_counts
from tests.albums import colour_picture, grey_version, save


@pytest.fixture
def folders(tmp_path):
    """Twelve photos, and the same in weaker colours."""
    for number in range(12):
        picture = colour_picture(number)
        save(tmp_path / f"real/{number}.png", picture)
        weaker = picture // 2 + grey_version(picture) // 2
        save(tmp_path / f"colorized/{number}.png", weaker)
    return tmp_path / "real", tmp_path / "colorized"


def data_of(folders, target, **options) -> dict:
    """The data of a page."""
    write_test(*folders, target, size_px=32, **options)
    (data,) = re.findall(r"^const TEST = (.*);$", target.read_text(), re.MULTILINE)
    return json.loads(data)


def strength(address: str) -> int:
    """How colourful a picture is."""
    data = base64.b64decode(address.removeprefix("data:image/jpeg;base64,"))
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).astype(int)
    return int(np.ptp(pixels, axis=2).sum())


def camera_index(item: dict) -> int:
    """Which of the two pictures is the camera's, as the page works it out."""
    return item["key"] ^ (fnv1a(item["token"]) & 1)


@pytest.mark.parametrize(
    ("pairs", "trials", "expected"),
    [(5, 40, (1, 4)), (12, 40, (2, 10)), (50, 40, (10, 40)), (999, 40, (10, 40))],
)
def test_a_fifth_is_practice_ten_pairs_at_most(pairs, trials, expected):
    """As many trials as are asked for, if there are enough photos."""
    assert split_counts(pairs, trials) == expected


def test_every_photo_is_asked_about_once_and_checks_use_practice_photos(
    folders, tmp_path
):
    """A check shows the true colours, so its photo must not be a trial."""
    items = data_of(folders, tmp_path / "t.html")["items"]
    phases: dict[str, list[str]] = {}
    for item in items:
        phases.setdefault(item["phase"], []).append(item["photo"])
    assert {phase: len(photos) for phase, photos in phases.items()} == {
        "practice": 2,
        "test": 10,
        "check": 1,
    }
    assert set(phases["check"]) <= set(phases["practice"])
    assert len(set(phases["practice"] + phases["test"])) == 12


def test_the_key_leads_to_the_camera_s_picture(folders, tmp_path):
    """It is the one with the stronger colours here, first or second."""
    items = data_of(folders, tmp_path / "t.html")["items"]
    indices = [camera_index(item) for item in items]
    for item, index in zip(items, indices, strict=True):
        if item["phase"] != "check":
            strengths = [strength(picture) for picture in item["pictures"]]
            assert strengths[index] > strengths[1 - index]
    assert len(set(indices)) == 2


def test_the_key_alone_tells_nothing(folders, tmp_path):
    """Neither its value nor the order of the pictures is the answer."""
    items = [
        item
        for seed in range(6)
        for item in data_of(folders, tmp_path / "t.html", seed=seed)["items"]
    ]
    agreeing = sum(item["key"] == camera_index(item) for item in items)
    first = sum(camera_index(item) == 0 for item in items)
    # 78 fair coins each; beyond these bounds in one of a million tries.
    assert 18 < agreeing < 60
    assert 18 < first < 60


def test_the_seed_decides_the_page(folders, tmp_path):
    """The same seed makes the same bytes, another one another test."""
    pages = []
    for seed in (1, 1, 2):
        write_test(*folders, tmp_path / "t.html", size_px=32, trials=4, seed=seed)
        pages.append((tmp_path / "t.html").read_bytes())
    assert pages[0] == pages[1] != pages[2]


def test_the_same_pictures_shown_otherwise_are_another_test(folders, tmp_path):
    """Three seconds and five are two questions, whose answers are not pooled."""
    three, again, five = (
        data_of(folders, tmp_path / "t.html", display_s=display_s)
        for display_s in (3, 3, 5)
    )
    assert three["items"] == five["items"]
    assert three["test"] == again["test"] != five["test"]


def test_large_pictures_go_beside_the_page_and_come_back(
    folders, tmp_path, monkeypatch
):
    """What an older test of that name left is removed, other files stay."""
    target, files = tmp_path / "t.html", tmp_path / "t_files"
    monkeypatch.setattr(turing_page, "MOST_EMBEDDED_BYTES", 0)
    items = data_of(folders, target)["items"]
    names = {name for item in items for name in item["pictures"]}
    assert names == {f"t_files/{path.name}" for path in files.iterdir()}
    (files / "notes.txt").write_text("mine")
    monkeypatch.undo()
    data_of(folders, target)
    assert [path.name for path in files.iterdir()] == ["notes.txt"]


def test_the_page_is_complete_in_itself(folders, tmp_path):
    """It names no file and no host."""
    write_test(*folders, tmp_path / "t.html", size_px=32)
    text = (tmp_path / "t.html").read_text()
    assert re.findall(r"https?://|(?:src|href)=\"(?!data:)", text) == []
    assert "/*" + "data*/" not in text


def test_photos_without_colours_are_replaced_and_told(folders, tmp_path):
    """Others are drawn in their place."""
    real, colorized = folders
    save(real / "0.png", grey_version(colour_picture(0)))
    made = write_test(real, colorized, tmp_path / "t.html", size_px=32)
    assert made.grey == ("0.png",)
    assert (made.practice_count, made.trial_count, made.check_count) == (2, 9, 1)


def test_too_few_photos_are_refused(folders, tmp_path):
    """Four pairs are no test; nothing is written."""
    real, colorized = folders
    for number in range(4, 12):
        (real / f"{number}.png").unlink()
    with pytest.raises(PlanError, match="4 photos in colour are in both; a test needs"):
        write_test(real, colorized, tmp_path / "t.html")
    assert not (tmp_path / "t.html").exists()


@pytest.mark.parametrize(
    ("text", "expected"), [("", 0x811C9DC5), ("a", 0xE40C292C), ("foobar", 0xBF9CF968)]
)
def test_the_hash_is_fnv_1a(text, expected):
    """The published values."""
    assert fnv1a(text) == expected
