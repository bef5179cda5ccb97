"""Given pixels are not drawn: stretches of them are passed without asking for their laws, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.families import build
from engine.families.ask import Ask
from engine.families.autoregressive.drawing import Order, PixelSampler
from engine.families.autoregressive.stepwise import StepwiseFamily
from tests.engine.families.autoregressive.test_pixelwise import shaken
from tests.engine.families.stepping import SHAPE, TINY, ask

KINDS: dict[str, tuple[str, dict[str, object]]] = {
    "plain": ("pixelcnn", {"layers": "plain", "depth": 3}),
    "residual": ("pixelcnn", {"depth": 3}),
    "gated": ("gated-pixelcnn", {"depth": 3}),
    "small first": ("multiscale-pixelcnn", {}),
    "a quarter first": ("multiscale-pixelcnn", {"smaller": "quarter"}),
    "one size": ("pixelcnn++", {"scales": 1}),
    "three sizes": ("pixelcnn++", {"scales": 3}),
    "rows": ("pixelrnn", {"walk": "row"}),
    "diagonals": ("pixelrnn", {"walk": "diagonal"}),
    "nade": ("fvbn", {"net": "nade"}),
    "made, spiral": ("fvbn", {"net": "made", "ordering": "spiral"}),
    "sums": ("fvbn", {"net": "linear"}),
    "sketch and pen": ("pixelvae", {}),
}
SIZE = 12
Stepwise = StepwiseFamily[Any]


def family_of(kind: str, channels: int) -> Stepwise:
    name, settings = KINDS[kind]
    if name != "pixelvae":
        return shaken(name, channels=channels, size=SIZE, **settings)
    family = build(name, {**TINY[name], "channels": channels, "size": SIZE, **settings}, SHAPE)
    assert isinstance(family, StepwiseFamily)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in family.parameters():
            p.add_(torch.randn(p.shape, generator=generator) * 0.2)
    return family.eval().requires_grad_(False)


class Counted:
    """A sampler that counts the laws it is asked for; one that is slow passes nothing."""

    def __init__(self, sampler: PixelSampler, *, is_slow: bool = False) -> None:
        self.sampler, self.is_slow, self.laws = sampler, is_slow, 0

    def law(self, row: int, column: int, colour: int) -> Tensor:
        self.laws += 1
        return self.sampler.law(row, column, colour)

    def put(self, row: int, column: int, colour: int, level_B: Tensor) -> None:
        self.sampler.put(row, column, colour, level_B)

    def skip(self, some: Order, levels_PCB: Tensor) -> int:
        return 0 if self.is_slow else self.sampler.skip(some, levels_PCB)


def counted(family: Stepwise, *, is_slow: bool = False) -> list[Counted]:
    """From now on each of the family's samplers is counted."""
    make, made = family.sampler, []

    def sampler(asked: Ask) -> Counted:
        made.append(Counted(make(asked), is_slow=is_slow))
        return made[-1]

    family.sampler = sampler  # type: ignore[method-assign]
    return made


def begun(family: Stepwise, mask_HW: Tensor, count: int = 3) -> Ask:
    side, channels = family.picture.size, family.picture.channels
    known = torch.rand(count, channels, side, side, generator=torch.Generator().manual_seed(7)) * 2.0 - 1.0
    return replace(ask(family, *range(count)), known_BCHW=known, mask_BHW=mask_HW.expand(count, -1, -1).clone())


def masks() -> Iterator[tuple[str, Tensor]]:
    rows = torch.zeros(SIZE, SIZE, dtype=torch.bool)
    rows[:5] = rows[7:9] = True
    rows[5, :4] = True
    yield "rows and a part of one", rows
    odd = torch.zeros(SIZE, SIZE, dtype=torch.bool)
    odd[1] = odd[3:6] = True
    yield "odd rows", odd
    box = torch.ones(SIZE, SIZE, dtype=torch.bool)
    box[3:7, 2:8] = False
    yield "around a box", box


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [1, 3])
def test_passing_given_pixels_changes_no_picture(kind: str, channels: int) -> None:
    """Against the same sampler that is asked for every law, as it was before anything was passed."""
    family, slow = family_of(kind, channels), family_of(kind, channels)
    quick_laws, slow_laws = counted(family), counted(slow, is_slow=True)
    for name, mask in masks():
        *_, passed = family.sample(begun(family, mask))
        *_, asked = slow.sample(begun(slow, mask))
        assert torch.equal(passed, asked), name
    assert all(quick.laws < 0.8 * one.laws for quick, one in zip(quick_laws, slow_laws, strict=True))


@pytest.mark.parametrize("kind", ["residual", "gated", "small first", "three sizes", "sketch and pen"])
def test_given_rows_cost_no_law_and_nothing_after_the_last_drawn_pixel_does(kind: str) -> None:
    family = family_of(kind, 1)
    made = counted(family)
    upper = torch.zeros(SIZE, SIZE, dtype=torch.bool)
    upper[: SIZE // 2] = True
    list(family.sample(begun(family, upper)))
    list(family.sample(begun(family, ~upper)))
    assert [each.laws for each in made] == [SIZE * SIZE // 2] * 2


def test_what_only_some_pictures_have_given_is_asked_for() -> None:
    family = family_of("gated", 1)
    made = counted(family)
    mask = torch.zeros(2, SIZE, SIZE, dtype=torch.bool)
    mask[0, :6] = True
    asked = replace(begun(family, mask[0], 2), mask_BHW=mask)
    *_, both = family.sample(asked)
    assert made[0].laws == SIZE * SIZE
    *_, plain = family.sample(ask(family, 0, 1))
    assert torch.equal(both[1], plain[1])


@pytest.mark.parametrize("kind", KINDS)
def test_drawing_can_be_left_after_every_pixel(kind: str) -> None:
    """Between two moments at which it can be left stands one pixel, all its colours; of belief nets, for which a pixel
    takes some hundredths of a millisecond, eight."""
    family = family_of(kind, 3)
    made = counted(family)
    most, before = 0, 0
    for _ in family.sample(ask(family, 0)):
        now = made[0].laws if made else 0
        most, before = max(most, now - before), now
    assert before == 3 * SIZE * SIZE
    between = 3  # the large net walks past the small picture's pixels by itself
    assert most <= 3 * family.pause + (between if "first" in kind else 0)
    assert family.pause == (8 if KINDS[kind][0] == "fvbn" else 1)
