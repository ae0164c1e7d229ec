"""The quality benchmark: scores with known answers, and a run on a tiny model."""

import json

import cv2
import numpy as np
import pytest

from benchmarks.colorizing import Colorized, denoise_all
from benchmarks.photo_sets import find_sets, grey_of, pick
from benchmarks.quality import main
from benchmarks.scores import score_photo, score_set
from colorize_cli.imaging.photo import Photo
from colorize_cli.model import load_model
from colorize_cli.pipeline import Sampling, denoise, prepare, rows_of


def picture(height: int, width: int, seed: int) -> np.ndarray:
    """A smooth picture in dull colours, (H, W, 3) uint8."""
    corners = np.random.default_rng(seed).uniform(60, 180, (3, 4, 3)).astype(np.float32)
    return cv2.resize(corners, (width, height)).astype(np.uint8)


def result_of(truth: np.ndarray, samples: list[np.ndarray], mean) -> Colorized:
    """What a model would have made of `truth`."""
    grey = grey_of(Photo(rgb=truth)).rgb
    return Colorized(truth=truth, grey=grey, samples=samples, mean=mean)


@pytest.fixture
def photo_sets(tmp_path):
    """A folder with the sets `faces` (two photos) and `scenes` (one)."""
    sizes = {"faces/a.png": (40, 40), "faces/b.png": (40, 40), "scenes/c.png": (36, 60)}
    for seed, (name, size) in enumerate(sizes.items()):
        path = tmp_path / "val" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), picture(*size, seed))
    return tmp_path / "val"


def test_perfect_samples_have_no_error_and_full_chroma():
    """The truth itself scores 0, ratio 1 and the ceiling of PSNR."""
    truth = picture(20, 30, 0)
    scores = score_set([score_photo(result_of(truth, [truth, truth], truth))])
    assert scores.mae_one == scores.mae_mean == scores.spread == 0
    assert scores.chroma_ratio == scores.tint_ratio == 1
    assert scores.psnr_one == scores.psnr_best == 100
    assert scores.mae_grey > 1


def test_grey_samples_score_as_grey():
    """Returning the input is exactly as good as leaving the photo grey."""
    truth = picture(20, 30, 1)
    grey = grey_of(Photo(rgb=truth)).rgb
    scores = score_set([score_photo(result_of(truth, [grey], grey))])
    assert scores.mae_one == scores.mae_grey
    assert scores.psnr_mean == scores.psnr_grey
    assert scores.chroma_ratio < 0.05


def test_best_is_the_sample_nearest_to_the_truth():
    """PSNR of one sample is the average, best the largest."""
    truth = picture(20, 30, 2)
    near, far = truth + np.uint8(2), truth + np.uint8(20)
    scores = score_photo(result_of(truth, [far, near], near))
    assert scores.psnr_best == scores.psnr_mean
    assert scores.psnr_one < scores.psnr_best


def test_a_set_without_photos_is_refused():
    """There is no mean of nothing."""
    with pytest.raises(ValueError, match="at least one photo"):
        score_set([])


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
        alone = denoise(model, rows_of(canvas, 2), Sampling())
        np.testing.assert_allclose(fields[:, 0], alone, atol=1e-3)


def test_a_run_writes_figures_table_and_sheet(tmp_path, photo_sets, tiny_model_path):
    """The same run twice writes the same JSON, one entry per set."""
    outputs = [tmp_path / "first.md", tmp_path / "second.md"]
    for output in outputs:
        common = [str(photo_sets), "--model", str(tiny_model_path), "--samples", "2"]
        main([*common, "--output", str(output), "--sheet", str(tmp_path / "sheet.png")])
    first, second = (output.with_suffix(".json").read_text() for output in outputs)
    assert first == second
    figures = json.loads(first)
    assert figures["faces"]["photo_count"] == 2
    assert figures["scenes"]["photo_count"] == 1
    assert "| faces | 2 |" in outputs[0].read_text()
    assert cv2.imread(str(tmp_path / "sheet.png")).shape == (3 * 160, 5 * 160, 3)
