"""The steps of the reverse loop are those that make the sample."""

import numpy as np
import pytest

from colorize_cli.imaging.color import denormalize_ab
from colorize_cli.imaging.photo import Photo
from colorize_cli.pipeline import Sampling, denoise, prepare, rows_of
from colorize_cli.tracing import trace
from tests.fake_backend import fake_model


def photo(height=60, width=80) -> Photo:
    """A grey slope."""
    slope = np.linspace(40, 220, width).astype(np.uint8)
    return Photo(rgb=np.tile(slope[None, :, None], (height, 1, 3)))


@pytest.mark.parametrize("sampler", ["ddpm", "ddim", "dpm"])
@pytest.mark.parametrize("size", [(60, 80), (40, 400)])
def test_the_last_estimate_is_the_sample(tiny_config, sampler, size):
    """The very colours that a run would write, also of a photo of several windows."""
    model, sampling = fake_model(tiny_config, step_count=5), Sampling(sampler=sampler)
    canvas = prepare(photo(*size), tiny_config)
    fields = denoise(model, rows_of(canvas, range(3)), sampling)
    third = fields.reshape(3, -1, *fields.shape[1:])[2]
    steps = trace(photo(*size), model, sampling, sample=2)
    np.testing.assert_array_equal(steps[-1].clean, canvas.grid.blend(third))


def test_the_first_step_sees_pure_noise(tiny_config):
    """Of unit variance where the network sees it."""
    first = trace(photo(), fake_model(tiny_config), Sampling())[0]
    assert first.gamma == 0
    unit = denormalize_ab(
        np.ones((2, 1, 1), np.float32), (0.0, 0.0), tiny_config.ab_std
    )
    mean = np.array(tiny_config.ab_mean)[:, None, None]
    assert ((first.noisy - mean) / unit).std() == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("steps", [None, 1, 4])
def test_every_step_is_kept(tiny_config, steps):
    """As many as the loop has, noisiest first."""
    model = fake_model(tiny_config, step_count=6)
    traced = trace(photo(), model, Sampling(steps=steps))
    gammas = [step.gamma for step in traced]
    assert len(traced) == (steps or 6)
    assert gammas == sorted(gammas)
    assert {step.noisy.shape for step in traced} == {
        step.clean.shape for step in traced
    }


def test_steps_do_not_overwrite_one_another(tiny_config):
    """The loop works in place, a trace must not."""
    traced = trace(photo(), fake_model(tiny_config, step_count=4), Sampling())
    assert len({step.noisy.tobytes() for step in traced}) == 4
