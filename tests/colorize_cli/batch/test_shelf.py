"""The memory that decoded photos may take."""

from threading import Event, Thread

import numpy as np
import pytest

from colorize_cli.batch import shelf as module
from colorize_cli.batch.shelf import Shelf
from colorize_cli.imaging.photo import Photo

SMALL = Photo(rgb=np.zeros((10, 10, 3), np.uint8))
LARGE = Photo(rgb=np.zeros((20, 10, 3), np.uint8))


def test_it_keeps_what_fits():
    """A photo too large is not kept, a smaller one after it is."""
    shelf = Shelf(500)
    assert shelf.keep(SMALL) is SMALL
    assert shelf.keep(LARGE) is None
    assert shelf.keep(Photo(rgb=np.zeros((1, 60, 3), np.uint8))) is not None
    assert shelf.keep(SMALL) is None


def test_released_room_can_be_used_again():
    """What was not kept frees nothing."""
    shelf = Shelf(300)
    kept = shelf.keep(SMALL)
    shelf.release(shelf.keep(SMALL))
    assert shelf.keep(SMALL) is None
    shelf.release(kept)
    assert shelf.keep(SMALL) is SMALL


def test_a_grey_photo_takes_the_room_of_one_plane():
    """Which is shown three times."""
    shown = np.broadcast_to(np.zeros((10, 10, 1), np.uint8), (10, 10, 3))
    assert Photo(rgb=shown).nbytes == 100
    assert Photo(rgb=shown, alpha=np.zeros((10, 10), np.uint8)).nbytes == 200
    assert SMALL.nbytes == 300


def test_a_large_photo_is_never_kept(monkeypatch):
    """It is decoded twice, rather than to wait in memory among others."""
    monkeypatch.setattr(module, "LARGE_BYTES", 400)
    shelf = Shelf(10**6)
    assert shelf.keep(SMALL) is SMALL
    assert shelf.keep(LARGE) is None


def test_large_work_is_done_one_at_a_time(monkeypatch):
    """Other threads wait; small work, and the same thread's, does not."""
    monkeypatch.setattr(module, "LARGE_BYTES", 400)
    shelf, waits, order = Shelf(0), Event(), []

    def other() -> None:
        with shelf.room_for(400):
            order.append("small")
        waits.set()
        with shelf.room_for(401):
            order.append("second")

    with shelf.room_for(401), shelf.room_for(500):
        thread = Thread(target=other)
        thread.start()
        assert waits.wait(60)
        order.append("first")
    thread.join(60)
    assert order == ["small", "first", "second"]


def test_a_failure_makes_room(monkeypatch):
    """For the next large photo, which is perhaps a whole one."""
    monkeypatch.setattr(module, "LARGE_BYTES", 0)
    shelf, order = Shelf(0), []
    with pytest.raises(ValueError, match="damaged"), shelf.room_for(1):
        raise ValueError("damaged")

    def other() -> None:
        with shelf.room_for(1):
            order.append("went on")

    thread = Thread(target=other)
    thread.start()
    thread.join(60)
    assert order == ["went on"]
