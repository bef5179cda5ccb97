"""Pictures moved, mirrored and shaded before a network sees them, so that it learns what is shown and not where.

Shape legend: B batch, C channels, H height, W width.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.families.layers.blocks import uniform_noise


def mirrored(x_BCHW: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """About half of the pictures with left and right exchanged, and which (B,)."""
    is_turned_B = uniform_noise((len(x_BCHW),), generator, x_BCHW) < 0.5
    return torch.where(is_turned_B[:, None, None, None], x_BCHW.flip(3), x_BCHW), is_turned_B


def shift_of(x_BCHW: Tensor, generator: torch.Generator) -> tuple[int, int]:
    """By how many pixels the discriminator sees a batch moved down and right, -1 to 1 each.

    Strides look at every second place with other eyes; what is moved has no such places, and shows no grid.
    """
    down, right = (3.0 * uniform_noise((2,), generator, x_BCHW)).long().tolist()
    return down - 1, right - 1


def shifted(x_BCHW: Tensor, by: tuple[int, int]) -> Tensor:
    """Moved down and right; the edges go on outside."""
    height, width = x_BCHW.shape[2:]
    padded = F.pad(x_BCHW, (1, 1, 1, 1), mode="replicate")
    return padded[:, :, 1 - by[0] : 1 - by[0] + height, 1 - by[1] : 1 - by[1] + width]


def augmented(x_BCHW: Tensor, generator: torch.Generator) -> Tensor:
    """Each picture shifted by up to an eighth and shaded, differentiably (Zhao et al. 2020)."""
    count, _, height, width = x_BCHW.shape
    reach = max(1, width // 8)
    shade_B = uniform_noise((count, 1, 1, 1), generator, x_BCHW) * 0.4 - 0.2
    shift_B2 = torch.floor(uniform_noise((count, 2), generator, x_BCHW) * (2 * reach + 1)).long()
    padded = F.pad(x_BCHW + shade_B, (reach, reach, reach, reach), value=0.0)
    rows_BH = shift_B2[:, :1] + torch.arange(height, device=x_BCHW.device)
    columns_BW = shift_B2[:, 1:] + torch.arange(width, device=x_BCHW.device)
    which_B = torch.arange(count, device=x_BCHW.device)[:, None, None]
    return padded.permute(0, 2, 3, 1)[which_B, rows_BH[:, :, None], columns_BW[:, None, :]].permute(0, 3, 1, 2)
