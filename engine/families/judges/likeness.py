"""How alike two pictures look to a judge: a loss that cares for a smile of twelve pixels as for a wall behind it.

Distances of inner maps make a perceptual loss (Johnson et al. 2016, eq. 2); distances of what is read, in units of
each attribute's own spread, say what matters. The judge used here must not be the one that scores the result.
Shape legend: B batch, C channels, H height, W width, V values, K values of a category.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.families.judges.judge import FaceJudge
from engine.families.layers.trunk import disturbed_alike

_DISTURBANCE = 0.5
"""Both pictures are shifted, blurred and shaded alike: what only this reader would fall for does not survive it."""


class Likeness:
    """Holds a judge that learns nothing; not a module, so that no file and no optimiser contains it."""

    def __init__(self, reader: FaceJudge) -> None:
        self._reader = reader.eval().requires_grad_(False)
        self._size = reader.picture.size

    def distance(self, x_BCHW: Tensor, copy_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        """Mean distance of each copy from its picture, (); 0 for a perfect copy, about 2 for strangers."""
        x_BCHW, copy_BCHW = disturbed_alike(x_BCHW, copy_BCHW, _DISTURBANCE, generator)
        with torch.no_grad():
            maps, values_BV, logits = self._seen(x_BCHW)
        copy_maps, copy_values_BV, copy_logits = self._seen(copy_BCHW)
        parts = [
            (copy - own).square().mean() / own.var().clamp_min(1e-6) for own, copy in zip(maps, copy_maps, strict=True)
        ]
        look = torch.stack(parts).mean()
        return look + _misread(values_BV, logits, copy_values_BV, copy_logits).mean()

    def apart(self, x_BCHW: Tensor, copy_BCHW: Tensor) -> Tensor:
        """How far apart each two are, (B,), as they are: each map in units of its picture's own variance."""
        with torch.no_grad():
            maps, values_BV, logits = self._seen(x_BCHW)
        copy_maps, copy_values_BV, copy_logits = self._seen(copy_BCHW)
        parts = [
            (copy - own).square().flatten(1).mean(1) / own.flatten(1).var(1).clamp_min(1e-6)
            for own, copy in zip(maps, copy_maps, strict=True)
        ]
        return torch.stack(parts).mean(0) + _misread(values_BV, logits, copy_values_BV, copy_logits)

    def _seen(self, x_BCHW: Tensor) -> tuple[list[Tensor], Tensor, list[Tensor]]:
        """Inner maps, values in units of their spread, and logits of the categories."""
        reader = self._reader.to(x_BCHW.device)
        if x_BCHW.shape[-1] != self._size:
            x_BCHW = F.interpolate(x_BCHW, size=self._size, mode="bilinear", antialias=True)
        maps = reader.trunk.maps(x_BCHW)
        features_BF = maps[-1].mean((2, 3))
        logits = [layer(features_BF) / reader.temperatures[place] for place, layer in enumerate(reader.choose)]
        return maps, reader.regress(features_BF), logits


def _misread(own_BV: Tensor, own: list[Tensor], copy_BV: Tensor, copy: list[Tensor]) -> Tensor:
    """How differently values and categories of each two are read, (B,)."""
    read_B = (copy_BV - own_BV).square().mean(1)
    for own_BK, copy_BK in zip(own, copy, strict=True):
        divergence_BK = F.kl_div(F.log_softmax(copy_BK, 1), F.log_softmax(own_BK, 1), reduction="none", log_target=True)
        read_B = read_B + divergence_BK.sum(1) / len(own)
    return read_B
