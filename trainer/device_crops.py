"""Batches cut from packed photos on their device; what `crops` does, for many at once.

B batch, M side of the sampled grid, S working size, E the encoder's size.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from trainer.config import TrainConfig
from trainer.crops import ASPECT_RATIOS, Degradation, encoder_scale
from trainer.data import Batch, Order
from trainer.draws import seed_of
from trainer.lab import rgb_to_lab
from trainer.packed import PackedPhotos

__all__ = ["PackedBatches", "degrade", "random_boxes"]

# Shapes of a crop that are tried before the photo's own is taken.
TRIES = 10
# Keeps this stream apart from those of noise and dropout.
STREAM = 2**32


def uniform(
    count: int, limits: tuple[float, float], generator: torch.Generator
) -> Tensor:
    """Draws between the limits, (count,), on the generator's device."""
    share = torch.rand(count, generator=generator, device=generator.device)
    return limits[0] + (limits[1] - limits[0]) * share


def random_boxes(
    heights: Tensor, widths: Tensor, min_crop: float, generator: torch.Generator
) -> Tensor:
    """Crops of random area and aspect ratio, as RandomResizedCrop draws them.

    Args:
        heights: Of the photos in pixels, (B,).
        widths: Likewise.
        min_crop: Least share of the area; 1 is the whole photo.
        generator: On the photos' device.

    Returns:
        Top, left, height and width, (B, 4).
    """
    high, wide = heights.float(), widths.float()
    if min_crop >= 1:
        return torch.stack([0 * high, 0 * wide, high, wide], dim=1)
    count = len(heights)
    low, top = math.log(ASPECT_RATIOS[0]), math.log(ASPECT_RATIOS[1])
    area = uniform(count * TRIES, (min_crop, 1.0), generator).reshape(count, TRIES)
    ratio = uniform(count * TRIES, (low, top), generator).reshape(count, TRIES).exp()
    area = area * (high * wide)[:, None]
    h, w = (area / ratio).sqrt(), (area * ratio).sqrt()
    fits = (h <= high[:, None]) & (w <= wide[:, None])
    chosen = fits.int().argmax(dim=1, keepdim=True)
    h = h.gather(1, chosen)[:, 0].minimum(high)
    w = w.gather(1, chosen)[:, 0].minimum(wide)
    down = uniform(count, (0, 1), generator) * (high - h)
    right = uniform(count, (0, 1), generator) * (wide - w)
    return torch.stack([down, right, h, w], dim=1)


def degrade(L: Tensor, chance: float, zoom: int, generator: torch.Generator) -> Tensor:
    """Tone, blur and grain, each with its own chance per photo.

    Nothing depends on values that the CPU would have to wait for: a photo that is
    spared is treated with parameters that change nothing.

    Args:
        L: (B, 1, M, M) in [-1, 1].
        chance: Probability of each degradation.
        zoom: M / S.
        generator: On L's device.
    """
    count, _, side, _ = L.shape
    ranges = Degradation()

    def draw(limits: tuple[float, float], neutral: float) -> Tensor:
        hit = uniform(count, (0, 1), generator) < chance
        return torch.where(hit, uniform(count, limits, generator), neutral)

    toned = uniform(count, (0, 1), generator) < chance
    exponent = 2 ** (uniform(count, ranges.tone, generator) * toned)
    black = uniform(count, ranges.black, generator) * toned
    white = 1 - (1 - uniform(count, ranges.white, generator)) * toned
    share = ((L + 1) / 2).clamp(0, 1) ** column(exponent)
    share = column(black) + column(white - black) * share
    share = blur(share, zoom * draw(ranges.blur, 0.01), zoom * ranges.blur[1])
    small = (count, 1, side // zoom, side // zoom)
    grain = torch.randn(small, generator=generator, device=L.device)
    grain = grain * column(draw(ranges.grain, 0.0))
    share = share + F.interpolate(grain, scale_factor=zoom, mode="nearest")
    return share.clamp(0, 1) * 2 - 1


def column(values: Tensor) -> Tensor:
    """(B,) as (B, 1, 1, 1)."""
    return values[:, None, None, None]


def blur(planes: Tensor, sigma: Tensor, largest: float) -> Tensor:
    """Gaussian blur of (B, 1, M, M), a sigma in pixels for each, at most `largest`."""
    count, _, side, _ = planes.shape
    reach = min(round(2 * largest), side - 1)
    offsets = torch.arange(-reach, reach + 1, device=planes.device)
    weights = torch.exp(-0.5 * (offsets / sigma[:, None]) ** 2)
    weights = weights / weights.sum(dim=1, keepdim=True)
    rows = F.pad(planes, (reach, reach, reach, reach), mode="reflect")
    rows = rows.transpose(0, 1)  # photos as the channels of one picture
    rows = F.conv2d(rows, weights[:, None, :, None], groups=count)
    return F.conv2d(rows, weights[:, None, None, :], groups=count).transpose(0, 1)


class PackedBatches:
    """Batches by iteration, made on the photos' device; each process draws its own."""

    def __init__(self, packed: PackedPhotos, order: Order, config: TrainConfig) -> None:
        """Bind the parts; nothing is computed yet."""
        self.packed = packed
        self.order = order
        self.config = config
        self.device = packed.pixels.device
        self.generator = torch.Generator(self.device)
        self._skipped = packed.skipped  # told with the first batch
        model = config.model
        # At least twice the working size, so that averaging keeps aliases out.
        self.zoom = max(2, encoder_scale(model))
        shape = (2, 1, 1)
        self.mean = torch.tensor(model.ab_mean, device=self.device).reshape(shape)
        self.std = torch.tensor(model.ab_std, device=self.device).reshape(shape)

    def names(self, iteration: int) -> list[str]:
        """What the photos of that batch are called."""
        return [self.packed.names[i] for i in self.order.photos(iteration)]

    def batch(self, iteration: int) -> Batch:
        """This process's share of the batch of an iteration."""
        data, order = self.config.data, self.order
        generator = self.generator.manual_seed(
            seed_of(self.config.seed, iteration, STREAM + order.rank)
        )
        chosen = torch.tensor(order.photos(iteration))
        index = chosen.to(self.device, non_blocking=True)
        box = random_boxes(
            self.packed.heights[index],
            self.packed.widths[index],
            data.min_crop,
            generator,
        )
        if data.flip:
            mirrored = uniform(len(index), (0, 1), generator) < 0.5
            box[:, 3] *= 1 - 2 * mirrored.float()
        side = self.config.size_at(iteration)
        lab = rgb_to_lab(self.packed.sample(index, box, side * self.zoom))
        L, ab = lab[:, :1] / 50 - 1, lab[:, 1:]
        if data.degrade:
            L = degrade(L, data.degrade, self.zoom, generator)
        y0 = (F.avg_pool2d(ab, self.zoom) - self.mean) / self.std
        small = F.avg_pool2d(L, self.zoom)
        is_encoded = encoder_scale(self.config.model) == self.zoom
        skipped, self._skipped = self._skipped, {}
        return Batch(small, y0, L if is_encoded else small, skipped)
