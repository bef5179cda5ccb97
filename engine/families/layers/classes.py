"""What a picture is wished to show, as numbers for generators and critics.

Shape legend: B batch, C channels, H height, W width, K classes, F features.
"""

from __future__ import annotations

from enum import StrEnum

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Wishes(StrEnum):
    """How a critic is told of which class a picture should be."""

    NONE = "none"
    CONCATENATION = "concatenation"
    PROJECTION = "projection"


def one_hot(labels_B: Tensor, classes: int) -> Tensor:
    """(B, K): 1 at the class, nothing anywhere where it is -1, not known or not wished."""
    return F.one_hot(labels_B + 1, classes + 1)[:, 1:].float()


def joined(x: Tensor, y_BK: Tensor | None) -> Tensor:
    """Pictures with a plane for every class (Mirza & Osindero 2014), points and features with a number for each."""
    if y_BK is None:
        return x
    planes = y_BK.view(*y_BK.shape, *(1,) * (x.ndim - 2)).expand(-1, -1, *x.shape[2:])
    return torch.cat((x, planes.to(x.dtype)), 1)


class Critic(nn.Module):
    """f(x, y) = w · φ(x) + b, of a picture joined with its class, or plus e_y · φ(x) (Miyato & Koyama 2018, eq. 4)."""

    def __init__(self, body: nn.Module, features: int, classes: int, wishes: Wishes) -> None:
        super().__init__()
        self.body = body
        self.wishes = wishes
        self.head = nn.Linear(features, 1)
        nn.init.normal_(self.head.weight, 0.0, features**-0.5)
        nn.init.zeros_(self.head.bias)
        self.embed: nn.Linear | None = None
        if wishes is Wishes.PROJECTION:
            self.embed = nn.Linear(classes, features, bias=False)
            nn.init.normal_(self.embed.weight, 0.0, features**-0.5)

    def forward(self, x: Tensor, y_BK: Tensor | None = None) -> Tensor:
        f_BF = self.body(joined(x, y_BK if self.wishes is Wishes.CONCATENATION else None))
        score_B: Tensor = self.head(f_BF).flatten()
        if self.embed is not None and y_BK is not None:
            score_B = score_B + (self.embed(y_BK) * f_BF).sum(1)
        return score_B
