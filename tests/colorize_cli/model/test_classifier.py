"""The ImageNet classifier: the same answers as another package, on any picture."""

import numpy as np
import pytest
import torch
from skimage import data

from colorize_cli.model.classifier import (
    CLASS_COUNT,
    FEATURE_COUNT,
    SIDE,
    Classifier,
    Lite0Classifier,
    framed,
)
from colorize_cli.model.imagenet_weights import weights_path
from tests.random_weights import randomized

TABBY, TIGER_CAT, EGYPTIAN_CAT, ESPRESSO = 281, 282, 285, 967


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    """With ImageNet's weights."""
    return Classifier.imagenet()


def test_logits_equal_those_of_the_package_that_the_weights_were_made_with(classifier):
    """Head, pooling and last layer included."""
    efficientnet = pytest.importorskip("efficientnet_lite_pytorch").EfficientNet
    theirs = efficientnet.from_name("efficientnet-lite0")
    theirs.load_state_dict(torch.load(weights_path(), weights_only=True))
    pixels = torch.randint(0, 256, (2, 3, 64, 64)).float()
    with torch.no_grad():
        expected = theirs.eval()((pixels - 127) / 128)
        logits, features = classifier.network(pixels / 255)
    assert features.shape == (2, FEATURE_COUNT)
    torch.testing.assert_close(logits, expected, atol=1e-3, rtol=1e-3)


def test_it_knows_a_cat_and_a_coffee(classifier):
    """Class numbers are those of ImageNet's sorted classes."""
    labels = classifier.read([data.chelsea(), data.coffee()]).labels
    assert labels[0] in {TABBY, TIGER_CAT, EGYPTIAN_CAT}
    assert labels[1] == ESPRESSO


def test_pictures_of_any_size_and_number_are_read(classifier, monkeypatch):
    """In passes of a few pictures; a picture's answer does not depend on the others."""
    monkeypatch.setattr("colorize_cli.model.classifier.ROWS", 2)
    random = Classifier(randomized(Lite0Classifier()))
    draws = np.random.default_rng(0)
    sizes = [(20, 30), (300, 200), (224, 224)]
    pictures = [draws.integers(0, 256, (*size, 3), np.uint8) for size in sizes]
    together = random.read(pictures)
    assert together.labels.shape == (3,)
    assert together.labels.max() < CLASS_COUNT
    for number, picture in enumerate(pictures):
        alone = random.read([picture]).features[0]
        np.testing.assert_allclose(together.features[number], alone, atol=1e-4)


def test_the_middle_seven_eighths_are_looked_at():
    """As the weights were trained: 224 of 256 pixels."""
    picture = np.zeros((512, 256, 3), np.uint8)
    picture[144:368, 16:240] = 255
    assert (framed(picture) == 255).all()
    picture[:145] = 0
    assert framed(picture).shape == (SIDE, SIDE, 3)
    assert (framed(picture)[0] == 0).all()
