"""A network of the class of DDColor (Kang et al. 2023), tiny and large.

A ConvNeXt encoder, a pixel decoder with shortcuts and pixel-shuffle upsampling, and a
colour decoder in which 100 queries attend to three of its scales; a product of the two
and a 1 x 1 convolution give ab. Layers as in the paper's section 3 and its released
configuration. Spectral normalisation is folded into the weights, as for inference.
B batch, H and W the size, C channels, Q queries.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torchvision.models.convnext import CNBlockConfig, ConvNeXt, LayerNorm2d

__all__ = ["DDColor", "ddcolor_large", "ddcolor_tiny"]

WIDTH = 256
HEADS = 8
FEEDFORWARD = 2048
LAYERS = 9
QUERIES = 100
# Width of the pixel decoder's three blocks.
PIXEL_WIDTHS = (512, 512, 256)


class DDColor(nn.Module):
    """Colour for a grey picture in one pass; 512 x 512 is the released default."""

    def __init__(self, widths: Sequence[int], depths: Sequence[int]) -> None:
        """Build it with fresh weights on a ConvNeXt of these stages."""
        super().__init__()
        following = [*widths[1:], None]
        stages = [
            CNBlockConfig(width, after, depth)
            for width, after, depth in zip(widths, following, depths, strict=True)
        ]
        # Stem, then stages and the convolutions between them in turn; no head.
        self.encoder = ConvNeXt(stages).features
        self.norms = nn.ModuleList(LayerNorm2d(width, eps=1e-6) for width in widths)
        *skips, deepest = widths
        inputs = (deepest, *PIXEL_WIDTHS)
        self.blocks = nn.ModuleList(
            UpBlock(before, skip, after)
            for before, skip, after in zip(
                inputs, reversed(skips), PIXEL_WIDTHS, strict=False
            )
        )
        self.last = Shuffle(PIXEL_WIDTHS[-1], WIDTH, scale=4, is_normalised=False)
        self.colours = ColourDecoder()
        self.out = nn.Conv2d(QUERIES + 3, 2, 1)

    def forward(self, rgb: Tensor) -> Tensor:
        """Colour as ab, (B, 2, H, W), of grey as normalised RGB, (B, 3, H, W)."""
        features, h = [], rgb
        for index, stage in enumerate(self.encoder):
            h = stage(h)
            if index % 2:
                features.append(self.norms[index // 2](h))
        h = features.pop()
        scales = []
        for block in self.blocks:
            h = block(h, features.pop())
            scales.append(h)
        pixels = self.last(h)
        colours = self.colours(scales)
        maps = torch.einsum("bqc,bchw->bqhw", colours, pixels)
        return self.out(torch.cat([maps, rgb], dim=1))


class Shuffle(nn.Module):
    """1 x 1 convolution, pixel shuffle and a blur against its checkerboard."""

    def __init__(
        self, channels: int, outputs: int, scale: int, *, is_normalised: bool
    ) -> None:
        """To `outputs` channels at `scale` times the size."""
        super().__init__()
        wide = outputs * scale**2
        layers: list[nn.Module] = [nn.Conv2d(channels, wide, 1, bias=not is_normalised)]
        if is_normalised:
            layers.append(nn.BatchNorm2d(wide))
        self.layers = nn.Sequential(
            *layers,
            nn.ReLU(),
            nn.PixelShuffle(scale),
            nn.ReplicationPad2d((1, 0, 1, 0)),
            nn.AvgPool2d(2, stride=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, outputs, scale H, scale W)."""
        return self.layers(x)


class UpBlock(nn.Module):
    """Twice the size, joined with the encoder's features of that size."""

    def __init__(self, channels: int, skip: int, outputs: int) -> None:
        """Of `channels` and `skip` channels to `outputs`."""
        super().__init__()
        self.widen = Shuffle(channels, outputs, scale=2, is_normalised=True)
        self.norm = nn.BatchNorm2d(skip)
        self.mix = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(outputs + skip, outputs, 3, padding=1, bias=False),
            nn.ReLU(),
            nn.BatchNorm2d(outputs),
        )

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """(B, C, h, w) and (B, S, 2 h, 2 w) to (B, outputs, 2 h, 2 w)."""
        return self.mix(torch.cat([self.widen(x), self.norm(skip)], dim=1))


class ColourDecoder(nn.Module):
    """Queries that attend to one scale after the other and to each other."""

    def __init__(self) -> None:
        """Build it with fresh weights."""
        super().__init__()
        self.projections = nn.ModuleList(
            nn.Conv2d(width, WIDTH, 1) for width in PIXEL_WIDTHS
        )
        self.level = nn.Embedding(len(PIXEL_WIDTHS), WIDTH)
        self.query = nn.Embedding(QUERIES, WIDTH)
        self.place = nn.Embedding(QUERIES, WIDTH)
        self.layers = nn.ModuleList(QueryLayer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.embed = nn.Sequential(
            nn.Linear(WIDTH, WIDTH),
            nn.ReLU(),
            nn.Linear(WIDTH, WIDTH),
            nn.ReLU(),
            nn.Linear(WIDTH, WIDTH),
        )

    def forward(self, scales: Sequence[Tensor]) -> Tensor:
        """Colour embeddings, (B, Q, WIDTH), of the pixel decoder's three scales."""
        memories, places = [], []
        for index, scale in enumerate(scales):
            memory = self.projections[index](scale).flatten(2).transpose(1, 2)
            memories.append(memory + self.level.weight[index])
            places.append(sine_places(*scale.shape[2:]).to(scale))
        query_place = self.place.weight[None]
        h = self.query.weight[None].expand(len(scales[0]), -1, -1)
        for index, layer in enumerate(self.layers):
            chosen = index % len(scales)
            h = layer(h, query_place, memories[chosen], places[chosen])
        return self.embed(self.norm(h))


class QueryLayer(nn.Module):
    """Attention to the picture, among the queries, and a feed-forward network."""

    def __init__(self) -> None:
        """Build it with fresh weights."""
        super().__init__()
        self.cross = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.own = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.feedforward = nn.Sequential(
            nn.Linear(WIDTH, FEEDFORWARD), nn.ReLU(), nn.Linear(FEEDFORWARD, WIDTH)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3))

    def forward(
        self, h: Tensor, place: Tensor, memory: Tensor, where: Tensor
    ) -> Tensor:
        """Queries (B, Q, WIDTH) after a look at the memory (B, positions, WIDTH)."""
        seen, _ = self.cross(h + place, memory + where, memory, need_weights=False)
        h = self.norms[0](h + seen)
        told, _ = self.own(h + place, h + place, h, need_weights=False)
        h = self.norms[1](h + told)
        return self.norms[2](h + self.feedforward(h))


def sine_places(height: int, width: int) -> Tensor:
    """Sines and cosines of the row and the column, (1, height * width, WIDTH)."""
    half = WIDTH // 2
    rates = 10000 ** (2 * (torch.arange(half) // 2) / half)

    def waves(count: int) -> Tensor:
        phases = 2 * math.pi * torch.arange(1, count + 1)[:, None] / count / rates
        pairs = phases[:, 0::2].sin(), phases[:, 1::2].cos()
        return torch.stack(pairs, dim=2).flatten(1)

    rows = waves(height)[:, None].expand(-1, width, -1)
    columns = waves(width)[None].expand(height, -1, -1)
    return torch.cat([rows, columns], dim=2).flatten(0, 1)[None]


def ddcolor_tiny() -> DDColor:
    """On ConvNeXt-T: 55 M parameters."""
    return DDColor((96, 192, 384, 768), (3, 3, 9, 3))


def ddcolor_large() -> DDColor:
    """On ConvNeXt-L: 228 M parameters."""
    return DDColor((192, 384, 768, 1536), (3, 3, 27, 3))
