"""From a colour photo to what the network trains on: L, ab and the encoder's L.

S working size, E the encoder's size (S when there is no encoder).
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as TF

from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.model.config import ModelConfig
from trainer.config import DataConfig

__all__ = ["ASPECT_RATIOS", "Cropper", "Degradation", "encoder_scale"]

# Of a random crop, width over height.
ASPECT_RATIOS = (3 / 4, 4 / 3)


def encoder_scale(model: ModelConfig) -> int:
    """E / S."""
    return model.encoder.scale if model.encoder else 1


@dataclass(frozen=True)
class Degradation:
    """How far old photos are from clean scans; ranges of uniform draws."""

    # Exponent of the tone curve, as a power of two.
    tone: tuple[float, float] = (-0.6, 0.6)
    # Where black and white end up, in shares of the range.
    black: tuple[float, float] = (0.0, 0.15)
    white: tuple[float, float] = (0.85, 1.0)
    # Sigma of the blur in working pixels.
    blur: tuple[float, float] = (0.3, 1.2)
    # Standard deviation of the grain, in shares of the range.
    grain: tuple[float, float] = (0.01, 0.06)


@dataclass(frozen=True)
class Cropper:
    """Cuts, flips, degrades and normalises; random only through torch's generator."""

    model: ModelConfig
    data: DataConfig
    # False: nothing random; the whole photo squashed to the square where the model
    # squashes photos, its central square otherwise.
    training: bool

    def __call__(
        self, rgb: NDArray[np.uint8], side: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Make one training example.

        Args:
            rgb: (H, W, 3) uint8.
            side: S.

        Returns:
            L, (1, S, S) in [-1, 1]; normalised ab, (2, S, S); the encoder's L,
            (1, E, E) in [-1, 1].
        """
        lab = torch.from_numpy(rgb_to_lab(rgb)).permute(2, 0, 1)
        if self.training:
            lab = self._cut(lab)
        elif not self.model.square:
            lab = TF.center_crop(lab, [min(lab.shape[1:])] * 2)
        L, ab = lab[:1] / 50 - 1, lab[1:]
        grain = torch.zeros(1, side, side)
        if self.training and self.data.degrade:
            L, grain = self._degrade(L, side)
        mean = torch.tensor(self.model.ab_mean)[:, None, None]
        std = torch.tensor(self.model.ab_std)[:, None, None]
        return (
            with_grain(L, grain, 1),
            (TF.resize(ab, [side, side], antialias=True) - mean) / std,
            with_grain(L, grain, encoder_scale(self.model)),
        )

    def _cut(self, lab: Tensor) -> Tensor:
        """A random crop with its own aspect ratio, flipped every other time."""
        if self.data.min_crop < 1:
            scale = (self.data.min_crop, 1.0)
            box = v2.RandomResizedCrop.get_params(lab, scale, ASPECT_RATIOS)
            lab = TF.crop(lab, *box)
        if self.data.flip and torch.rand(()) < 0.5:
            lab = TF.horizontal_flip(lab)
        return lab

    def _degrade(self, L: Tensor, side: int) -> tuple[Tensor, Tensor]:
        """Tone and blur in L, and grain of the working size, (1, S, S).

        Each with its own chance. Grain at the photo's size would be averaged away when
        that is reduced.
        """
        ranges = Degradation()
        tone, blur, grain = (torch.rand(3) < self.data.degrade).tolist()
        share = (L + 1) / 2
        if tone:
            black, white = uniform(ranges.black), uniform(ranges.white)
            curve = share.clamp(0, 1) ** 2 ** uniform(ranges.tone)
            share = black + (white - black) * curve
        if blur:
            zoom = min(L.shape[1:]) / side
            sigma = max(0.1, zoom * uniform(ranges.blur))
            size = 2 * max(1, round(2 * sigma)) + 1
            share = TF.gaussian_blur(share, [size, size], [sigma, sigma])
        strength = 2 * uniform(ranges.grain) if grain else 0.0
        return share * 2 - 1, strength * torch.randn(1, side, side)


def with_grain(L: Tensor, grain: Tensor, scale: int) -> Tensor:
    """L at `scale` times the grain's size, (1, M, M), the grain enlarged to blocks."""
    side = scale * grain.shape[-1]
    blocks = grain.repeat_interleave(scale, 1).repeat_interleave(scale, 2)
    return (TF.resize(L, [side, side], antialias=True) + blocks).clamp(-1, 1)


def uniform(limits: tuple[float, float]) -> float:
    """A draw between the limits, from torch's generator."""
    return float(torch.empty(()).uniform_(*limits))
