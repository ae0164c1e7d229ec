"""sRGB to CIE Lab (D65) on tensors; agrees with `colorize_cli.imaging.color`."""

import torch
from torch import Tensor

__all__ = ["rgb_to_lab"]

# Linear sRGB to XYZ over the white point, rows X, Y, Z; OpenCV's constants.
TO_XYZ = (
    (0.412453 / 0.950456, 0.357580 / 0.950456, 0.180423 / 0.950456),
    (0.212671, 0.715160, 0.072169),
    (0.019334 / 1.088754, 0.119193 / 1.088754, 0.950227 / 1.088754),
)
# Below this share of white, the cube root is replaced by a line.
KNEE = 0.008856


def rgb_to_lab(rgb: Tensor) -> Tensor:
    """Lab of sRGB.

    Args:
        rgb: (B, 3, H, W) float32 in [0, 1].

    Returns:
        (B, 3, H, W): L in [0, 100], a and b in Lab units.
    """
    linear = torch.where(
        rgb <= 0.04045, rgb / 12.92, ((rgb.clamp_min(0) + 0.055) / 1.055) ** 2.4
    )
    red, green, blue = linear.unbind(1)
    # Sums instead of a matrix product, which a GPU may round to TF32.
    X, Y, Z = (red * r + green * g + blue * b for r, g, b in TO_XYZ)
    fx, fy, fz = root(X), root(Y), root(Z)
    L = torch.where(Y > KNEE, 116 * fy - 16, 903.3 * Y)
    return torch.stack([L, 500 * (fx - fy), 200 * (fy - fz)], dim=1)


def root(share: Tensor) -> Tensor:
    """CIE's f: the cube root, a line near black."""
    return torch.where(
        share > KNEE, share.clamp_min(KNEE) ** (1 / 3), 7.787 * share + 16 / 116
    )
