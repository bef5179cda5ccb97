"""What any family that draws number by number can be held to, whatever its network."""

from __future__ import annotations

import itertools
from typing import Any

import torch
from torch import Tensor

from engine.families.ask import Ask
from engine.families.autoregressive.drawing import pick
from engine.families.autoregressive.pixelwise import PixelFamily

Pixelwise = PixelFamily[Any]


def shake(family: Pixelwise, strength: float = 0.2) -> Pixelwise:
    """The same with weights that are zero nowhere, so that every path counts; in double precision."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in family.parameters():
            p.add_(torch.randn(p.shape, generator=generator) * strength)
    return family.eval().requires_grad_(False)


def numbers(family: Pixelwise, height: int, width: int) -> list[tuple[int, int, int]]:
    """(row, column, colour) of every number, in the order of drawing."""
    colours = range(family.picture.channels)
    return [(row, column, colour) for row, column in family.order(height, width) for colour in colours]


def influence(family: Pixelwise, size: int, count: int = 16) -> Tensor:
    """How far the law of number i moves with number j (N, N), both in the order of drawing; in double precision, where
    what is far is small and not nothing.
    """
    family.double()
    generator = torch.Generator().manual_seed(2)
    x = torch.randn(count, family.picture.channels, size, size, generator=generator, dtype=torch.float64)
    law = family.log_weights(x.requires_grad_(), torch.zeros(count, dtype=torch.int64))
    order = numbers(family, size, size)
    rows = []
    for row, column, colour in order:
        (slope,) = torch.autograd.grad(law[:, colour, :, row, column].square().sum(), x, retain_graph=True)
        rows.append(torch.stack([slope.abs().amax(0)[c, r, q] for r, q, c in order]))
    family.float()
    return torch.stack(rows)


def total(family: Pixelwise, height: int, width: int) -> float:
    """log of the sum of p(x) over all pictures of two levels of this size."""
    states = list(itertools.product((-1.0, 1.0), repeat=height * width * family.picture.channels))
    x = torch.tensor(states).view(-1, family.picture.channels, height, width)
    return float(torch.logsumexp(family.log_likelihood(x, torch.Generator()).double(), 0))


def worst_cached(family: Pixelwise, count: int = 3) -> float:
    """The largest difference between the laws of the sampler and those of one pass, along a picture of noise."""
    size, colours = family.picture.size, family.picture.channels
    levels = torch.randint(
        family.config.levels, (count, colours, size, size), generator=torch.Generator().manual_seed(3)
    )
    classes = torch.arange(count) % max(1, len(family.classes)) if family.classes else None
    full = family.log_weights(family.pictures_of(levels), classes)
    sampler = family.sampler(_told(count, classes))
    worst = 0.0
    for row, column, colour in numbers(family, size, size):
        found = sampler.law(row, column, colour)
        worst = max(worst, float((found - full[:, colour, :, row, column]).abs().max()))
        sampler.put(row, column, colour, levels[:, colour, row, column])
    return worst


def draw_naively(family: Pixelwise, asked: Ask) -> Tensor:
    """The same pictures by one full pass for each number: the definition of what is drawn."""
    size, colours = family.picture.size, family.picture.channels
    generators = asked.generators()
    classes = asked.conditions["class"] if family.classes else None
    uniforms = torch.stack([torch.rand((size, size, colours), generator=each) for each in generators])
    picture = torch.zeros(len(asked), colours, size, size)
    for row, column, colour in numbers(family, size, size):
        law = family.log_weights(picture, classes)[:, colour, :, row, column]
        level = pick(law, uniforms[:, row, column, colour, None].contiguous())
        picture[:, colour, row, column] = family.values[level]
    return picture


def _told(count: int, classes: Tensor | None) -> Ask:
    return Ask(seeds=tuple(range(count)), conditions={} if classes is None else {"class": classes})
