"""The layers of a PixelCNN: convolutions that never see what is drawn later.

Shape legend: B batch, H height, W width, I channels in, O channels out, F features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.layers.blocks import he_init


class MaskedConv(nn.Module):
    """A convolution that sees what is drawn before: rows above, pixels to the left, and of its own pixel the
    colours before (mask A) or up to its own (mask B), as in section 3.4 of the paper.

    Channels stand in as many equal groups as there are colours, red before green before blue. Rows below are
    not stored: a 3×3 kernel keeps 2 rows, a 7×7 kernel 4.
    """

    mask: Tensor

    def __init__(self, kind: str, channels_in: int, channels_out: int, side: int, groups: int) -> None:
        super().__init__()
        half = side // 2
        self.reach = half
        self.weight = nn.Parameter(torch.empty(channels_out, channels_in, half + 1, side))
        self.bias = nn.Parameter(torch.zeros(channels_out))
        mask = torch.ones(self.weight.shape)
        mask[:, :, half, half + 1 :] = 0.0
        mask[:, :, half, half] = colours_seen(kind, channels_in, channels_out, groups)
        self.register_buffer("mask", mask, persistent=False)
        self.open = side == 1 and kind == "B" and groups == 1  # nothing is masked
        he_init(self)

    def masked(self) -> Tensor:
        """The weight that counts, (O, I, rows, columns)."""
        return self.weight if self.open else self.weight * self.mask

    def forward(self, x_BIHW: Tensor) -> Tensor:
        """Padding also below costs a few rows and saves a copy; those rows are cut off."""
        padding = (self.reach, self.reach)
        return F.conv2d(x_BIHW, self.masked(), self.bias, padding=padding)[:, :, : x_BIHW.shape[2]]


def colours_seen(kind: str, channels_in: int, channels_out: int, groups: int) -> Tensor:
    """Which channels of its own pixel each channel sees, 1 or 0 (O, I)."""
    before = [channel * groups // channels_in for channel in range(channels_in)]
    own = [channel * groups // channels_out for channel in range(channels_out)]
    return torch.tensor([[float(b < o or (kind == "B" and b == o)) for b in before] for o in own])


class Block(nn.Module):
    """The residual block of figure 5: features to half, 3×3 with mask B, back to all, added to what came in."""

    def __init__(self, features: int, groups: int) -> None:
        super().__init__()
        half = features // 2
        self.narrow = MaskedConv("B", features, half, 1, groups)
        self.look = MaskedConv("B", half, half, 3, groups)
        self.widen = MaskedConv("B", half, features, 1, groups)
        nn.init.zeros_(self.widen.weight)

    def forward(self, f_BFHW: Tensor, wish_BF: Tensor | None) -> Tensor:
        inner = self.look(F.relu(self.narrow(F.relu(f_BFHW))))
        if wish_BF is not None:
            inner = inner + wish_BF[:, :, None, None]
        out: Tensor = f_BFHW + self.widen(F.relu(inner))
        return out
