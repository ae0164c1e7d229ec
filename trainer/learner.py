"""The network with all that one optimiser step needs."""

import math
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from colorize_cli.errors import ConfigError
from colorize_cli.model.checkpoint import load_network
from colorize_cli.model.imagenet_weights import load_imagenet_weights
from colorize_cli.model.network import Network
from trainer.config import LossConfig, OptimConfig, TrainConfig
from trainer.crew import Crew
from trainer.data import Batch
from trainer.draws import Draws, draw, seed_of
from trainer.ema import Ema
from trainer.loss import denoising_loss, error_weights

__all__ = ["Learner", "StepResult", "learning_rate", "make_network"]

# Model settings that may differ from those of the weights training starts from.
FREE_SETTINGS = {"image_size", "dropout", "square", "clip"}


@dataclass(frozen=True)
class StepResult:
    """What a step measured; tensors, so that a GPU is not waited for."""

    loss: Tensor
    grad_norm: Tensor


def learning_rate(optim: OptimConfig, iteration: int, progress: float) -> float:
    """Linear warm-up, times a cosine over the budget.

    Args:
        optim: For lr, warmup and final_lr.
        iteration: Steps already made.
        progress: Share of the budget that is used, in [0, 1].
    """
    warm = min(1.0, (iteration + 1) / optim.warmup) if optim.warmup else 1.0
    wave = (1 + math.cos(math.pi * min(progress, 1.0))) / 2
    return optim.lr * warm * (optim.final_lr + (1 - optim.final_lr) * wave)


def make_network(config: TrainConfig) -> Network:
    """A fresh network with ImageNet's encoder, or the one that `init` names.

    Raises:
        CheckpointError: If the file of `init` is not a model.
        ConfigError: If it is a model of another kind.
        DataError: If the encoder's weights are not installed.
    """
    torch.manual_seed(config.seed)
    network = Network(config.model, use_checkpoint=config.optim.gradient_checkpointing)
    if config.init:
        old, header = load_network(Path(config.init))
        ours, theirs = config.model.to_json(), header.config.to_json()
        changed = [k for k in ours if ours[k] != theirs[k] and k not in FREE_SETTINGS]
        if changed:
            key = changed[0]
            raise ConfigError(
                f"model.{key}",
                f"is {ours[key]}, but {config.init} was trained with {theirs[key]}",
            )
        network.load_state_dict(old.state_dict())
    elif network.encoder is not None:
        load_imagenet_weights(network.encoder.backbone)
    if network.encoder is not None:
        backbone = network.encoder.backbone
        backbone.requires_grad_(config.optim.encoder_lr > 0)
        coarsest = max(map(int, network.encoder.projections))
        for stride, block in zip(backbone.strides, backbone.blocks, strict=True):
            if stride > coarsest:  # of no use: processes would wait for its gradients
                block.requires_grad_(False)
    return network


def make_optimizer(optim: OptimConfig, network: Network) -> torch.optim.Optimizer:
    """Adam or AdamW over the weights that are trained.

    Returns:
        One group for the encoder's backbone, if that is trained, and one for the rest;
        each group's `share` is its learning rate's of `optim.lr`.
    """
    trained = {n: p for n, p in network.named_parameters() if p.requires_grad}
    backbone = [n for n in trained if n.startswith("encoder.backbone.")]
    groups = [
        {"params": [trained.pop(n) for n in backbone], "share": optim.encoder_lr},
        {"params": list(trained.values()), "share": 1.0},
    ]
    kind = torch.optim.Adam if optim.optimizer == "adam" else torch.optim.AdamW
    return kind(
        [group for group in groups if group["params"]],
        lr=optim.lr,
        betas=optim.betas,
        weight_decay=optim.weight_decay,
        fused=True,
    )


class Learner:
    """Network, optimiser and averaged weights on one device."""

    def __init__(
        self, config: TrainConfig, network: Network, device: torch.device, crew: Crew
    ) -> None:
        """Move the network to the device and wrap it for the crew.

        Raises:
            ConfigError: If a process's share of the batch has no equal parts.
        """
        optim = config.optim
        if optim.batch_size % (crew.world * optim.accumulation):
            raise ConfigError(
                "optim.batch_size",
                f"{optim.batch_size} is not a multiple of {crew.world} processes "
                f"times {optim.accumulation} parts",
            )
        if device.type == "cuda":
            torch.backends.cudnn.benchmark = True  # batches have few shapes
        self.config = config
        self.device = device
        self.crew = crew
        layout = torch.channels_last if optim.channels_last else torch.contiguous_format
        self.network = network.to(device).train()
        # A keyword that mypy's stubs do not know.
        self.network.to(memory_format=layout)  # type: ignore[call-overload]
        self.parameters = [p for p in network.parameters() if p.requires_grad]
        self.optimizer = make_optimizer(optim, network)
        self.ema = Ema(network, optim.ema) if optim.ema else None
        self.generator = torch.Generator(device)
        self.shared = (
            DistributedDataParallel(self.network, gradient_as_bucket_view=True)
            if crew.world > 1
            else None
        )
        self.module: nn.Module = self.shared or self.network
        on_cuda = device.type == "cuda"
        if optim.compile == "always" or (optim.compile == "auto" and on_cuda):
            # A graph for each working size instead of a slower one for all.
            compiled = torch.compile(self.module, dynamic=False)
            self.module = cast("nn.Module", compiled)

    def step(self, batch: Batch, iteration: int, rate: float) -> StepResult:
        """One optimiser step on this process's share of a batch.

        Everything random follows from the seed and the iteration.

        Args:
            batch: This process's photos.
            iteration: Steps already made.
            rate: Learning rate.
        """
        config, crew = self.config, self.crew
        optim = config.optim
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        self.generator.manual_seed(seed_of(config.seed, iteration, 0))
        torch.manual_seed(seed_of(config.seed, iteration, 1 + crew.rank))  # dropout
        draws = draw(
            config.schedule,
            optim.batch_size,
            batch.L.shape[-1],
            self.generator,
            config.loss.drop_encoder,
        ).part(crew.rank, crew.world)
        losses = []
        for k in range(optim.accumulation):
            last = k == optim.accumulation - 1
            with self._alone(not last):
                loss = self.loss(
                    batch.part(k, optim.accumulation),
                    draws.part(k, optim.accumulation),
                    self.module,
                    config.loss,
                )
                torch.autograd.backward(loss / optim.accumulation)
            losses.append(loss.detach())
        limit = optim.clip_norm or math.inf
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, limit)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        if self.ema is not None:
            self.ema.update(self.network)
        return StepResult(crew.mean(torch.stack(losses).mean()), norm)

    def loss(
        self,
        batch: Batch,
        draws: Draws,
        module: nn.Module,
        weighing: LossConfig | None = None,
    ) -> Tensor:
        """Mean squared error of the prediction, in mixed precision if asked for.

        Args:
            batch: Photos.
            draws: Noise levels and noise for them.
            module: The network, or what wraps it for training.
            weighing: How errors are weighed; None weighs all alike, so that runs with
                different settings can be compared.
        """
        model, weights = self.config.model, None
        if weighing is not None:
            weights = error_weights(draws.gamma, batch.y0, model, weighing)
        with self.autocast():
            return denoising_loss(
                module,
                batch.L,
                batch.y0,
                batch.luminance,
                draws.gamma,
                draws.eps,
                model.prediction,
                weights=weights,
                keep=draws.keep,
            )

    @property
    def photos_at_once(self) -> int:
        """Photos of one part of a step, in this process."""
        optim = self.config.optim
        return optim.batch_size // (self.crew.world * optim.accumulation)

    def autocast(self) -> torch.autocast:
        """Mixed precision, if the settings ask for it."""
        enabled = self.config.optim.bf16
        return torch.autocast(self.device.type, torch.bfloat16, enabled=enabled)

    def _alone(self, alone: bool) -> AbstractContextManager[None]:
        """Leave out the exchange of gradients for a part that is not the last."""
        if alone and self.shared is not None:
            return self.shared.no_sync()
        return nullcontext()

    def averaged(self) -> AbstractContextManager[None]:
        """The network has its averaged weights inside the context, if there are any."""
        return nullcontext() if self.ema is None else self.ema.applied(self.network)
