"""Between a network's numbers in [-1, 1] and a picture's bytes."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.protocol import Image


def to_image(x_CHW: Tensor) -> Image:
    """A read-only picture (H, W, 3); grey is repeated over the three colours."""
    levels = x_CHW.detach().float().cpu().add(1.0).mul_(127.5).round_().clamp_(0, 255).to(torch.uint8)
    if levels.shape[0] == 1:
        levels = levels.expand(3, -1, -1)
    image = levels.permute(1, 2, 0).contiguous().numpy()
    image.flags.writeable = False
    return image


def from_image(image: Image, channels: int) -> Tensor:
    """x (C, H, W) in [-1, 1] of a picture; grey is the luma of the colours (ITU-R 601)."""
    x_CHW = torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 127.5 - 1.0
    if channels == 1:
        luma = torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)
        return (x_CHW * luma).sum(0, keepdim=True)
    return x_CHW
