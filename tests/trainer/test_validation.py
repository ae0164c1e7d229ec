"""Measuring a learner on fixed photos with fixed noise."""

import weakref

import numpy as np
import pytest
import torch

from colorize_cli.errors import DataError, TrainingError
from trainer.photos import FolderPhotos
from trainer.validation import Pictures, Validation, to_rgb


@pytest.fixture
def photos(colour_folder) -> FolderPhotos:
    """All ten photos."""
    return FolderPhotos(sorted(colour_folder.iterdir()))


@pytest.fixture
def validation(photos, settings) -> Validation:
    """Three photos sampled twice each, out of ten; no colour is clipped."""
    return Validation(photos, settings("val.samples=3", "model.clip=30.0"))


def oracle(validation: Validation, learner, monkeypatch) -> None:
    """Make the learner's UNet know the sampled photos' true colours."""
    truth = validation.photos.y0

    def predict(x, gamma, *features):
        g = gamma[0]
        rows = truth[: len(x)]
        if g == 1:
            return torch.zeros_like(rows)
        eps = (x[:, 1:] - g.sqrt() * rows) / (1 - g).sqrt()
        return g.sqrt() * eps - (1 - g).sqrt() * rows

    monkeypatch.setattr(learner.network.unet, "forward", predict)


def test_same_learner_same_figures(validation, settings, make_learner):
    """Nothing random is left; another run's seed does not matter."""
    learner = make_learner(settings())
    first, second = validation.measure(learner), validation.measure(learner)
    assert first.metrics == second.metrics
    np.testing.assert_array_equal(first.pictures.predicted, second.pictures.predicted)


def test_no_more_photos_at_a_time_than_in_training(
    validation, settings, make_learner, monkeypatch
):
    """What fits in a step fits in validation, and the figures are the same."""
    whole = make_learner(settings())
    parts = make_learner(settings("optim.accumulation=4"))
    parts.network.load_state_dict(whole.network.state_dict())
    expected = validation.measure(whole).metrics
    counts = []
    forward = parts.network.unet.forward

    def counting(x, *rest):
        counts.append(len(x))
        return forward(x, *rest)

    monkeypatch.setattr(parts.network.unet, "forward", counting)
    figures = validation.measure(parts).metrics
    assert set(counts) == {1}
    assert figures == pytest.approx(expected, rel=1e-3)


def test_weights_come_back_after_a_lack_of_memory(
    validation, settings, make_learner, monkeypatch
):
    """The average is out of the network again, and the memory free by then."""
    learner = make_learner(settings("optim.ema=0.5"))
    for tensor in learner.ema.weights.values():
        tensor += 1
    before = {k: v.clone() for k, v in learner.network.state_dict().items()}
    large = []

    def fail(*args):
        activations = torch.zeros(9)
        large.append(weakref.ref(activations))
        raise torch.OutOfMemoryError("CUDA out of memory")

    exchange, held = learner.ema._exchange, []

    def noting(network):
        held.append(any(each() is not None for each in large))
        exchange(network)

    monkeypatch.setattr(learner.ema, "_exchange", noting)
    monkeypatch.setattr(validation, "_loss", fail)
    with pytest.raises(TrainingError, match="in validation"):
        validation.measure(learner)
    assert held == [False, False]
    after = learner.network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert learner.network.training


def test_noise_does_not_depend_on_the_runs_seed(photos, settings):
    """So that runs can be compared."""
    first, second = (Validation(photos, settings(f"seed={k}")) for k in (1, 2))
    assert torch.equal(first.draws.eps, second.draws.eps)
    assert torch.equal(first.draws.gamma, second.draws.gamma)


def test_perfect_denoiser_has_perfect_figures(
    validation, settings, make_learner, monkeypatch
):
    """Samples equal the truth, in every variant."""
    learner = make_learner(settings())
    oracle(validation, learner, monkeypatch)
    metrics = validation.measure(learner).metrics
    assert metrics["val_mae"] < 1e-4
    assert metrics["chroma_ratio"] == pytest.approx(1, abs=1e-3)
    assert metrics["tint_ratio"] == pytest.approx(1, abs=1e-3)
    assert metrics["spread"] < 1e-3
    assert metrics["psnr"] > 60
    assert metrics["colorfulness"] == pytest.approx(metrics["colorfulness_truth"])


def test_fresh_network_has_the_loss_of_its_target(validation, settings, make_learner):
    """A network that predicts 0 costs the mean square of v."""
    metrics = validation.measure(make_learner(settings())).metrics
    gamma = validation.draws.gamma[:, None, None, None]
    v = gamma.sqrt() * validation.draws.eps - (1 - gamma).sqrt() * validation.photos.y0
    assert metrics["val_loss"] == pytest.approx(float((v**2).mean()), rel=1e-4)


def test_mae_has_both_units(validation, settings, make_learner):
    """The tutorial's of [-1, 1], and Lab units."""
    metrics = validation.measure(make_learner(settings())).metrics
    assert metrics["val_mae_lab"] == pytest.approx(127.5 * metrics["val_mae"])


def test_averaged_weights_are_measured(validation, settings, make_learner):
    """And the learner goes on with its own, in training mode."""
    learner = make_learner(settings())
    with torch.no_grad():
        for parameter in learner.parameters:
            parameter.add_(0.1)
    own = [p.clone() for p in learner.parameters]
    fresh = make_learner(settings())
    assert validation.measure(learner).metrics == validation.measure(fresh).metrics
    assert all(torch.equal(a, b) for a, b in zip(own, learner.parameters, strict=True))
    assert learner.network.training


def test_no_samples_no_pictures(photos, settings, make_learner):
    """Only the loss."""
    config = settings("val.samples=0", "val.best=val_loss")
    result = Validation(photos, config).measure(make_learner(config))
    assert result.metrics.keys() == {"val_loss"}
    assert result.pictures is None


def test_one_variant_has_no_spread(photos, settings, make_learner):
    """Nor a mean of several."""
    config = settings("val.variants=1")
    metrics = Validation(photos, config).measure(make_learner(config)).metrics
    assert not {"spread", "psnr_mean"} & metrics.keys()
    assert "psnr" in metrics


def test_unusable_validation_photos_are_left_out(photos, settings, colour_folder):
    """An error only if none is left."""
    (colour_folder / "02.png").write_bytes(b"broken")
    assert len(Validation(photos, settings()).photos.L) == 9
    for path in colour_folder.iterdir():
        path.write_bytes(b"broken")
    with pytest.raises(DataError, match="validation photos: none of 10 can be used"):
        Validation(photos, settings())


def test_rgb_of_known_lab():
    """White, black and a saturated red."""
    L = np.array([1.0, -1.0, 53.24 / 50 - 1], np.float32).reshape(3, 1, 1, 1)
    ab = np.zeros((3, 2, 1, 1), np.float32)
    ab[2, :, 0, 0] = (80.09, 67.20)
    rgb = to_rgb(L, ab).reshape(3, 3)
    np.testing.assert_allclose(rgb, [(255,) * 3, (0,) * 3, (255, 0, 0)], atol=1)


def test_grid_has_a_row_for_each_photo():
    """Truth first, then the variants."""
    truth = np.zeros((3, 4, 4, 3), np.uint8)
    predicted = np.full((3, 2, 4, 4, 3), 9, np.uint8)
    grid = Pictures(truth, predicted).grid(2)
    assert grid.shape == (8, 12, 3)
    assert not grid[:, :4].any()
    assert (grid[:, 4:] == 9).all()
