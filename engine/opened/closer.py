"""A closer look at a picture: from the point its encoder says, downhill to a point whose picture is nearer to it.

An encoder answers at once and knows best what it learned from: of new pictures it misses small things, a brow or a
nose, that its decoder could draw. A few steps down the slope of what still differs find them (semi-amortised inference,
Kim et al. 2018, section 3). What differs is the pixels and, for heads, what the reader of heads sees.
Shape legend: B batch, C channels, H height, W width, D latent coordinates.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.judges.judge import FaceJudge
from engine.families.judges.likeness import Likeness
from engine.machine.devices import one_thread
from engine.opened.judging import READER, bundled_judge
from engine.opened.model import OpenedModel
from engine.opened.pictures import from_image
from engine.protocol.values import Capability, Image

STEPS = 10
LENGTH = 0.08
"""Of each step, in the units of a point: so far Adam moves a coordinate at first."""
SEEN = 0.1
"""What a reader's distance weighs beside a pixel's error from 0 to 2."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a picture is."""

    point: tuple[float, ...]
    distance: float
    """Rms error of the picture there, of brightness from 0 to 1."""
    percentile: float | None
    """How many of the pictures that the model learned from its encoder alone finds better than this one."""


def find_closer(opened: OpenedModel, image: Image) -> Generator[None, None, Found]:
    """A picture of the model's size is looked at by the encoder, then closer, with a seam after each step."""
    point, distance, percentile = opened.encode(image)
    if can_look_closer(opened):
        x_BCHW = from_image(image, opened.family.picture.channels)[None].to(opened.device)
        z_BD = yield from closer(opened, x_BCHW, torch.tensor(point, device=opened.device)[None])
        point, distance = tuple(z_BD[0].cpu().tolist()), opened.distance(x_BCHW, z_BD)
    return Found(point, distance, percentile)


def can_look_closer(opened: OpenedModel) -> bool:
    """Whether there is an encoder to begin with, and a slope from a picture back to its point."""
    can = opened.family.capabilities
    return {Capability.ENCODE, Capability.DECODE} <= can and opened.family.differentiable


def closer(
    opened: OpenedModel, x_BCHW: Tensor, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS
) -> Generator[None, None, Tensor]:
    """Points whose pictures are nearer to x than those of z; a point that no step made better stays."""
    likeness = _likeness(opened)
    moved_BD = z_BD.clone().requires_grad_()
    optimiser = torch.optim.Adam([moved_BD], lr=LENGTH)
    best_BD, least_B = z_BD, torch.full((len(z_BD),), torch.inf, device=z_BD.device)
    for step in range(STEPS + 1):
        with one_thread(), torch.enable_grad():
            copy_BCHW = opened.family.decode(moved_BD, conditions).clamp(-1.0, 1.0)
            apart_B = (copy_BCHW - x_BCHW).abs().flatten(1).mean(1)
            if likeness is not None:
                apart_B = apart_B + SEEN * likeness.apart(x_BCHW, copy_BCHW)
            is_better_B = apart_B.detach() < least_B
            least_B = torch.where(is_better_B, apart_B.detach(), least_B)
            best_BD = torch.where(is_better_B[:, None], moved_BD.detach(), best_BD)
            if step < STEPS:
                (moved_BD.grad,) = torch.autograd.grad(apart_B.sum(), moved_BD)
                optimiser.step()
        yield None
    return best_BD


def _likeness(opened: OpenedModel) -> Likeness | None:
    """The reader that models may learn from, for pictures of what it reads; never the judge, who scores copies."""
    reader = bundled_judge(READER)
    if not isinstance(reader, FaceJudge) or reader.picture.channels != opened.family.picture.channels:
        return None
    return Likeness(reader) if set(reader.shape.attributes) & set(opened.family.shape.attributes) else None
