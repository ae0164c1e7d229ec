"""Lab on tensors against the tool's own on arrays."""

import numpy as np
import torch

from colorize_cli.imaging.color import rgb_to_lab as array_to_lab
from trainer.lab import rgb_to_lab


def test_agrees_with_the_tools_lab():
    """Within 0.05 Lab units over all of sRGB, darks included."""
    rgb = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    rgb[:40] //= 16
    tensor = torch.from_numpy(rgb).permute(2, 0, 1)[None] / 255
    lab = rgb_to_lab(tensor)[0].permute(1, 2, 0)
    np.testing.assert_allclose(lab, array_to_lab(rgb), atol=0.05)


def test_white_and_black_are_the_ends():
    """L is 100 and 0, without colour."""
    ends = torch.tensor([1.0, 0.0])[:, None, None, None].expand(2, 3, 1, 1)
    lab = rgb_to_lab(ends)[..., 0, 0]
    expected = torch.tensor([[100.0, 0, 0], [0, 0, 0]])
    torch.testing.assert_close(lab, expected, atol=0.01, rtol=0)
