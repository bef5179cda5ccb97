"""Pictures derived from pictures, and heads from heads: the pairs that translation learns from."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d, conv2d, interpolate, pad

from engine.datasets.faces.factors import IDENTITY_NAMES, FaceTable, check_values

Pictures = NDArray[np.uint8]

LUMA = (0.299, 0.587, 0.114)


def _floats(images: Pictures) -> Tensor:
    """(N, S, S, 3) bytes as (N, 3, S, S) between 0 and 1."""
    return torch.from_numpy(np.array(images)).permute(0, 3, 1, 2).float().div_(255)


def _bytes(images_N3HW: Tensor) -> Pictures:
    levels = images_N3HW.mul(255).round_().clamp_(0, 255).to(torch.uint8)
    return np.ascontiguousarray(levels.permute(0, 2, 3, 1).numpy())


def _luma(images_N3HW: Tensor) -> Tensor:
    weights = torch.tensor(LUMA).view(1, 3, 1, 1)
    return (images_N3HW * weights).sum(1, keepdim=True)


def grey(images: Pictures) -> Pictures:
    """The pictures without colour, still with three channels."""
    return _bytes(_luma(_floats(images)).expand(-1, 3, -1, -1))


def low_resolution(images: Pictures, factor: int) -> Pictures:
    """The pictures averaged over factor x factor pixels and enlarged again, at the size they came in."""
    size = images.shape[1]
    if factor < 1 or size % factor:
        raise ValueError(f"{size} pixels cannot be divided by {factor}")
    small = avg_pool2d(_floats(images), factor)
    return _bytes(interpolate(small, scale_factor=factor, mode="nearest"))


def _gradient(channels_N3HW: Tensor) -> Tensor:
    """Largest Sobel gradient over the channels, (N, 1, H, W)."""
    across = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    kernels = torch.stack([across, across.T]).unsqueeze(1)
    n, c, h, w = channels_N3HW.shape
    padded = pad(channels_N3HW.reshape(n * c, 1, h, w), (1, 1, 1, 1), mode="replicate")
    return conv2d(padded, kernels).square().sum(1).sqrt().view(n, c, h, w).amax(1, keepdim=True)


def sketch(images: Pictures) -> Pictures:
    """Pencil lines where the picture changes: dark on white, three equal channels.

    The gradient is compared with its surroundings, so that faint edges in dark faces are drawn as well as
    strong ones in light faces.
    """
    edge = _gradient(_floats(images))
    around = avg_pool2d(pad(edge, (4, 4, 4, 4), mode="replicate"), 9, 1)
    line = ((edge - 0.9 * around - 0.12) / (0.5 * around + 0.35)).clamp_(0, 1)
    return _bytes((1 - 0.92 * line).expand(-1, 3, -1, -1))


def twin(table: FaceTable, attribute: str, value: float) -> FaceTable:
    """The same people with one attribute changed and nothing else."""
    check_values({attribute: value})
    columns = {name: column.copy() for name, column in table.columns.items()}
    columns[attribute][:] = value
    return FaceTable(columns, table.identity.copy())


def evening(table: FaceTable) -> FaceTable:
    """The same people at the same places, in evening light: a low orange sun against a dark blue sky."""
    identity = table.identity.copy()
    identity[:, IDENTITY_NAMES.index("evening")] = 1.0
    return FaceTable({name: column.copy() for name, column in table.columns.items()}, identity)
