"""One trial: train a small network, sample it, measure it.

B batch, P photos, K samples of each, S working size.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.trials.cache import Examples
from benchmarks.trials.cross_attention import ask_the_encoder
from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.imaging.color import denormalize_ab
from colorize_cli.model.config import ModelConfig
from colorize_cli.model.network import Network
from trainer.config import TrainConfig
from trainer.draws import draw, seed_of
from trainer.ema import Ema
from trainer.learner import learning_rate, make_optimizer
from trainer.loss import denoising_loss, error_weights
from trainer.sampling import draw_sample

__all__ = ["Trained", "sample", "train"]

NOISE_SEED = 20240407
ROWS = 32

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Trained:
    """A network, its averaged weights by decay, and how its training went."""

    network: Network
    emas: Mapping[float, Ema]
    # Mean training loss of the last quarter.
    loss: float


class Projected(torch.nn.Module):
    """A network that is given encoder features instead of luminance."""

    def __init__(self, network: Network) -> None:
        """Wrap; nothing is copied."""
        super().__init__()
        self.network = network

    def forward(
        self,
        x: Tensor,
        gamma: Tensor,
        features: Mapping[int, Tensor],
        keep: Tensor | None,
    ) -> Tensor:
        """As `Network.forward`, features in the place of luminance."""
        projected = project(self.network, features)
        if keep is not None:
            projected = [each * keep[:, None, None, None] for each in projected]
        return self.network.unet(x, gamma, *projected)


def project(network: Network, features: Mapping[int, Tensor]) -> list[Tensor]:
    """The features that this network uses, at the widths of its levels."""
    if network.encoder is None:
        return []
    items = network.encoder.projections.items()
    return [layer(features[int(stride)]) for stride, layer in items]


def train(
    config: TrainConfig,
    examples: Sequence[Examples],
    decays: Iterable[float],
    *,
    cross_attention: bool = False,
) -> Trained:
    """Train for `config.iterations` steps; only what is random follows the seed.

    Args:
        config: Settings.
        examples: The photos, at each of the sizes that take turns in training.
        decays: Of the averages to keep.
        cross_attention: The coarsest features are attended to instead of added.
    """
    torch.manual_seed(config.seed)
    network = Network(config.model).train()
    if cross_attention:
        ask_the_encoder(network)
    # A keyword that mypy's stubs do not know.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if network.encoder is not None:
        network.encoder.backbone.requires_grad_(requires_grad=False)
    module = Projected(network)
    parameters = [p for p in network.parameters() if p.requires_grad]
    optimizer = make_optimizer(config.optim, network)
    emas = {decay: Ema(network, decay) for decay in decays}
    losses: list[float] = []
    for iteration in range(config.iterations):
        rate = learning_rate(config.optim, iteration, iteration / config.iterations)
        for group in optimizer.param_groups:
            group["lr"] = rate
        turn = examples[iteration % len(examples)]
        loss = step_loss(module, config, turn, iteration)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(parameters, config.optim.clip_norm or 1e9)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        for ema in emas.values():
            ema.update(network)
        losses.append(float(loss.detach()))
        if iteration % 100 == 99:
            print(f"{iteration + 1}: loss {np.mean(losses[-100:]):.4f}", flush=True)
    return Trained(network.eval(), emas, float(np.mean(losses[-len(losses) // 4 :])))


def step_loss(
    module: Projected, config: TrainConfig, examples: Examples, iteration: int
) -> Tensor:
    """The weighted loss of one iteration's batch."""
    generator = torch.Generator().manual_seed(seed_of(config.seed, iteration))
    size, model = config.optim.batch_size, config.model
    index = torch.randint(len(examples.L), (size,), generator=generator)
    batch = examples.rows(index, torch.rand(size, generator=generator) < 0.5)
    draws = draw(
        config.schedule, size, batch.L.shape[-1], generator, config.loss.drop_encoder
    )
    mean, std = (torch.tensor(v)[:, None, None] for v in (model.ab_mean, model.ab_std))
    y0 = (batch.ab - mean) / std
    weights = error_weights(draws.gamma, y0, model, config.loss)
    with torch.autocast("cpu", torch.bfloat16, enabled=config.optim.bf16):
        return denoising_loss(
            partial(_with_features, module, batch.features),
            batch.L,
            y0,
            None,
            draws.gamma,
            draws.eps,
            model.prediction,
            weights=weights,
            keep=draws.keep,
        )


def _with_features(
    module: Projected,
    features: Mapping[int, Tensor],
    x: Tensor,
    gamma: Tensor,
    luminance: None,
    keep: Tensor | None,
) -> Tensor:
    return module(x, gamma, features, keep)


def sample(
    network: Network,
    config: ModelConfig,
    schedule: NoiseSchedule,
    examples: Examples,
    variants: int,
    guidance: float = 1.0,
) -> Floats:
    """Sampled ab in Lab units, (P, K, 2, S, S), from noise that is always the same.

    Args:
        network: Trained.
        config: Its config.
        schedule: The gammas to visit.
        examples: P photos.
        variants: K.
        guidance: Scale of what the encoder's features change in the prediction; 1 is
            the plain prediction.
    """
    parts = []
    for start in range(0, len(examples.L), ROWS):
        rows = torch.arange(start, min(start + ROWS, len(examples.L)))
        of_rows = []
        for k in range(variants):
            noise = np.random.default_rng(seed_of(NOISE_SEED, int(rows[0]), k))
            of_rows.append(
                walk(network, config, schedule, examples, rows, noise, guidance)
            )
        parts.append(np.stack(of_rows, axis=1))
    return denormalize_ab(np.concatenate(parts), config.ab_mean, config.ab_std)


def walk(
    network: Network,
    config: ModelConfig,
    schedule: NoiseSchedule,
    examples: Examples,
    rows: Tensor,
    noise: np.random.Generator,
    guidance: float,
) -> Floats:
    """Normalised ab of one sample of some photos, (B, 2, S, S)."""
    batch = examples.rows(rows, torch.zeros(len(rows), dtype=torch.bool))
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        features = project(network, batch.features)
    nothing = [torch.zeros_like(each) for each in features]

    def given(some: list[Tensor], x: Tensor, gamma: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return network.unet(x, gamma, *some).float()

    def predict(x: Tensor, gamma: Tensor) -> Tensor:
        answer = given(features, x, gamma)
        if guidance == 1:
            return answer
        blind = given(nothing, x, gamma)
        return blind + guidance * (answer - blind)

    return draw_sample(predict, batch.L, config, schedule, noise)
