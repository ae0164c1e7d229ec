"""Checkpoints of the tutorial: `best_model.pth`, a state dict of its `ColorDiffusion`.

"Diffusion-based Image Colorization", Nguyen, Duong and Do, 2024. Its UNet weights are
named `denoise_fn.*`, ours `unet.*`; beside them it stores its noise schedule.
"""

import pickle
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.errors import CheckpointError
from colorize_cli.model.checkpoint import assign_strictly
from colorize_cli.model.config import REFERENCE, ModelConfig
from colorize_cli.model.header import Header
from colorize_cli.model.network import Network

__all__ = ["TUTORIAL_SCHEDULE", "load_tutorial_checkpoint"]

# The tutorial's `beta_schedule`.
TUTORIAL_SCHEDULE = NoiseSchedule.linear(20, 1e-4, 0.09)

UNET_PREFIX = "denoise_fn."
BUFFERS = (
    "gammas",
    "sqrt_recip_gammas",
    "sqrt_recipm1_gammas",
    "posterior_log_variance_clipped",
    "posterior_mean_coef1",
    "posterior_mean_coef2",
)


def load_tutorial_checkpoint(path: Path) -> tuple[Network, Header]:
    """The float32 network in evaluation mode, and a header made for it.

    The shape of the UNet is read off its weights. What leaves no trace there (width of
    an attention head, dropout, image size) is taken from the tutorial. The noise
    schedule is the file's; a bare UNet state dict gets the tutorial's.

    Args:
        path: A file written by `torch.save(model.state_dict(), path)`.

    Raises:
        CheckpointError: If the file is missing, damaged, holds more than tensors, or is
            not exactly a model of the tutorial's kind.
    """
    state = _read_state(path)
    if any(name.startswith(UNET_PREFIX) for name in state):
        weights = _renamed(state)
        schedule = _schedule(path, {n: t for n, t in state.items() if n in BUFFERS})
    else:
        weights = {f"unet.{name}": tensor for name, tensor in state.items()}
        schedule = TUTORIAL_SCHEDULE
    config = _infer_config(path, weights)
    with torch.device("meta"):
        network = Network(config)
    assign_strictly(path, network, weights)
    provenance = {
        "imported_from": path.name,
        "kind": "tutorial checkpoint",
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
    }
    header = Header(config=config, schedule=schedule, provenance=provenance)
    return network.eval(), header


def _read_state(path: Path) -> dict[str, Tensor]:
    """Names and float32 tensors; refuses pickles that could run code."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise CheckpointError(path, "no such file") from error
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            path,
            "holds more than tensors, or is damaged; for safety only a plain "
            "state dict is read: torch.save(model.state_dict(), ...)",
        ) from error
    except (OSError, EOFError, RuntimeError, ValueError, KeyError) as error:
        reason = str(error).partition("\n")[0]
        raise CheckpointError(
            path, f"cannot be read as a PyTorch file: {reason}"
        ) from error
    is_state = isinstance(state, Mapping) and all(
        isinstance(name, str) and isinstance(tensor, Tensor)
        for name, tensor in state.items()
    )
    if not is_state or not state:
        raise CheckpointError(
            path, "is not a state dict; write one with torch.save(model.state_dict())"
        )
    claimed = sum(tensor.numel() * tensor.element_size() for tensor in state.values())
    if claimed > path.stat().st_size:
        raise CheckpointError(
            path, f"claims {claimed} bytes of weights, more than the whole file has"
        )
    return {name: tensor.float() for name, tensor in state.items()}


def _renamed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights under our names; unknown names stay as they are and are refused later."""
    return {
        f"unet.{name.removeprefix(UNET_PREFIX)}"
        if name.startswith(UNET_PREFIX)
        else name: tensor
        for name, tensor in state.items()
        if name not in BUFFERS
    }


def _schedule(path: Path, buffers: Mapping[str, Tensor]) -> NoiseSchedule:
    """The file's schedule, checked: the six buffers must tell of the same gammas."""
    if not buffers:
        return TUTORIAL_SCHEDULE
    for name in BUFFERS:
        if name not in buffers:
            raise CheckpointError(path, f"lacks the schedule buffer {name}")
        if buffers[name].shape != buffers["gammas"].shape or buffers[name].ndim != 1:
            raise CheckpointError(
                path,
                f"schedule buffer {name} is {tuple(buffers[name].shape)}, "
                f"gammas is {tuple(buffers['gammas'].shape)}",
            )
    # 1 / gamma - 1 is stored too, as a root, and keeps the digits of 1 - gamma that
    # float32 gammas near 1 have lost.
    noise_to_signal = buffers["sqrt_recipm1_gammas"].double() ** 2
    gammas = 1 / (1 + noise_to_signal)
    for name, expected in _tutorial_buffers(gammas).items():
        stored = buffers[name].double()
        if not torch.allclose(stored, expected, rtol=1e-3, atol=1e-6):
            raise CheckpointError(
                path, f"schedule buffer {name} contradicts sqrt_recipm1_gammas"
            )
    if gammas.min() == 0:
        raise CheckpointError(
            path, "starts from gamma 0, where a model of epsilon has no clean estimate"
        )
    try:
        return NoiseSchedule(tuple(gammas.flip(0).tolist()))
    except ValueError as error:
        raise CheckpointError(path, f"has a broken schedule: {error}") from error


def _tutorial_buffers(gammas: Tensor) -> dict[str, Tensor]:
    """What `set_new_noise_schedule` registers for these gammas, cleanest first."""
    before = torch.cat([torch.ones_like(gammas[:1]), gammas[:-1]])
    alphas = gammas / before
    variance = (1 - alphas) * (1 - before) / (1 - gammas)
    return {
        "gammas": gammas,
        "sqrt_recip_gammas": gammas**-0.5,
        "posterior_log_variance_clipped": variance.clamp(min=1e-20).log(),
        "posterior_mean_coef1": (1 - alphas) * before**0.5 / (1 - gammas),
        "posterior_mean_coef2": (1 - before) * alphas**0.5 / (1 - gammas),
    }


def _infer_config(path: Path, weights: Mapping[str, Tensor]) -> ModelConfig:
    """The config of a UNet of the tutorial's family, from the shapes of its weights."""

    def width(name: str, axis: int) -> int:
        tensor = weights.get(f"unet.{name}")
        if tensor is None or tensor.ndim < 2:
            raise CheckpointError(
                path, f"lacks the weight {name} of the tutorial's UNet"
            )
        return tensor.shape[axis]

    level_count, per_level = _output_levels(path, weights)
    # The way up starts at the deepest level.
    starts = [per_level * level for level in reversed(range(level_count))]
    inner_channel = width("cond_embed.0.weight", 1)
    widths = [width(f"output_blocks.{i}.0.out_layers.3.weight", 0) for i in starts]
    in_channel = width("input_blocks.0.0.weight", 1)
    out_channel = width("out.2.weight", 0)
    if (in_channel, out_channel) != (REFERENCE.in_channel, REFERENCE.out_channel):
        raise CheckpointError(
            path,
            f"maps {in_channel} channels to {out_channel}; "
            "a colorizer maps 3 (L and noisy ab) to 2",
        )
    if not inner_channel or any(width % inner_channel for width in widths):
        raise CheckpointError(
            path, f"has levels of width {widths}, not multiples of {inner_channel}"
        )
    # Rates beyond the deepest level leave no trace; the tutorial's 16 is one.
    attn_res = [rate for rate in REFERENCE.attn_res if rate >= 2**level_count]
    for level, start in enumerate(starts):
        if f"unet.output_blocks.{start}.1.qkv.weight" in weights:
            attn_res.append(2**level)
    try:
        return replace(
            REFERENCE,
            inner_channel=inner_channel,
            channel_mults=tuple(width // inner_channel for width in widths),
            attn_res=tuple(attn_res),
            res_blocks=per_level - 1,
        )
    except ValueError as error:
        raise CheckpointError(path, f"is of no shape we can build: {error}") from error


def _output_levels(path: Path, weights: Mapping[str, Tensor]) -> tuple[int, int]:
    """How many levels the UNet has, and how many blocks each has on the way up."""
    blocks: set[int] = set()
    # The last block of every level but the finest ends with a second residual block,
    # which doubles the grid.
    doubling: set[int] = set()
    for name in weights:
        match = re.match(r"unet\.output_blocks\.(\d+)\.(\d)\.in_layers\.", name)
        if match:
            index, place = map(int, match.groups())
            (doubling if place else blocks).add(index)
    per_level = min(doubling) + 1 if doubling else len(blocks)
    if not blocks or len(blocks) % per_level:
        raise CheckpointError(
            path, "holds no UNet of the tutorial's kind (denoise_fn.output_blocks...)"
        )
    return len(blocks) // per_level, per_level
