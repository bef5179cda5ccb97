"""Between a network's numbers in [-1, 1] and a picture's bytes.

In numpy, whose passes over a small picture take half the time: this runs at every step of a drag.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.protocol.values import Image


def to_image(x_CHW: Tensor) -> Image:
    """A read-only picture (H, W, 3); grey is repeated over the three colours, and what is not a number is black."""
    return _image(_numbers(x_CHW))


def finite_image(x_CHW: Tensor) -> Image | None:
    """The picture, or None if not all of its numbers are numbers."""
    x = _numbers(x_CHW)
    return _image(x) if np.isfinite(x).all() else None


def _numbers(x_CHW: Tensor) -> NDArray[np.float32]:
    numbers: NDArray[np.float32] = x_CHW.detach().float().cpu().numpy()
    return numbers


def _image(x_CHW: NDArray[np.float32]) -> Image:
    levels_HWC = x_CHW.transpose(1, 2, 0) + np.float32(1.0)
    levels_HWC *= np.float32(127.5)
    np.rint(levels_HWC, out=levels_HWC)
    np.fmax(levels_HWC, np.float32(0.0), out=levels_HWC)
    np.fmin(levels_HWC, np.float32(255.0), out=levels_HWC)
    image = np.ascontiguousarray(levels_HWC, np.uint8)
    if image.shape[2] == 1:
        image = image.repeat(3, 2)
    image.flags.writeable = False
    return image


def from_image(image: Image, channels: int) -> Tensor:
    """x (C, H, W) in [-1, 1] of a picture; grey is the luma of the colours (ITU-R 601)."""
    x_CHW = torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 127.5 - 1.0
    if channels == 1:
        luma = torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)
        return (x_CHW * luma).sum(0, keepdim=True)
    return x_CHW
