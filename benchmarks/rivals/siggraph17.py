"""A network of the class of Zhang et al. 2017, "Real-Time User-Guided Colorization".

Ten groups of 3 x 3 convolutions at 1, 1/2, 1/4 and 1/8 of the size, two of them
dilated, with shortcuts to the way up; layers as in the paper's figure 3 and appendix,
with the classification head of its released weights. Used without hints, as for
automatic colorization. B batch, H and W the size.
"""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = ["Siggraph17"]

# L, the hints' a and b, and the hints' mask.
IN_CHANNELS = 4
COLOUR_BINS = 529


class Siggraph17(nn.Module):
    """34.2 M parameters; 256 x 256 in the authors' programs."""

    def __init__(self) -> None:
        """Build it with fresh weights."""
        super().__init__()
        self.down1 = group([IN_CHANNELS, 64, 64])
        self.down2 = group([64, 128, 128])
        self.down3 = group([128, 256, 256, 256])
        self.down4 = group([256, 512, 512, 512])
        self.middle = nn.Sequential(
            group([512] * 4, dilation=2),
            group([512] * 4, dilation=2),
            group([512] * 4),
        )
        self.widen8, self.short3 = doubling(512, 256), conv(256, 256)
        self.up8 = group([256, 256, 256], starts_active=True)
        self.widen9, self.short2 = doubling(256, 128), conv(128, 128)
        self.up9 = group([128, 128], starts_active=True)
        self.widen10, self.short1 = doubling(128, 128), conv(64, 128)
        self.up10 = nn.Sequential(nn.ReLU(), conv(128, 128), nn.LeakyReLU(0.2))
        # Part of the weights; only training asks for it.
        self.classes = nn.Conv2d(256, COLOUR_BINS, 1)
        self.out = nn.Sequential(nn.Conv2d(128, 2, 1), nn.Tanh())

    def forward(self, luminance: Tensor) -> Tensor:
        """Colour as ab in [-1, 1], (B, 2, H, W), of luminance, (B, 1, H, W)."""
        hints = luminance.new_zeros(len(luminance), 3, *luminance.shape[2:])
        one = self.down1(torch.cat([luminance, hints], dim=1))
        two = self.down2(one[..., ::2, ::2])
        three = self.down3(two[..., ::2, ::2])
        h = self.middle(self.down4(three[..., ::2, ::2]))
        h = self.up8(self.widen8(h) + self.short3(three))
        h = self.up9(self.widen9(h) + self.short2(two))
        h = self.up10(self.widen10(h) + self.short1(one))
        return self.out(h)


def conv(channels: int, outputs: int, dilation: int = 1) -> nn.Conv2d:
    """A 3 x 3 convolution that keeps the size."""
    return nn.Conv2d(channels, outputs, 3, padding=dilation, dilation=dilation)


def doubling(channels: int, outputs: int) -> nn.ConvTranspose2d:
    """A transposed convolution to twice the size."""
    return nn.ConvTranspose2d(channels, outputs, 4, stride=2, padding=1)


def group(
    widths: Sequence[int], *, dilation: int = 1, starts_active: bool = False
) -> nn.Sequential:
    """Convolutions with ReLU between these widths, then batch normalisation."""
    layers: list[nn.Module] = [nn.ReLU()] if starts_active else []
    for before, after in itertools.pairwise(widths):
        layers += [conv(before, after, dilation), nn.ReLU()]
    return nn.Sequential(*layers, nn.BatchNorm2d(widths[-1]))
