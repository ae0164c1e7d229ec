"""Whole runs from a store into a store."""

import cv2
import numpy as np
import pytest

from colorize_cli.pipeline import Sampling
from tests.conftest import grey_picture
from tests.fake_backend import fake_model
from tests.runs import run


@pytest.fixture
def photos(s3):
    """Three photos in a bucket, one of which is broken."""
    for seed, name in enumerate(["a.png", "album/b.png"]):
        _, data = cv2.imencode(".png", grey_picture(40, 40, seed))
        s3.pipe_file(f"box/photos/{name}", data.tobytes())
    s3.pipe_file("box/photos/broken.png", b"Dear diary")
    return s3


def made(store) -> list[str]:
    """The pictures under box/out."""
    names = [name.removeprefix("box/out/") for name in store.find("box/out")]
    return [name for name in names if name.endswith(".png")]


def test_a_bucket_is_colorized_into_another_place(photos, tiny_config):
    """Once: the next run finds results and ledger, and reads nothing again."""
    places = ["s3://box/photos"], "s3://box/out"
    report = run(*places, fake_model(tiny_config))
    assert report.counts == {"done": 2, "failed": 1}
    assert report.failures[0].source == "s3://box/photos/broken.png"
    assert made(photos) == ["a.png", "album/b.png"]
    picture = np.frombuffer(photos.cat_file("box/out/a.png"), np.uint8)
    assert cv2.imdecode(picture, cv2.IMREAD_COLOR).shape == (40, 40, 3)
    again = run(*places, fake_model(tiny_config))
    assert again.counts == {"skipped": 2, "failed": 1}


def test_a_changed_photo_is_done_again(photos, tiny_config):
    """The ledger in the store knows what was made of what."""
    places = ["s3://box/photos"], "s3://box/out"
    run(*places, fake_model(tiny_config))
    before = photos.cat_file("box/out/a.png")
    _, data = cv2.imencode(".png", grey_picture(48, 40, 7))
    photos.pipe_file("box/photos/a.png", data.tobytes())
    report = run(*places, fake_model(tiny_config))
    assert report.counts == {"done": 1, "skipped": 1, "failed": 1}
    assert photos.cat_file("box/out/a.png") != before


def test_a_folder_into_a_bucket(photo_folder, photos, tiny_config):
    """Sources and destinations go together as one likes."""
    report = run(photo_folder, "s3://box/out", fake_model(tiny_config))
    assert report.counts == {"done": 4}
    assert made(photos) == ["a.png", "album/c.png", "b.png", "tall.png"]


def test_a_folder_that_was_copied_into_a_store_is_gone_on_with(
    photo_folder, memory, tmp_path, tiny_config
):
    """Its ledger is older than what later runs add, so these know their own results."""
    out, model = tmp_path / "out", fake_model(tiny_config)
    run(photo_folder, out, model)
    memory.put(str(out), "/box/out", recursive=True)
    for seed in (1, 2):
        report = run(photo_folder, "memory://box/out", model, **seeded(seed))
        assert report.counts == {"done": 4}
    again = run(photo_folder, "memory://box/out", model, **seeded(2))
    assert again.reasons == {"": 4}


def seeded(seed: int) -> dict:
    """Settings of a run with that seed."""
    return {"sampling": Sampling(seed=seed)}
