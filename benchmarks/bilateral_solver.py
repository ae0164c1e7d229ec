"""The fast bilateral solver (Barron and Poole 2016) for planes guided by L.

OpenCV has one in its contrib modules, whose packages on PyPI are built without it.
Symbols as in the paper: N pixels, V vertices of the bilateral grid, K planes.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import cg

__all__ = ["solve"]

Plane = NDArray[np.float32]


def solve(
    target: Plane, L: Plane, *, reach: float, sigma: float, smooth: float
) -> Plane:
    """Planes near `target` that are smooth wherever L is.

    Args:
        target: (H, W, K).
        L: The guide, (H, W).
        reach: Size of a grid cell in pixels.
        sigma: Size of a grid cell in units of L.
        smooth: Weight of smoothness against nearness.
    """
    splat, blur = bilateral_grid(L, reach, sigma)
    mass = np.asarray(splat.sum(axis=1)).ravel()
    n = bistochastic(blur, mass)
    smoothness = sparse.diags(mass) - sparse.diags(n) @ blur @ sparse.diags(n)
    matrix = (smooth * smoothness + sparse.diags(mass)).tocsr()
    flat = target.reshape(-1, target.shape[-1]).astype(np.float64)
    solved = [
        cg(matrix, wanted, x0=wanted / mass, maxiter=50)[0]
        for wanted in (splat @ flat).T
    ]
    pixels = splat.T @ np.stack(solved, axis=1)
    return pixels.reshape(target.shape).astype(np.float32)


def bilateral_grid(
    L: Plane, reach: float, sigma: float
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Which pixel is in which vertex, (V, N), and the blur over neighbours, (V, V)."""
    rows, columns = np.indices(L.shape)
    cells = np.stack([rows / reach, columns / reach, L / sigma], axis=-1)
    cells = cells.reshape(-1, 3).round().astype(np.int64)
    # One spare cell at either end, so that neighbours never wrap around.
    strides = np.cumprod([1, *(cells.max(axis=0)[:0:-1] + 3)])[::-1]
    keys, vertex = np.unique((cells + 1) @ strides, return_inverse=True)
    pixels = np.arange(L.size)
    splat = sparse.csr_matrix((np.ones(L.size), (vertex, pixels)))
    blur = 6 * sparse.identity(len(keys), format="csr")
    for stride in strides:
        place = np.searchsorted(keys, keys + stride).clip(max=len(keys) - 1)
        (found,) = np.nonzero(keys[place] == keys + stride)
        ones = np.ones(len(found))
        step = sparse.csr_matrix((ones, (found, place[found])), shape=blur.shape)
        blur = blur + step + step.T
    return splat, blur


def bistochastic(
    blur: sparse.csr_matrix, mass: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Scale of the vertices, (V,), that makes the blur keep mass (algorithm 1)."""
    n = np.ones(len(mass))
    for _ in range(20):
        n = np.sqrt(n * mass / (blur @ n))
    return n
