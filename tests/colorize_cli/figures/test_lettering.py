"""Words on pictures."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from colorize_cli.figures.lettering import (
    BOLD,
    INK,
    Align,
    shortened,
    width_px,
    write,
)
from colorize_cli.figures.page import blank


def written(text: str, **settings) -> np.ndarray:
    """A page with a line whose position is its middle."""
    page = blank(60, 600)
    write(page, text, (300, 40), **{"size_px": 20} | settings)
    return page


def inked_columns(page) -> np.ndarray:
    """Where there is anything but paper."""
    return np.flatnonzero((page < 255).any(axis=(0, 2)))


@pytest.mark.parametrize(
    ("align", "left", "right"),
    [(Align.LEFT, 300, None), (Align.CENTER, None, None), (Align.RIGHT, None, 300)],
)
def test_a_line_stands_where_it_is_put(align, left, right):
    """Its left end, middle or right end, within two pixels; as wide as was said."""
    columns = inked_columns(written("sample 3, seed 0", align=align))
    first, last = columns[0], columns[-1]
    assert last - first == pytest.approx(width_px("sample 3, seed 0", 20), abs=4)
    if left is not None:
        assert first == pytest.approx(left, abs=2)
    if right is not None:
        assert last == pytest.approx(right, abs=2)
    if align is Align.CENTER:
        assert (first + last) / 2 == pytest.approx(300, abs=2)


def test_letters_have_their_colour():
    """The darkest pixel is the ink."""
    page = written("IIII", weight=BOLD)
    assert tuple(page.min(axis=(0, 1))) == INK


@pytest.mark.parametrize("name", ["Фото", "写真", "صورة", "תמונה", "Ελλάδα", "Zoë"])
def test_names_in_other_scripts_are_legible(name):
    """They are not a row of question marks."""
    assert not np.array_equal(written(name), written("?" * len(name)))
    assert len(inked_columns(written(name))) > 20


@pytest.mark.parametrize("odd", ["\udce9", "\n", "\t", "\x1b", "\u202e"])
def test_what_is_no_letter_is_a_question_mark(odd):
    """OpenCV itself would crash on the first, and leave the line for the second."""
    assert np.array_equal(written(f"a{odd}b"), written("a?b"))
    assert width_px(f"a{odd}b", 20) == width_px("a?b", 20)


def test_threads_may_write_at_once():
    """Every one gets the page that it would get alone."""
    texts = [f"sample {number}" for number in range(4)] * 30
    alone = {text: written(text) for text in texts}
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(written, texts))
    assert all(
        np.array_equal(page, alone[text])
        for page, text in zip(pages, texts, strict=True)
    )


class TestShortened:
    """Names that are too long."""

    def test_what_fits_is_kept(self):
        """To the letter."""
        assert shortened("aunt.jpg", 500, 20) == "aunt.jpg"

    def test_start_and_end_are_kept(self):
        """So that series and suffix can be told."""
        name = "a_very_long_name_of_a_photo_from_1944_print_17.jpg"
        short = shortened(name, 200, 20)
        start, end = short.split("…")
        assert width_px(short, 20) <= 200
        assert name.startswith(start)
        assert name.endswith(end)
        assert min(len(start), len(end)) >= 5
        assert abs(len(start) - len(end)) <= 1

    def test_there_may_be_no_room_at_all(self):
        """Then nothing but the ellipsis is left."""
        assert shortened("aunt.jpg", 3, 20) == "…"
