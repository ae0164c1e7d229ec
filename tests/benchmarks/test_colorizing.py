"""Sets of photos, and colours for many of them at once."""

import numpy as np

from benchmarks.colorizing import denoise_all
from benchmarks.photo_sets import find_sets, grey_of, pick
from colorize_cli.imaging.photo import Photo
from colorize_cli.model import load_model
from colorize_cli.pipeline import Sampling, denoise, prepare, rows_of
from tests.judging import picture


def test_sub_folders_are_sets(photo_sets):
    """Every sub-folder is a set, found in a stable order."""
    found = find_sets(photo_sets)
    assert {name: [p.name for p in paths] for name, paths in found.items()} == {
        "faces": ["a.png", "b.png"],
        "scenes": ["c.png"],
    }


def test_a_pick_depends_on_the_seed_alone(tmp_path):
    """The same seed picks the same photos; a limit beyond the count picks all."""
    paths = [tmp_path / f"{number:03}.jpg" for number in range(50)]
    assert pick(paths, 5, seed=1) == pick(paths, 5, seed=1) != pick(paths, 5, seed=2)
    assert pick(paths, 60, seed=1) == paths


def test_grey_of_a_photo_has_equal_channels():
    """Nothing of the colour is left, and the luminance is."""
    grey = grey_of(Photo(rgb=picture(20, 30, 3))).rgb
    assert np.ptp(grey.astype(int), axis=2).max() <= 1


def test_fields_of_mixed_photos_equal_those_of_each_alone(tiny_model_path):
    """Batches that mix photos of two shapes give every photo its own colours."""
    model = load_model(tiny_model_path, "torch", "cpu")
    sizes = [(32, 32), (32, 64), (32, 32)]
    photos = [Photo(rgb=picture(*size, seed)) for seed, size in enumerate(sizes)]
    canvases = [prepare(photo, model.header.config) for photo in photos]
    mixed = denoise_all(canvases, model, Sampling(), samples=2, batch_size=3)
    for canvas, fields in zip(canvases, mixed, strict=True):
        alone = denoise(model, rows_of(canvas, range(2)), Sampling())
        np.testing.assert_allclose(fields[:, 0], alone, atol=1e-3)
