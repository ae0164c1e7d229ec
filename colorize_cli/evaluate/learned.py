"""LPIPS and Inception's features, through torchmetrics, where their weights are.

Their weights are in no package. Nothing is downloaded: they are used if they already
lie in PyTorch's cache, where other programs put them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorize_cli.evaluate.scores import Perceptual
from colorize_cli.evaluate.ways import RGB
from colorize_cli.extras import cure

__all__ = [
    "INCEPTION_FILE",
    "LPIPS_FILE",
    "Absent",
    "Inception",
    "find_inception",
    "find_lpips",
]

# As torchvision and torch-fidelity name what they download.
LPIPS_FILE = "alexnet-owt-7be5be79.pth"
INCEPTION_FILE = "weights-inception-2015-12-05-6726825d.pth"
# AlexNet's layers leave nothing of smaller pictures.
SMALLEST_PX = 64


@dataclass(frozen=True, slots=True)
class Absent:
    """Why a measure is left out, in half a sentence."""

    reason: str


class Inception:
    """Inception v3 as the FID of Heusel et al. 2017 uses it."""

    def __init__(self, network: Callable[[Any], Any], device: str) -> None:
        """Wrap torchmetrics' network, which takes 8-bit pictures."""
        self.network = network
        self.device = device

    def features(self, pictures: Sequence[RGB]) -> NDArray[np.float32]:
        """(P, 2048), the pictures one after the other, for they may differ in size."""
        import torch

        rows = []
        with torch.inference_mode():
            for rgb in pictures:
                tensor = torch.from_numpy(np.ascontiguousarray(rgb)).to(self.device)
                found = self.network(tensor.permute(2, 0, 1)[None])
                rows.append(found.reshape(1, -1).float().cpu().numpy())
        return np.concatenate(rows)


def find_inception(device: str) -> Inception | Absent:
    """Inception, if torchmetrics and the weights are here."""
    path = cached(INCEPTION_FILE)
    if isinstance(path, Absent):
        return path
    try:
        from torchmetrics.image.fid import FrechetInceptionDistance

        metric = FrechetInceptionDistance(
            feature=2048, feature_extractor_weights_path=str(path)
        )
    except ImportError:
        return Absent(f"torchmetrics[image] is not installed; {cure('fid')}")
    return Inception(metric.inception.to(device), device)


def find_lpips(device: str) -> Perceptual | Absent:
    """LPIPS on AlexNet, if torchmetrics and the weights are here."""
    path = cached(LPIPS_FILE)
    if isinstance(path, Absent):
        return path
    try:
        from torchmetrics.image.lpip import LearnedPerceptualImagePatchSimilarity
    except ImportError:
        return Absent(f"torchmetrics[image] is not installed; {cure('fid')}")
    import torch

    metric = LearnedPerceptualImagePatchSimilarity("alex", normalize=True).to(device)

    def distance(one: RGB, other: RGB) -> float:
        # Both alike, so that small photos have a distance too.
        pair = [enlarged(rgb) for rgb in (one, other)]
        tensors = [torch.from_numpy(rgb).to(device).float() / 255 for rgb in pair]
        with torch.inference_mode():
            return float(metric(*(each.permute(2, 0, 1)[None] for each in tensors)))

    return distance


def enlarged(rgb: RGB) -> RGB:
    """The picture, or a whole multiple of it that the network can take."""
    factor = -(-SMALLEST_PX // min(rgb.shape[:2]))
    return np.ascontiguousarray(rgb.repeat(factor, axis=0).repeat(factor, axis=1))


def cached(name: str) -> Path | Absent:
    """A file in PyTorch's cache of downloads."""
    try:
        import torch
    except ImportError:
        return Absent(f"PyTorch is not installed; {cure('fid')}")
    path = Path(torch.hub.get_dir()) / "checkpoints" / name
    return (
        path
        if path.is_file()
        else Absent(f"its weights ({name}) are not in PyTorch's cache")
    )
