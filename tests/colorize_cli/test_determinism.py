"""The same photo, seed and settings: the same pixels, whatever happens around it."""

import cv2
import numpy as np

from colorize_cli import codec
from colorize_cli.batch import run as engine
from colorize_cli.files import disk
from colorize_cli.model import load_model
from colorize_cli.pipeline import Sampling, colorize
from tests.fake_backend import fake_model
from tests.runs import contents, run


def test_batch_size_order_and_workers_change_nothing(
    photo_folder, tmp_path, tiny_config
):
    """To the bit, under a closed form."""
    model = fake_model(tiny_config)
    run(photo_folder, tmp_path / "1", model, samples=2, batch_size=1, workers=1)
    run(photo_folder, tmp_path / "3", model, samples=2, batch_size=3, workers=4)
    assert contents(tmp_path / "1") == contents(tmp_path / "3")


def test_neighbours_and_names_change_nothing(photo_folder, tmp_path, tiny_config):
    """A photo by itself, renamed, in another folder has the same colours."""
    model = fake_model(tiny_config)
    run(photo_folder, tmp_path / "all", model)
    (tmp_path / "alone").mkdir()
    moved = (photo_folder / "album/c.jpg").rename(tmp_path / "alone/0.jpg")
    run(moved, tmp_path / "one", model)
    alone = contents(tmp_path / "one")["0.png"]
    assert alone == contents(tmp_path / "all")["album/c.png"]


def test_seed_and_samples_change_the_colours(photo_folder, tmp_path, tiny_config):
    """Another seed, or another sample, is another picture."""
    model, source = fake_model(tiny_config), photo_folder / "a.jpg"
    for seed in (0, 1):
        out = tmp_path / str(seed)
        run(source, out, model, samples=3, sampling=Sampling(seed=seed))
    pictures = [
        *contents(tmp_path / "0").values(),
        *contents(tmp_path / "1").values(),
    ]
    assert len(set(pictures)) == len(pictures) == 6


def test_one_photo_at_a_time_gives_the_same(photo_folder, tmp_path, tiny_config):
    """`colorize` and the batch engine agree to the bit."""
    model, source = fake_model(tiny_config), photo_folder / "tall.jpg"
    run(source, tmp_path / "out", model, samples=2, tag=False)
    photo = codec.decode(source.read_bytes(), source)
    alone = [codec.encode(each, "png") for each in colorize(photo, model, samples=2)]
    made = contents(tmp_path / "out")
    assert alone == [made["tall.png"], made["tall_s2.png"]]


def test_no_room_to_keep_photos_changes_nothing(
    photo_folder, tmp_path, tiny_config, monkeypatch
):
    """Photos that do not fit in memory are decoded again for writing."""
    model = fake_model(tiny_config)
    run(photo_folder, tmp_path / "kept", model)
    reads = []
    read = disk.read
    monkeypatch.setattr(disk, "read", lambda p: reads.append(p.name) or read(p))
    monkeypatch.setattr(engine, "SHELF_BYTES", 48 * 64 * 3)
    run(photo_folder, tmp_path / "again", model, workers=1)
    assert contents(tmp_path / "kept") == contents(tmp_path / "again")
    # All are read before any is written; only the first one fits.
    assert {name: reads.count(name) for name in reads} == {
        "a.jpg": 1,
        "b.png": 2,
        "c.jpg": 2,
        "tall.jpg": 2,
    }


def test_a_network_agrees_within_rounding(photo_folder, tmp_path, tiny_model_path):
    """Batches of 1 and 3 differ by at most one 8-bit level under a tiny UNet."""
    model = load_model(tiny_model_path, "torch", "cpu")
    for size in (1, 3):
        out = tmp_path / str(size)
        report = run(photo_folder, out, model, samples=2, batch_size=size)
        assert report.counts == {"done": 4}
    for name in contents(tmp_path / "1"):
        one, three = (
            cv2.imread(str(tmp_path / size / name)).astype(int) for size in "13"
        )
        assert np.abs(one - three).max() <= 1
        # Not grey, so that there is something to agree on.
        assert np.ptp(one, axis=2).max() > 5
