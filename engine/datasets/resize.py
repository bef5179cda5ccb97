"""uint8 pictures to another size and number of channels, in pieces, so that a set larger than memory works."""

from __future__ import annotations

import tempfile
from collections.abc import Generator

import numpy as np
import torch
import torch.nn.functional as F

IN_MEMORY_BYTES = 1 << 29
"""Sets up to this size are held in memory, larger ones in a mapped file."""

_LUMA = (0.299, 0.587, 0.114)
"""Rec. 601 weights, as every grey conversion of pictures on screens uses."""


def new_pictures(n: int, channels: int, size: int) -> torch.Tensor:
    """Room for n pictures: in memory, or in a file without a name that goes when the tensor goes."""
    shape = (n, channels, size, size)
    if n * channels * size * size <= IN_MEMORY_BYTES:
        return torch.empty(shape, dtype=torch.uint8)
    with tempfile.TemporaryFile() as file:
        file.truncate(n * channels * size * size)
        return torch.from_numpy(np.memmap(file, dtype=np.uint8, mode="r+", shape=shape))


def resize_piece(x_BCHW: torch.Tensor, size: int, channels: int) -> torch.Tensor:
    """A few pictures at another size: area averaging downward, bicubic upward; grey by luma, grey to RGB by copy."""
    if channels < x_BCHW.shape[1]:
        luma = torch.tensor(_LUMA).view(1, 3, 1, 1)
        x_BCHW = (x_BCHW.float() * luma).sum(1, keepdim=True)
    if size != x_BCHW.shape[2]:
        x_BCHW = x_BCHW.float()
        old = x_BCHW.shape[2]
        if old % size == 0:
            x_BCHW = F.avg_pool2d(x_BCHW, old // size)
        elif size < old:
            x_BCHW = F.interpolate(x_BCHW, size=(size, size), mode="bilinear", antialias=True)
        else:
            x_BCHW = F.interpolate(x_BCHW, size=(size, size), mode="bicubic")
    if x_BCHW.dtype != torch.uint8:
        x_BCHW = x_BCHW.round().clamp_(0, 255).to(torch.uint8)
    return x_BCHW.expand(-1, channels, -1, -1) if x_BCHW.shape[1] < channels else x_BCHW


def resizing(pictures: torch.Tensor, size: int, channels: int) -> Generator[None, None, torch.Tensor]:
    """All pictures of a set at another size; yields None after each piece."""
    result = new_pictures(pictures.shape[0], channels, size)
    piece = max(1, (1 << 22) // (3 * max(size, pictures.shape[2]) ** 2))
    for first in range(0, pictures.shape[0], piece):
        with torch.no_grad():
            result[first : first + piece] = resize_piece(pictures[first : first + piece], size, channels)
        yield None
    return result
