"""The denoiser: guided-diffusion's UNet on an optionally patched grid.

B batch, C channels, H and W the working size, ds the downsampling rate of a level.
"""

from collections.abc import Iterator
from typing import Literal

from torch import Tensor, cat, nn

from colorize_cli.model.blocks import (
    AttentionBlock,
    EmbedSequential,
    GroupNorm32,
    ResBlock,
    noise_level_embedding,
    zeroed,
)
from colorize_cli.model.config import ModelConfig

__all__ = ["UNet"]


class UNet(nn.Module):
    """Predicts epsilon, v or x0 from L, noisy ab and gamma.

    With `patch` 1 and no encoder this is the tutorial's network, parameter for
    parameter. A patch of p folds p x p pixels into channels on the way in and back on
    the way out, so that every level runs on a grid p times coarser.
    """

    def __init__(self, config: ModelConfig, *, use_checkpoint: bool = False) -> None:
        """Build the network that `config` describes, output convolutions at zero."""
        super().__init__()
        self.config = config
        self.use_checkpoint = use_checkpoint
        width = config.inner_channel
        self._emb_channels = 4 * width
        self.cond_embed = nn.Sequential(
            nn.Linear(width, self._emb_channels),
            nn.SiLU(),
            nn.Linear(self._emb_channels, self._emb_channels),
        )
        self.fold = nn.PixelUnshuffle(config.patch)
        self.unfold = nn.PixelShuffle(config.patch)

        first = config.channel_mults[0] * width
        stem = nn.Conv2d(config.in_channel * config.patch**2, first, 3, padding=1)
        self.input_blocks = nn.ModuleList([EmbedSequential(stem)])
        skips = [first, *self._add_input_blocks(first)]
        deepest = skips[-1]
        self.middle_block = EmbedSequential(
            self._res_block(deepest, deepest),
            self._attention(deepest),
            self._res_block(deepest, deepest),
        )
        self.output_blocks = nn.ModuleList()
        self._add_output_blocks(deepest, skips)
        self.out = nn.Sequential(
            GroupNorm32(first),
            nn.SiLU(),
            zeroed(
                nn.Conv2d(first, config.out_channel * config.patch**2, 3, padding=1)
            ),
        )

    def _res_block(
        self,
        channels: int,
        out_channel: int,
        resample: Literal["down", "up"] | None = None,
    ) -> ResBlock:
        return ResBlock(
            channels,
            self._emb_channels,
            self.config.dropout,
            out_channel=out_channel,
            use_checkpoint=self.use_checkpoint,
            resample=resample,
        )

    def _attention(self, channels: int) -> AttentionBlock:
        return AttentionBlock(
            channels, self.config.num_head_channels, use_checkpoint=self.use_checkpoint
        )

    def _add_input_blocks(self, channels: int) -> Iterator[int]:
        """Append the way down; yields the width of every block, for the skips."""
        config = self.config
        for level, mult in enumerate(config.channel_mults):
            out_channel = mult * config.inner_channel
            for _ in range(config.res_blocks):
                layers: list[nn.Module] = [self._res_block(channels, out_channel)]
                channels = out_channel
                if 2**level in config.attn_res:
                    layers.append(self._attention(channels))
                self.input_blocks.append(EmbedSequential(*layers))
                yield channels
            if level < len(config.channel_mults) - 1:
                down = self._res_block(channels, channels, resample="down")
                self.input_blocks.append(EmbedSequential(down))
                yield channels

    def _add_output_blocks(self, channels: int, skips: list[int]) -> None:
        """Append the way up, which takes the skips in reverse."""
        config = self.config
        for level, mult in reversed(list(enumerate(config.channel_mults))):
            out_channel = mult * config.inner_channel
            for i in range(config.res_blocks + 1):
                block = self._res_block(channels + skips.pop(), out_channel)
                layers: list[nn.Module] = [block]
                channels = out_channel
                if 2**level in config.attn_res:
                    layers.append(self._attention(channels))
                if level and i == config.res_blocks:
                    layers.append(self._res_block(channels, channels, resample="up"))
                self.output_blocks.append(EmbedSequential(*layers))

    def forward(self, x: Tensor, gamma: Tensor, *features: Tensor) -> Tensor:
        """Predict for a batch.

        Args:
            x: (B, 3, H, W); channel 0 is L in [-1, 1], the others noisy ab. H and W are
                multiples of `config.size_multiple_px`.
            gamma: Signal share of each row, (B,).
            features: Projected encoder features, one per encoder stride in the order of
                the config, each (B, C, h, w) of the level it is added to.

        Returns:
            The prediction, (B, 2, H, W).
        """
        config = self.config
        emb = self.cond_embed(
            noise_level_embedding(gamma, config.inner_channel, config.embedding)
        )
        levels = config.encoder_levels()
        added = dict(zip(levels, features, strict=True))
        # The first block of each level, where the encoder's features join.
        entry = {level * (config.res_blocks + 1): level for level in added}
        h = self.fold(x)
        skips = []
        for index, block in enumerate(self.input_blocks):
            h = block(h, emb)
            if index in entry:
                h = h + added[entry[index]]
            skips.append(h)
        h = self.middle_block(h, emb)
        for block in self.output_blocks:
            h = block(cat([h, skips.pop()], dim=1), emb)
        return self.unfold(self.out(h))
