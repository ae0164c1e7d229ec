"""Protocols: the right folder passes, any other is told apart by what differs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from colorize_cli.commands.evaluate import PROTOCOL_NAMES
from colorize_cli.errors import PlanError
from colorize_cli.evaluate.protocols import (
    PROTOCOLS,
    check_photos,
    check_size,
    shaped,
)
from colorize_cli.evaluate.sets import Item
from colorize_cli.files import FileSource


def items(names):
    """Photos of these names."""
    return [
        Item(source=FileSource(Path(name), name), set_name="val", label=None)
        for name in names
    ]


def validation(numbers):
    """ImageNet's validation photos of these numbers."""
    return [f"ILSVRC2012_val_{number:08}.JPEG" for number in numbers]


def test_the_command_offers_all_of_them():
    """It names them without importing them."""
    assert tuple(PROTOCOLS) == PROTOCOL_NAMES


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("palette-5k", validation(range(1, 5001))),
        ("ctest10k", validation(range(7, 10007))),
        ("val50k-256", [f"n01440764/{each}" for each in validation(range(1, 50001))]),
        ("celeba-128", [f"{number:06}.jpg" for number in range(182638, 202600)]),
    ],
)
def test_the_right_photos_pass(name, names):
    """Also in folders named after classes."""
    check_photos(PROTOCOLS[name], items(names))


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["cat.jpg"], "cat.jpg is not named like one of its photos"),
        (
            validation(range(1, 4999)),
            "photos of these numbers are missing: 4999, 5000",
        ),
        (validation(range(1, 5002)), "does not have ILSVRC2012_val_00005001.JPEG"),
        (
            [*validation([1]), f"x/{validation([1])[0]}"],
            "are the same photo",
        ),
    ],
)
def test_other_photos_are_refused_by_what_differs(names, reason):
    """The message says what the protocol is."""
    with pytest.raises(PlanError, match=r"palette-5k.*Palette") as caught:
        check_photos(PROTOCOLS["palette-5k"], items(names))
    assert reason in str(caught.value)


def test_a_wrong_count_is_refused_where_the_list_is_not_known():
    """ctest10k is any 10,000 of the 50,000, as far as names can tell."""
    with pytest.raises(PlanError, match="has 10,000 photos, this folder 9,999"):
        check_photos(PROTOCOLS["ctest10k"], items(validation(range(1, 10000))))


def test_many_missing_photos_are_counted():
    """Three are named."""
    with pytest.raises(PlanError, match=r"missing: 2, 3, 4 and 49,996 more"):
        check_photos(PROTOCOLS["val50k-256"], items(validation([1])))


def test_photos_of_another_size_are_refused():
    """CelebA's aligned photos are 178 x 218."""
    item = items(["182638.jpg"])[0]
    celeba = PROTOCOLS["celeba-128"]
    check_size(celeba, item, np.zeros((218, 178, 3), np.uint8))
    with pytest.raises(PlanError, match=r"178 x 218 pixels, 182638.jpg is 1024 x 768"):
        check_size(celeba, item, np.zeros((768, 1024, 3), np.uint8))
    check_size(PROTOCOLS["palette-5k"], item, np.zeros((9, 9, 3), np.uint8))


def test_square_takes_the_middle_and_squash_all():
    """A photo whose left and right quarters are white."""
    rgb = np.zeros((100, 200, 3), np.uint8)
    rgb[:, :50] = rgb[:, 150:] = 255
    square = PROTOCOLS["palette-5k"]
    assert shaped(square, rgb).shape == (256, 256, 3)
    assert shaped(square, rgb).max() == 0
    squash = shaped(replace(square, crop="squash", side=64), rgb)
    assert squash.shape == (64, 64, 3)
    assert squash[:, :16].min() == squash[:, 48:].min() == 255
    assert squash[:, 16:48].max() == 0
