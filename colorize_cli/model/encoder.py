"""EfficientNet-Lite0 without its head, batch normalisation folded into convolutions.

Tan and Le 2019; the Lite variant of 2020 (ReLU6, no squeeze and excitation). What it
knows of the world from ImageNet tells the UNet what it is looking at.

P photos, C channels, H and W the encoder's own size, a multiple of 32.
"""

from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from colorize_cli.model.blocks import zeroed
from colorize_cli.model.config import ModelConfig

__all__ = [
    "BLOCKS",
    "FEATURE_WIDTHS",
    "GREY_MEAN",
    "GREY_STD",
    "STEM_WIDTH",
    "EfficientNetLite0",
    "Encoder",
    "InvertedResidual",
    "SameConv",
]

STEM_WIDTH = 32
# Repeats, kernel, stride of the first, expansion, width.
BLOCKS = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
# Stride of the grid -> width of the deepest features on it.
FEATURE_WIDTHS = {8: 40, 16: 112, 32: 320}
# The network saw 8-bit RGB as (value - 127) / 128.
GREY_MEAN, GREY_STD = 127 / 255, 128 / 255


class SameConv(nn.Conv2d):
    """Convolution with TensorFlow's `same` padding for even sizes, and a bias."""

    def __init__(
        self, channels: int, width: int, kernel: int, stride: int, groups: int
    ) -> None:
        """At stride 2 one pixel less is padded at the top and the left."""
        padding = kernel // 2 if stride == 1 else 0
        super().__init__(channels, width, kernel, stride, padding, groups=groups)
        self.before = kernel // 2 - 1 if stride == 2 else 0
        self.after = kernel // 2 if stride == 2 else 0

    def forward(self, x: Tensor) -> Tensor:
        """Map (P, C, H, W) to (P, width, H / stride, W / stride)."""
        if self.after:
            x = F.pad(x, (self.before, self.after, self.before, self.after))
        return super().forward(x)


class InvertedResidual(nn.Module):
    """Expand by 1x1, filter each channel, project by 1x1 (Sandler et al. 2018)."""

    def __init__(
        self, channels: int, width: int, kernel: int, stride: int, expansion: int
    ) -> None:
        """The input is added back where it has the output's shape."""
        super().__init__()
        hidden = channels * expansion
        self.expand = (
            nn.Sequential(SameConv(channels, hidden, 1, 1, 1), nn.ReLU6())
            if expansion > 1
            else nn.Identity()
        )
        self.depthwise = SameConv(hidden, hidden, kernel, stride, hidden)
        self.project = SameConv(hidden, width, 1, 1, 1)
        self.is_residual = stride == 1 and channels == width

    def forward(self, x: Tensor) -> Tensor:
        """Map (P, C, H, W) to (P, width, H / stride, W / stride)."""
        h = self.project(F.relu6(self.depthwise(self.expand(x))))
        return x + h if self.is_residual else h


class EfficientNetLite0(nn.Module):
    """Stem and blocks; 3.4 M parameters."""

    def __init__(self) -> None:
        """Build with random weights; `imagenet_weights` fills in ImageNet's."""
        super().__init__()
        self.stem = SameConv(3, STEM_WIDTH, 3, 2, 1)
        self.blocks = nn.ModuleList()
        self.strides: list[int] = []
        reached = 2
        widths = [STEM_WIDTH, *(block[-1] for block in BLOCKS)]
        for (channels, width), block in zip(pairwise(widths), BLOCKS, strict=True):
            repeats, kernel, stride, expansion, _ = block
            reached *= stride
            for i in range(repeats):
                self.blocks.append(
                    InvertedResidual(
                        channels if i == 0 else width,
                        width,
                        kernel,
                        stride if i == 0 else 1,
                        expansion,
                    )
                )
                self.strides.append(reached)

    def forward(self, rgb: Tensor) -> dict[int, Tensor]:
        """Deepest features per grid.

        Args:
            rgb: (P, 3, H, W) in [0, 1].

        Returns:
            Stride -> (P, C, H / stride, W / stride), for strides 8, 16 and 32.
        """
        h = F.relu6(self.stem((rgb - GREY_MEAN) / GREY_STD))
        features = {}
        for stride, block in zip(self.strides, self.blocks, strict=True):
            h = block(h)
            features[stride] = h
        return {stride: features[stride] for stride in FEATURE_WIDTHS}


class Encoder(nn.Module):
    """Features of L, projected to the widths of the UNet levels they are added to."""

    def __init__(self, config: ModelConfig) -> None:
        """Build for a config that has an encoder; projections start at zero."""
        super().__init__()
        self.backbone = EfficientNetLite0()
        self.projections = nn.ModuleDict()
        for level, stride in config.encoder_levels().items():
            # The first block of a level still has the width of the level above.
            width = config.inner_channel * config.channel_mults[max(level - 1, 0)]
            projection = nn.Conv2d(FEATURE_WIDTHS[stride], width, 1)
            self.projections[str(stride)] = zeroed(projection)

    def forward(self, luminance: Tensor) -> tuple[Tensor, ...]:
        """Features in the order of the config's strides.

        Args:
            luminance: L in [-1, 1], (P, 1, H, W) at `encoder.scale` times working size.
        """
        grey = (luminance + 1) / 2
        features = self.backbone(grey.expand(-1, 3, -1, -1))
        return tuple(
            projection(features[int(stride)])
            for stride, projection in self.projections.items()
        )
