"""Encoder features by cross-attention instead of addition, on the coarsest grid.

B batch, C channels of the coarsest level, h and w its grid, T tokens.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from colorize_cli.model.blocks import GroupNorm32, zeroed
from colorize_cli.model.config import ModelConfig
from colorize_cli.model.network import Network
from colorize_cli.model.unet import UNet

__all__ = ["ask_the_encoder"]


def ask_the_encoder(network: Network) -> None:
    """Give a fresh network cross-attention to its coarsest features.

    Their projection starts at random: tokens that are all zero have nothing to ask for.
    """
    if network.encoder is None:
        raise ValueError("a network without an encoder has nothing to attend to")
    network.unet = CrossAttendingUNet(network.config)
    stride = max(network.config.encoder_levels().values())
    nn.init.xavier_uniform_(
        network.encoder.get_parameter(f"projections.{stride}.weight")
    )


class CrossAttention(nn.Module):
    """Every position asks all tokens (Vaswani et al. 2017), added to what it was."""

    def __init__(self, channels: int, head_channels: int) -> None:
        """Make the layer with channels / head_channels heads, output at zero."""
        super().__init__()
        self.head_count = channels // head_channels
        self.norm = GroupNorm32(channels)
        self.query = nn.Conv1d(channels, channels, 1)
        self.key_value = nn.Conv1d(channels, 2 * channels, 1)
        self.out = zeroed(nn.Conv1d(channels, channels, 1))

    def forward(self, h: Tensor, tokens: Tensor) -> Tensor:
        """Map h, (B, C, h, w), and tokens, (B, C, T), to the shape of h."""
        flat = h.flatten(2)
        asked = self._heads(self.query(self.norm(flat)))
        key, value = map(self._heads, self.key_value(tokens).chunk(2, dim=1))
        found = F.scaled_dot_product_attention(asked, key, value)
        found = found.transpose(2, 3).reshape(flat.shape)
        return (flat + self.out(found)).reshape(h.shape)

    def _heads(self, x: Tensor) -> Tensor:
        """(B, C, T) to (B, heads, T, C / heads)."""
        B, _, T = x.shape
        return x.reshape(B, self.head_count, -1, T).transpose(2, 3)


class Asking(nn.Module):
    """A block of the UNet followed by cross-attention to `tokens`."""

    def __init__(self, block: nn.Module, attention: CrossAttention) -> None:
        """Wrap a block; `tokens` has to be set before every call."""
        super().__init__()
        self.block = block
        self.attention = attention
        self.tokens: Tensor | None = None

    def forward(self, h: Tensor, emb: Tensor) -> Tensor:
        """As the block."""
        if self.tokens is None:
            raise RuntimeError("no tokens were set")
        return self.attention(self.block(h, emb), self.tokens)


class CrossAttendingUNet(UNet):
    """The UNet, with the coarsest features attended to and the others added."""

    def __init__(self, config: ModelConfig) -> None:
        """Build with fresh weights; the config needs an encoder."""
        super().__init__(config)
        level = max(config.encoder_levels())
        # The first block of a level still has the width of the level above.
        channels = config.channel_mults[max(level - 1, 0)] * config.inner_channel
        attention = CrossAttention(channels, config.num_head_channels)
        # Where the UNet would add them.
        entry = level * (config.res_blocks + 1)
        self.asking = Asking(self.input_blocks[entry], attention)
        self.input_blocks[entry] = self.asking

    def forward(self, x: Tensor, gamma: Tensor, *features: Tensor) -> Tensor:
        """As `UNet.forward`."""
        *added, coarsest = features
        self.asking.tokens = coarsest.flatten(2)
        return super().forward(x, gamma, *added, coarsest.new_zeros(coarsest.shape))
