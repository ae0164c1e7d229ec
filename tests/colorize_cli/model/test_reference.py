"""Ours against a transcription of the tutorial: same weights, same noise, same result.

All parameters are random, the zero-initialised ones included, so that every block
counts. The bound everywhere is issue 2's 1e-5.
"""

from functools import partial

import numpy as np
import pytest
import torch

from colorize_cli.diffusion.process import ddpm_step
from colorize_cli.diffusion.sampler import reverse
from colorize_cli.model.config import REFERENCE
from colorize_cli.model.reference import TUTORIAL_SCHEDULE, load_tutorial_checkpoint
from tests.random_weights import randomized
from tests.tutorial import BETA_SCHEDULE, UNET_CONFIG, ColorDiffusion, mse_loss
from trainer.loss import denoising_loss, neighbour_gammas

TOLERANCE = 1e-5
TINY = UNET_CONFIG | {"inner_channel": 32, "channel_mults": [1, 2], "res_blocks": 1}
VARIANTS = {
    "attention everywhere": TINY | {"attn_res": [1, 2, 4]},
    "attention at the top": TINY | {"attn_res": [1]},
    "three levels": TINY | {"channel_mults": [1, 1, 2], "attn_res": [2]},
    "one level": TINY | {"channel_mults": [1], "attn_res": []},
    "three residual blocks": TINY | {"res_blocks": 3, "attn_res": [2]},
    "wide first level": TINY | {"channel_mults": [2, 1], "attn_res": [2]},
    "wide": TINY | {"inner_channel": 96, "attn_res": [2]},
}


def tutorial_model(unet_config, beta_schedule=BETA_SCHEDULE) -> ColorDiffusion:
    """The tutorial's model with random weights, ready to sample."""
    model = ColorDiffusion(unet_config, beta_schedule)
    model.set_new_noise_schedule("cpu")
    model.set_loss(mse_loss)
    return randomized(model)


def imported(model: ColorDiffusion, folder):
    """Our network and header, by way of a best_model.pth."""
    path = folder / "best_model.pth"
    torch.save(model.state_dict(), path)
    return load_tutorial_checkpoint(path)


def inputs(batch: int, height: int, width: int):
    """L in [-1, 1] and standard normal ab."""
    L = torch.rand(batch, 1, height, width) * 2 - 1
    return L, torch.randn(batch, 2, height, width)


def our_loop(network, header, L, y, seed: int) -> np.ndarray:
    """Our reverse process with the noise that the tutorial draws after `seed`."""

    def denoiser(x, gamma):
        with torch.no_grad():
            return network(torch.from_numpy(x), torch.full((len(x),), gamma)).numpy()

    torch.manual_seed(seed)
    return reverse(
        denoiser,
        torch.cat([L, y], dim=1).numpy(),
        header.schedule,
        step=partial(ddpm_step, draw=lambda: torch.randn(y.shape).numpy()),
        prediction=header.config.prediction,
        clip=header.config.clip,
    )


def loop_difference(model, network, header, size, seed: int = 5) -> float:
    """Largest difference after the whole reverse process."""
    L, y = inputs(*size)
    torch.manual_seed(seed)
    expected, _ = model.restoration(L, y_t=y)
    ours = our_loop(network, header, L, y, seed)
    assert ours.std() > 0.1
    return float(np.abs(ours - expected.numpy()).max())


@pytest.mark.parametrize("unet_config", VARIANTS.values(), ids=VARIANTS)
def test_weights_load_and_one_forward_pass_agrees(tmp_path, unet_config):
    """The config is read off the weights and the prediction is the tutorial's."""
    model = tutorial_model(unet_config)
    network, header = imported(model, tmp_path)
    assert header.config.inner_channel == unet_config["inner_channel"]
    assert header.config.channel_mults == tuple(unet_config["channel_mults"])
    assert header.config.res_blocks == unet_config["res_blocks"]
    for size in [(1, 16, 16), (3, 24, 40)]:
        x, gamma = torch.cat(inputs(*size), dim=1), torch.rand(size[0])
        with torch.no_grad():
            expected = model.denoise_fn(x, gamma)
            difference = (network(x, gamma) - expected).abs().max()
        assert expected.std() > 0.1
        assert difference < TOLERANCE


@pytest.mark.parametrize("unet_config", VARIANTS.values(), ids=VARIANTS)
def test_the_whole_loop_of_20_steps_agrees(tmp_path, unet_config):
    """Restoration from the same noise, with the same draws, ends the same."""
    model = tutorial_model(unet_config)
    assert loop_difference(model, *imported(model, tmp_path), (2, 16, 24)) < TOLERANCE


@pytest.mark.parametrize(
    "betas",
    [
        {"n_timestep": 30, "linear_start": 1e-5, "linear_end": 0.1},
        {"n_timestep": 5, "linear_start": 0.01, "linear_end": 0.6},
    ],
)
def test_the_schedule_is_the_files(tmp_path, betas):
    """A checkpoint trained on another schedule is sampled on that schedule."""
    unet_config = VARIANTS["attention at the top"]
    model = tutorial_model(unet_config, {"schedule": "linear"} | betas)
    network, header = imported(model, tmp_path)
    stored = model.gammas.flip(0).numpy()
    assert np.allclose(header.schedule.gammas, stored, rtol=1.2e-7, atol=0)
    assert loop_difference(model, network, header, (1, 16, 16)) < TOLERANCE


@pytest.mark.slow
def test_the_full_reference_agrees(tmp_path):
    """62.6 M parameters: forward at 128 x 128, and 20 steps at 64 x 64."""
    model = tutorial_model(UNET_CONFIG)
    network, header = imported(model, tmp_path)
    assert header.config == REFERENCE
    assert np.allclose(header.schedule.gammas, TUTORIAL_SCHEDULE.gammas, atol=3e-8)
    x, gamma = torch.cat(inputs(1, 128, 128), dim=1), torch.tensor([0.7])
    with torch.no_grad():
        difference = network(x, gamma) - model.denoise_fn(x, gamma)
    assert difference.abs().max() < TOLERANCE
    assert loop_difference(model, network, header, (1, 64, 64)) < TOLERANCE


def test_training_loss_is_the_tutorials(tmp_path):
    """Same gamma and noise: the loss and its gradients agree with `forward`."""
    model = tutorial_model(VARIANTS["attention everywhere"])
    network, _ = imported(model, tmp_path)
    seen = []
    model.denoise_fn.register_forward_pre_hook(lambda _, args: seen.append(args[1]))
    L, eps = inputs(4, 16, 16)
    y0 = torch.rand(4, 2, 16, 16) * 2 - 1
    expected = model(y0, L, noise=eps)
    (gamma,) = seen
    ours = denoising_loss(network, L, y0, None, gamma.view(-1), eps, "epsilon")
    assert torch.allclose(ours, expected, rtol=0, atol=TOLERANCE)
    expected.backward()
    ours.backward()
    theirs = dict(model.denoise_fn.named_parameters())
    for name, parameter in network.unet.named_parameters():
        wanted = theirs[name].grad
        assert torch.allclose(parameter.grad, wanted, rtol=1e-3, atol=1e-5), name


class GammaRecorder(torch.nn.Module):
    """In place of the UNet, keeps the gammas that the training loss drew."""

    def forward(self, x, gammas):
        """Remember gammas and answer anything of the right shape."""
        self.gammas = gammas
        return x[:, 1:]


def test_training_gammas_are_drawn_as_the_tutorial_draws_them():
    """Uniform between a random pair of neighbours: same range, same distribution."""
    model = tutorial_model(VARIANTS["one level"])
    model.denoise_fn = GammaRecorder()
    plane = torch.zeros(20_000, 1, 1, 1)
    model(plane.expand(-1, 2, -1, -1), plane)
    theirs = model.denoise_fn.gammas.flatten().sort().values
    generator = torch.Generator().manual_seed(1)
    drawn = neighbour_gammas(20_000, TUTORIAL_SCHEDULE, generator)
    ours = drawn.float().sort().values
    # Two-sample Kolmogorov-Smirnov distance; 0.02 is beyond chance in 99.9 %.
    ranks = torch.searchsorted(theirs, ours) / len(theirs)
    expected = torch.arange(len(ours)) / len(ours)
    assert (ranks - expected).abs().max() < 0.02
    assert ours[0] >= TUTORIAL_SCHEDULE.gammas[0]
    assert ours[-1] <= TUTORIAL_SCHEDULE.gammas[-1] + 1e-6
