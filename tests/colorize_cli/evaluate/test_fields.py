"""Scores of ab fields with known answers: the truth, grey, and what lies between."""

import numpy as np
import pytest

from colorize_cli.evaluate.fields import score_fields
from colorize_cli.evaluate.judgement import Verdict, judge
from colorize_cli.evaluate.scores import PhotoScores, score_photo
from colorize_cli.evaluate.summary import summarize_ways
from colorize_cli.evaluate.ways import WAYS, ab_of, colorized, with_ab
from tests.judging import ChromaJudge, picture

PHOTOS = [picture(24, 32, seed) for seed in range(3)]


def fields_of(*shares: float) -> list[np.ndarray]:
    """For each photo one sample per share of the true ab."""
    return [np.stack([ab_of(rgb) * np.float32(s) for s in shares]) for rgb in PHOTOS]


def test_the_truth_scores_best_in_everything():
    """But for rounding, and for what is lost where colours follow the luminance."""
    single = score_fields(PHOTOS, fields_of(1, 1))["single"]
    assert single.psnr > 33
    assert single.mae < 2.5
    assert single.ssim > 0.95
    assert single.ciede2000 < 2.5
    assert single.chroma_ratio == pytest.approx(1, abs=0.1)
    assert single.tint_ratio == pytest.approx(1, abs=0.05)
    assert single.dcf_set < 6
    assert single.mae_tutorial == single.mae / 127.5


def test_the_original_is_a_row_of_its_own():
    """It has no error, and the colourfulness that the others are held against."""
    original = score_fields(PHOTOS, fields_of(0.5))["original"]
    assert original.mae == original.ciede2000 == original.dcf_photos == 0
    assert original.ssim == original.chroma_ratio == 1
    assert original.psnr == 100
    assert original.colorfulness > 5


def test_colours_that_stay_away_score_as_grey():
    """Returning the input is as good as leaving the photo grey, but for rounding."""
    ways = score_fields(PHOTOS, fields_of(0))
    assert ways["single"] == ways["mean"] == ways["best"]
    assert ways["single"].psnr == pytest.approx(ways["grey"].psnr, abs=0.05)
    assert ways["single"].mae == pytest.approx(ways["grey"].mae, abs=0.05)
    assert ways["grey"].chroma_ratio < 0.1


def test_mean_medoid_and_best_are_what_they_say():
    """Of shares 0, 0.5 and 0.7: mean 0.4, nearest to it 0.5, nearest to 1 is 0.7."""
    ways = score_fields(PHOTOS, fields_of(0, 0.5, 0.7))
    shares = {way: ways[way].chroma_ratio for way in ("mean", "medoid", "best")}
    assert shares["mean"] == pytest.approx(0.4, abs=0.05)
    assert shares["medoid"] == pytest.approx(0.5, abs=0.05)
    assert shares["best"] == pytest.approx(0.7, abs=0.06)
    assert ways["single"].psnr < ways["best"].psnr


def test_the_two_differences_of_colourfulness_differ():
    """One photo too dull, one too vivid: the set's is small, the photos' is not."""
    dull, vivid, _ = fields_of(1)
    ways = score_fields(PHOTOS[:2], [dull * np.float32(0.5), vivid * np.float32(1.5)])
    assert ways["single"].dcf_set < ways["single"].dcf_photos
    assert ways["single"].dcf_photos > 3


def test_small_fields_are_enlarged():
    """One colour for the whole photo, given as one pixel, is that colour everywhere."""
    pixel = np.full((1, 2, 1, 1), 20, np.float32)
    result = colorized(PHOTOS[0], pixel)
    np.testing.assert_array_equal(result.samples[0], with_ab(result.grey, (20, 20)))


def test_agreement_takes_the_originals_class_for_right():
    """Grey agrees with nothing here, so half of the samples bring back half."""
    ways = score_fields(PHOTOS, fields_of(0, 1), ChromaJudge())
    assert ways["original"].accuracy == ways["best"].accuracy == 1
    assert ways["grey"].accuracy == 0
    assert ways["single"].accuracy == ways["single"].recovered == 0.5
    assert ways["grey"].frechet > ways["best"].frechet


def test_accuracy_takes_the_labels_for_right():
    """With labels that nobody sees, nothing is right, and nothing can be lost."""
    ways = score_fields(PHOTOS, fields_of(1), ChromaJudge(), labels=[9, 9, 9])
    assert ways["original"].accuracy == 0
    assert ways["single"].recovered is None


def test_without_a_classifier_nothing_is_said_of_classes():
    """Neither 0 nor 1: None."""
    single = score_fields(PHOTOS, fields_of(1))["single"]
    assert single.accuracy is single.recovered is single.frechet is None


def test_every_picture_is_judged_once():
    """Original, grey, mean colour, mean and samples; medoid and best are samples."""
    judge_once = ChromaJudge()
    result = colorized(PHOTOS[0], fields_of(0.2, 0.9)[0])
    verdict, features = judge(result, judge_once)
    assert judge_once.read_count == 6
    assert features.shape == (len(WAYS), 2)
    assert Verdict.from_json(verdict.to_json()) == verdict


def test_scores_survive_a_file():
    """What is read back is what was written, to the last digit that is kept."""
    result = colorized(PHOTOS[0], fields_of(0.2, 0.9)[0])
    scores = score_photo(result, lambda one, other: float(np.abs(one - other).mean()))
    again = PhotoScores.from_json(scores.to_json())
    assert again.to_json() == scores.to_json()
    assert again.ways["best"].psnr == pytest.approx(scores.ways["best"].psnr, abs=1e-6)
    assert scores.diversity > 1
    assert again.lpips_diversity > 1
    assert again.ways["original"].lpips == 0 < again.ways["grey"].lpips


def test_a_set_without_photos_is_refused():
    """There is no mean of nothing."""
    with pytest.raises(ValueError, match="at least one photo"):
        summarize_ways([])
