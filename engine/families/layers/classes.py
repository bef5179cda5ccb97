"""What a picture is wished to show, as numbers for generators and critics.

Shape legend: B batch, C channels, H height, W width, K classes, F features.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.ask import Ask, Conditions
from engine.families.base import Labelled
from engine.families.layers.blocks import uniform_noise
from engine.families.phases import Batch

WITHHELD = 0.1
"""Share of pictures whose class is not told, so that a model also knows what it is to wish for none."""


class Wishes(StrEnum):
    """How a critic is told of which class a picture should be."""

    NONE = "none"
    CONCATENATION = "concatenation"
    PROJECTION = "projection"


def one_hot(labels_B: Tensor, classes: int) -> Tensor:
    """(B, K): 1 at the class, nothing anywhere where it is -1, not known or not wished."""
    return F.one_hot(labels_B + 1, classes + 1)[:, 1:].float()


def wished(conditions: Conditions, points_BD: Tensor, classes: int) -> Tensor | None:
    """What points are asked for, nothing where nothing is asked; None for families without classes."""
    if not classes:
        return None
    wish_B = conditions.get("class")
    return one_hot(torch.full((len(points_BD),), -1, device=points_BD.device) if wish_B is None else wish_B, classes)


def told(batch: Batch, classes: int) -> Tensor | None:
    """The classes of a batch's pictures; a tenth of them is withheld, and so are those that nobody knows."""
    if not classes:
        return None
    assert batch.labels_B is not None
    is_told_B = uniform_noise((len(batch),), batch.generator, batch.x) >= WITHHELD
    return one_hot(torch.where(is_told_B, batch.labels_B, -1), classes)


def with_classes(ask: Ask, often_K: Tensor) -> Ask:
    """Where no class is wished for, one is drawn by the seed, as often as there are pictures of it."""
    wish_B = ask.conditions["class"]
    often_K = often_K.cpu()
    drawn = [
        int(torch.multinomial(often_K, 1, generator=noise)) if wish < 0 else wish
        for wish, noise in zip(wish_B.tolist(), ask.generators(), strict=True)
    ]
    return replace(ask, conditions={**ask.conditions, "class": torch.tensor(drawn, device=wish_B.device)})


def frequencies(data: Labelled, classes: int) -> Tensor:
    """How often each class comes, (K,)."""
    if data.labels is None:
        return torch.full((classes,), 1.0 / classes)
    count_K = torch.bincount(data.labels[data.labels >= 0], minlength=classes).float()
    return count_K / count_K.sum().clamp_min(1.0)


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
