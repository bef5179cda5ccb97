"""What labelled attributes ask of numbers that should tell them: least squares and softmax, where they are visible.

Least squares in units of each attribute's own spread is maximum likelihood under a Gaussian.
Shape legend: B batch, N pictures, D coordinates, V values, K values of a category.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.base import DataShape, Labelled
from engine.families.phases import Batch


def shown(value_B: Tensor, visible_B: Tensor | None) -> Tensor:
    """Where an attribute is known and can be seen."""
    known_B = torch.isfinite(value_B)
    return known_B if visible_B is None else known_B & visible_B.to(value_B.device)


def masked_mean(each_B: Tensor, mask_B: Tensor) -> Tensor:
    """Mean over the pictures that count; 0 when none does."""
    return torch.where(mask_B, each_B, 0.0).sum() / mask_B.sum().clamp_min(1)


def measure(names: Sequence[str], data: Labelled, means_V: Tensor, spreads_V: Tensor) -> None:
    """Mean and spread of each continuous attribute where it is visible, in place."""
    for place, name in enumerate(names):
        value_N = data.attributes[name].float()
        shown_N = value_N[shown(value_N, data.visible.get(name))]
        if len(shown_N) > 1:
            means_V[place] = shown_N.mean()
            spreads_V[place] = shown_N.std().clamp_min(1e-6)


def value_errors(
    names: Sequence[str], predicted_BV: Tensor, batch: Batch, means_V: Tensor, spreads_V: Tensor, counts_B: Tensor
) -> list[Tensor]:
    """Mean squared error of each continuous attribute, in its own spread, over the pictures that count."""
    found = []
    for place, name in enumerate(names):
        value_B = batch.attributes[name].float()
        target_B = (torch.nan_to_num(value_B) - means_V[place]) / spreads_V[place]
        shown_B = shown(value_B, batch.visible.get(name)) & counts_B
        found.append(masked_mean((predicted_BV[:, place] - target_B).square(), shown_B))
    return found


def category_errors(names: Sequence[str], logits: Sequence[Tensor], batch: Batch) -> tuple[list[Tensor], list[Tensor]]:
    """-log p of each category's value, and the share that is told wrongly, where it is visible."""
    found, wrongs = [], []
    for name, logits_BK in zip(names, logits, strict=True):
        value_B = batch.attributes[name].float()
        shown_B = shown(value_B, batch.visible.get(name))
        target_B = torch.nan_to_num(value_B).long()
        found.append(masked_mean(F.cross_entropy(logits_BK, target_B, reduction="none"), shown_B))
        wrongs.append(masked_mean((logits_BK.argmax(1) != target_B).float(), shown_B))
    return found, wrongs


class Probe(nn.Module):
    """Tells every attribute from a point by one linear map, so that each gets a direction of its own."""

    means: Tensor
    spreads: Tensor

    def __init__(self, coordinates: int, shape: DataShape) -> None:
        super().__init__()
        self.values = tuple(name for name in shape.attributes if name not in shape.categories)
        self.categories = tuple(name for name in shape.attributes if name in shape.categories)
        self.counts = [shape.categories[name] for name in self.categories]
        self.tell = nn.Linear(coordinates, len(self.values) + sum(self.counts))
        self.register_buffer("means", torch.zeros(len(self.values)))
        self.register_buffer("spreads", torch.ones(len(self.values)))

    def prepare(self, data: Labelled) -> None:
        """The units of each value."""
        measure(self.values, data, self.means, self.spreads)

    def loss(self, z_BD: Tensor, batch: Batch, as_told_B: Tensor) -> Tensor:
        """Mean over the attributes of what the point does not tell.

        A mirrored face does not look where its table says, but wears the glasses that it says.
        """
        predicted_BV, *logits = self.tell(z_BD).split([len(self.values), *self.counts], 1)
        values = value_errors(self.values, predicted_BV, batch, self.means, self.spreads, as_told_B)
        choices, _ = category_errors(self.categories, logits, batch)
        return torch.stack([*values, *choices]).mean()
