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

__all__ = ["Cropper"]


@dataclass(frozen=True)
class Cropper:
    """Cuts, flips, degrades and normalises; random only through torch's generator."""

    model: ModelConfig
    data: DataConfig
    # False: the whole photo, squashed to the square, nothing random.
    training: bool

    def __call__(self, rgb: NDArray[np.uint8]) -> tuple[Tensor, Tensor, Tensor]:
        """Make one training example.

        Args:
            rgb: (H, W, 3) uint8.

        Returns:
            L, (1, S, S) in [-1, 1]; normalised ab, (2, S, S); the encoder's L,
            (1, E, E) in [-1, 1].
        """
        lab = torch.from_numpy(rgb_to_lab(rgb)).permute(2, 0, 1)
        if self.training:
            lab = self._cut(lab)
        L, ab = lab[:1] / 50 - 1, lab[1:]
        if self.training and self.data.degrade:
            L = self._degrade(L)
        side = self.model.image_size
        scale = self.model.encoder.scale if self.model.encoder else 1
        y0 = TF.resize(ab, [side, side], antialias=True)
        mean = torch.tensor(self.model.ab_mean)[:, None, None]
        std = torch.tensor(self.model.ab_std)[:, None, None]
        return (
            TF.resize(L, [side, side], antialias=True),
            (y0 - mean) / std,
            TF.resize(L, [side * scale, side * scale], antialias=True),
        )

    def _cut(self, lab: Tensor) -> Tensor:
        """A random crop with its own aspect ratio, flipped every other time."""
        scale = (self.data.min_crop, 1.0)
        box = v2.RandomResizedCrop.get_params(lab, scale, (3 / 4, 4 / 3))
        lab = TF.crop(lab, *box)
        if self.data.flip and torch.rand(()) < 0.5:
            lab = TF.horizontal_flip(lab)
        return lab

    def _degrade(self, L: Tensor) -> Tensor:
        """Tone, blur and grain, each with its own chance; L stays in [-1, 1]."""
        tone, blur, grain = torch.rand(3) < self.data.degrade
        share = (L + 1) / 2
        if tone:
            exponent = 2 ** float(torch.empty(()).uniform_(-0.6, 0.6))
            black = float(torch.empty(()).uniform_(0.0, 0.15))
            white = float(torch.empty(()).uniform_(0.85, 1.0))
            share = black + (white - black) * share.clamp(0, 1) ** exponent
        if blur:
            sigma = float(torch.empty(()).uniform_(0.3, 1.2))
            share = TF.gaussian_blur(share, [5, 5], [sigma, sigma])
        if grain:
            strength = float(torch.empty(()).uniform_(0.01, 0.06))
            share = share + strength * torch.randn(share.shape)
        return share.clamp(0, 1) * 2 - 1
