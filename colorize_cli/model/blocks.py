"""Building blocks of the UNet, after guided-diffusion (Dhariwal and Nichol 2021).

B batch, C channels, H and W the grid, T = H * W positions, N attention heads.
Submodule names are those of the tutorial's state dict and must not change.
"""

import math
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

__all__ = [
    "AttentionBlock",
    "EmbedSequential",
    "GroupNorm32",
    "ResBlock",
    "noise_level_embedding",
    "zeroed",
]


class GroupNorm32(nn.GroupNorm):
    """Group normalisation over 32 groups, computed in float32."""

    def __init__(self, channels: int) -> None:
        """Make the layer for `channels`, a multiple of 32."""
        super().__init__(32, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise x, (B, C, ...), and give it back in its own dtype."""
        return super().forward(x.float()).type(x.dtype)


def zeroed(layer: nn.Conv1d | nn.Conv2d) -> nn.Conv1d | nn.Conv2d:
    """The same layer with all parameters zero, so that its block starts as identity."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


def noise_level_embedding(
    gamma: Tensor, width: int, kind: Literal["gamma", "angle"]
) -> Tensor:
    """Sinusoids of the noise level, (B, width), as in DDPM's position embedding.

    Args:
        gamma: Signal share, (B,), in [0, 1].
        width: Even number of sinusoids.
        kind: `gamma` embeds gamma itself, the tutorial's way: nearly the same vector
            for all clean levels. `angle` embeds 1000 arccos(sqrt(gamma)) / (pi / 2),
            which tells clean levels apart as well as noisy ones.
    """
    half = width // 2
    positions = torch.arange(half, dtype=torch.float32, device=gamma.device)
    frequencies = torch.exp(-math.log(10000) * positions / half)
    level = gamma.float()
    if kind == "angle":
        level = torch.arccos(level.sqrt()) * (2000 / math.pi)
    phases = level[:, None] * frequencies[None]
    return torch.cat([torch.cos(phases), torch.sin(phases)], dim=-1)


class EmbedSequential(nn.Sequential):
    """A sequence that hands the embedding to the residual blocks in it."""

    def forward(self, x: Tensor, emb: Tensor) -> Tensor:  # type: ignore[override]
        """Apply the layers to x, (B, C, H, W), given emb, (B, E)."""
        for layer in self:
            x = layer(x, emb) if isinstance(layer, ResBlock) else layer(x)
        return x


class ResBlock(nn.Module):
    """Residual block with FiLM scale and shift from the embedding.

    Optionally halves (`down`) or doubles (`up`) the grid before its first convolution.
    """

    def __init__(
        self,
        channels: int,
        emb_channels: int,
        dropout: float,
        *,
        out_channel: int | None = None,
        resample: Literal["down", "up"] | None = None,
        use_checkpoint: bool = False,
    ) -> None:
        """Make the block; `use_checkpoint` trades compute for memory in training."""
        super().__init__()
        out_channel = out_channel or channels
        self.use_checkpoint = use_checkpoint
        self.in_layers = nn.Sequential(
            GroupNorm32(channels),
            nn.SiLU(),
            nn.Conv2d(channels, out_channel, 3, padding=1),
        )
        self.resample: nn.Module = nn.Identity()
        if resample == "up":
            self.resample = nn.Upsample(scale_factor=2, mode="nearest")
        elif resample == "down":
            self.resample = nn.AvgPool2d(2)
        self.emb_layers = nn.Sequential(
            nn.SiLU(), nn.Linear(emb_channels, 2 * out_channel)
        )
        self.out_layers = nn.Sequential(
            GroupNorm32(out_channel),
            nn.SiLU(),
            nn.Dropout(dropout),
            zeroed(nn.Conv2d(out_channel, out_channel, 3, padding=1)),
        )
        self.skip_connection = (
            nn.Identity()
            if out_channel == channels
            else nn.Conv2d(channels, out_channel, 1)
        )

    def forward(self, x: Tensor, emb: Tensor) -> Tensor:
        """Map x, (B, C, H, W), and emb, (B, E), to (B, out_channel, H', W')."""
        if self.use_checkpoint and self.training:
            return checkpoint(self._forward, x, emb, use_reentrant=False)
        return self._forward(x, emb)

    def _forward(self, x: Tensor, emb: Tensor) -> Tensor:
        norm, silu, conv = self.in_layers
        h = conv(self.resample(silu(norm(x))))
        x = self.resample(x)
        scale, shift = self.emb_layers(emb).type(h.dtype)[..., None, None].chunk(2, 1)
        h = self.out_layers[0](h) * (1 + scale) + shift
        h = self.out_layers[1:](h)
        return self.skip_connection(x) + h


class AttentionBlock(nn.Module):
    """Self-attention over all positions; heads are split before q, k and v."""

    def __init__(
        self, channels: int, num_head_channels: int, *, use_checkpoint: bool = False
    ) -> None:
        """Make the block with channels / num_head_channels heads."""
        super().__init__()
        self.head_count = channels // num_head_channels
        self.use_checkpoint = use_checkpoint
        self.norm = GroupNorm32(channels)
        self.qkv = nn.Conv1d(channels, channels * 3, 1)
        self.proj_out = zeroed(nn.Conv1d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Map x, (B, C, H, W), to the same shape."""
        if self.use_checkpoint and self.training:
            return checkpoint(self._forward, x, use_reentrant=False)
        return self._forward(x)

    def _forward(self, x: Tensor) -> Tensor:
        B, C, H, W = x.shape
        flat = x.reshape(B, C, H * W)
        qkv = self.qkv(self.norm(flat))
        qkv = qkv.reshape(B, self.head_count, -1, H * W).transpose(
            2, 3
        )  # (B, N, T, 3c)
        q, k, v = qkv.chunk(3, dim=-1)
        h = F.scaled_dot_product_attention(q, k, v)
        h = h.transpose(2, 3).reshape(B, C, H * W)
        return (flat + self.proj_out(h)).reshape(B, C, H, W)
