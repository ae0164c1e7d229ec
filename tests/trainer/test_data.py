"""Batches: order, position, workers, unusable photos."""

import dataclasses
import multiprocessing
import subprocess
from itertools import chain, islice

import numpy as np
import pytest
import torch

from colorize_cli.errors import DataError, TrainingError
from colorize_cli.model.config import REFERENCE
from trainer.config import DataConfig, TrainConfig
from trainer.data import (
    Examples,
    LoadedBatches,
    Order,
    is_near_grey,
    judge,
    workers_watched,
)

CPU = torch.device("cpu")
RED = np.full((16, 16, 3), (220, 20, 20), np.uint8)
GREY = np.full((16, 16, 3), 128, np.uint8)
DATA = DataConfig(min_crop=0.3, min_side_px=8, workers=0)


class ListPhotos(list):
    """Photos in memory."""

    def name(self, index: int) -> str:
        """Its number."""
        return f"photo {index}"


def noise_photos(count: int) -> ListPhotos:
    """Random pictures, far from grey."""
    draws = np.random.default_rng(0)
    return ListPhotos(draws.integers(0, 256, (count, 16, 16, 3), np.uint8))


def batches(photos, order: Order, data: DataConfig = DATA) -> LoadedBatches:
    """Batches of 16 px crops."""
    model = dataclasses.replace(REFERENCE, image_size=16)
    config = TrainConfig(seed=5, model=model, data=data)
    return LoadedBatches(Examples(photos, config), order, CPU)


def test_every_epoch_visits_every_photo_once():
    """In another order each time."""
    order = Order(12, 4, seed=0)
    first, second = (
        [*chain.from_iterable(order.photos(k) for k in range(begin, begin + 3))]
        for begin in (0, 3)
    )
    assert sorted(first) == sorted(second) == list(range(12))
    assert first != second
    assert (order.epoch(2), order.epoch(3)) == (0, 1)


def test_the_rest_of_an_epoch_is_dropped():
    """Whole batches only."""
    assert Order(11, 4, seed=0).per_epoch == 2


def test_walk_from_the_middle_goes_on():
    """A resumed run sees the batches that it would have seen."""
    order = Order(10, 3, seed=1)
    whole = list(islice(order.walk(0), 8))
    assert list(islice(order.walk(5), 3)) == whole[5:]


def test_processes_share_the_batch_of_one():
    """Their parts in a row are the batch of a single process."""
    whole = Order(24, 6, seed=3).photos(2)
    parts = [Order(24, 6, 3, rank, 3).photos(2) for rank in range(3)]
    assert [*chain.from_iterable(parts)] == whole


def test_too_few_photos_for_a_batch():
    """Said before the first step."""
    with pytest.raises(DataError, match=r"3 usable, optim\.batch_size needs 4"):
        Order(3, 4, seed=0)


def test_batch_that_processes_cannot_share():
    """Said before the first step, too."""
    with pytest.raises(DataError, match="4 is not a multiple of 3 processes"):
        Order(9, 4, seed=0, rank=0, world=3)


@pytest.mark.parametrize(
    ("rgb", "reason"),
    [(None, "broken"), (RED[:4], "tiny"), (GREY, "near-grey"), (RED, None)],
)
def test_unusable_photos_are_told_apart(rgb, reason):
    """Each with its own reason."""
    assert judge(rgb, DATA) == reason


def test_slight_tint_is_near_grey():
    """Sepia of chroma 1 is out, of chroma 10 is in, at a limit of 3."""
    pale, warm = GREY.copy(), GREY.copy()
    pale[..., 2] -= 2
    warm[..., 2] -= 20
    assert is_near_grey(pale, 3.0)
    assert not is_near_grey(warm, 3.0)


def test_unusable_photos_are_replaced_and_counted():
    """The batch keeps its size; the skipped are told with their reasons."""
    photos = ListPhotos([RED, None, GREY, RED, RED[:4], RED, RED, RED])
    batch = batches(photos, Order(8, 8, seed=0)).batch(0)
    assert len(batch.L) == 8
    assert batch.skipped == {1: "broken", 2: "near-grey", 4: "tiny"}


def test_data_without_usable_photos_is_an_error():
    """Not an endless search."""
    photos = ListPhotos([GREY, None, GREY, GREY])
    with pytest.raises(DataError, match=r"hardly any can be used.*broken, near-grey"):
        batches(photos, Order(4, 2, seed=0)).batch(0)


def test_batch_is_the_same_from_any_start():
    """Position and seed alone decide, not what was drawn before."""
    photos, order = noise_photos(12), Order(12, 4, seed=2)
    stream = batches(photos, order)
    in_turn = [stream.batch(k) for k in range(5)][-1]
    at_once = batches(photos, order).batch(4)
    assert torch.equal(in_turn.L, at_once.L)
    assert torch.equal(in_turn.y0, at_once.y0)


@pytest.fixture
def loading():
    """Batches that a worker loads, and that worker; others may be left over."""
    before = set(multiprocessing.active_children())
    data = dataclasses.replace(DATA, workers=1)
    stream = batches(noise_photos(12), Order(12, 4, seed=2), data)
    stream.batch(0)
    (worker,) = set(multiprocessing.active_children()) - before
    return stream, worker


@pytest.mark.parametrize("name", ["INT", "TERM"])
def test_workers_leave_signals_to_the_run(loading, name):
    """Slurm and systemd tell all processes to end; the run saves first."""
    stream, worker = loading
    subprocess.run(["kill", "-s", name, str(worker.pid)], check=True)
    # More than are loaded ahead.
    assert [len(stream.batch(k).L) for k in range(1, 9)] == [4] * 8


def test_a_worker_that_is_killed_is_one_line_with_the_cure(loading):
    """By the kernel, when memory is short."""
    stream, worker = loading
    worker.kill()
    with pytest.raises(TrainingError, match=r"worker.*lower data\.workers") as caught:
        draw_on(stream)
    assert "\n" not in str(caught.value)


def draw_on(stream: LoadedBatches) -> None:
    """More batches than are loaded ahead."""
    with workers_watched():
        for k in range(1, 30):
            stream.batch(k)


def test_sizes_take_turns_from_any_start():
    """Every batch has one size, which its position decides."""
    data = dataclasses.replace(DATA, crop_sizes=(16, 8))
    stream = batches(noise_photos(12), Order(12, 4, seed=2), data)
    assert [stream.batch(k).L.shape[-1] for k in (3, 4, 5, 6)] == [8, 16, 8, 16]


def test_batch_does_not_depend_on_the_workers():
    """Decoding in another process changes nothing."""
    photos, order = noise_photos(8), Order(8, 4, seed=2)
    data = dataclasses.replace(DATA, degrade=0.5)
    here = batches(photos, order, data).batch(1)
    there = batches(photos, order, dataclasses.replace(data, workers=1)).batch(1)
    assert torch.equal(here.L, there.L)
    assert torch.equal(here.y0, there.y0)


def test_unusable_data_is_an_error_from_a_worker():
    """The same sentence as without workers."""
    data = dataclasses.replace(DATA, workers=1)
    with pytest.raises(DataError, match="hardly any can be used"):
        batches(ListPhotos([GREY] * 4), Order(4, 2, seed=0), data).batch(0)


def test_crops_of_another_epoch_differ():
    """The same photo is cut anew."""
    photos = noise_photos(1)
    stream = batches(photos, Order(1, 1, seed=0))
    assert not torch.equal(stream.batch(0).L, stream.batch(1).L)


def test_names_are_those_of_the_batch():
    """For messages about a batch."""
    order = Order(8, 4, seed=0)
    stream = batches(noise_photos(8), order)
    assert stream.names(1) == [f"photo {k}" for k in order.photos(1)]


def test_parts_of_a_batch_are_all_of_it():
    """Accumulation sees every photo once."""
    batch = batches(noise_photos(6), Order(6, 6, seed=0)).batch(0)
    parts = [batch.part(k, 3).y0 for k in range(3)]
    assert torch.equal(torch.cat(parts), batch.y0)
