"""Contact sheets, told by cells of one colour each."""

import numpy as np
import pytest

from colorize_cli.figures.sheet import ACCENT, Cell, contact_sheet


def cells(count: int, height=90, width=120, picked: int | None = None) -> list[Cell]:
    """Cells of flat colours."""
    return [
        Cell(np.full((height, width, 3), shade(k), np.uint8), f"cell {k}", k == picked)
        for k in range(count)
    ]


def shade(number: int) -> tuple[int, int, int]:
    """A colour that nothing else on a sheet has."""
    return (10 * number, 250, 120)


def places(sheet, color) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the pixels of exactly this colour."""
    return np.nonzero((sheet == color).all(axis=2))


@pytest.mark.parametrize("count", [1, 2, 5, 9, 17])
@pytest.mark.parametrize("size", [(90, 120), (200, 40), (24, 500)])
def test_every_cell_is_whole(count, size):
    """No cell covers another or sticks out, whatever its shape."""
    sheet = contact_sheet("a.jpg", "note", cells(count, *size))
    for number in range(count):
        rows, _ = places(sheet, shade(number))
        assert len(rows) == size[0] * size[1]


def test_cells_stand_in_reading_order():
    """In rows from the left, of equal length but for the last."""
    sheet = contact_sheet("", "", cells(7))
    corners = [tuple(part.min() for part in places(sheet, shade(k))) for k in range(7)]
    assert corners == sorted(corners)
    tops = [top for top, _ in corners]
    lengths = [tops.count(top) for top in dict.fromkeys(tops)]
    assert len(set(lengths[:-1])) <= 1
    assert lengths[-1] <= lengths[0]


def test_a_sheet_of_many_has_the_shape_of_a_screen():
    """For portrait and landscape photos alike."""
    for size in ((90, 120), (120, 90)):
        height, width = contact_sheet("", "", cells(16, *size)).shape[:2]
        assert 0.8 < width / height < 2.5


def test_the_picked_cell_is_framed():
    """On all sides; without a pick nothing is."""
    sheet = contact_sheet("", "", cells(4, picked=2))
    rows, columns = places(sheet, ACCENT)
    inside_rows, inside_columns = places(sheet, shade(2))
    assert rows.min() < inside_rows.min()
    assert columns.min() < inside_columns.min()
    assert columns.max() > inside_columns.max()
    assert len(places(contact_sheet("", "", cells(4)), ACCENT)[0]) == 0


def test_title_note_and_labels_are_written():
    """A sheet without them has less ink."""

    def ink(title, note, label):
        cell = Cell(cells(1)[0].rgb, label)
        return (contact_sheet(title, note, [cell]) < 200).any(axis=2).sum()

    bare = ink("", "", "")
    assert min(ink("a.jpg", "", ""), ink("", "n", ""), ink("", "", "label")) > bare


def test_narrow_pictures_leave_room_for_their_labels():
    """A longer label makes a wider sheet, up to a limit."""
    strip = cells(1, 200, 24)[0].rgb
    widths = [
        contact_sheet("", "", [Cell(strip, "label " * n)]).shape[1] for n in (1, 3, 99)
    ]
    assert widths[0] < widths[1] < widths[2] < 400


def test_long_names_stay_on_the_sheet():
    """The margins are empty however long title, note and label are."""
    cell = Cell(cells(1)[0].rgb, "label" * 40)
    sheet = contact_sheet("title" * 40, "note" * 60, [cell])
    assert (sheet[:, -18:] == 255).all()
