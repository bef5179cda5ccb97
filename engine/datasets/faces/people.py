"""The shapes of a batch of heads, as columns of numbers that broadcast against (B, rays)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Triple = tuple[float, float, float]
Columns = tuple[Tensor, Tensor, Tensor]
Numbers = Mapping[str, float]


def column(values: Sequence[float]) -> Tensor:
    """Values of B faces as (B, 1)."""
    return torch.tensor(values, dtype=torch.float32).unsqueeze(1)


def columns3(values: Sequence[Triple]) -> Columns:
    """Triples of B faces as three (B, 1) columns."""
    x, y, z = zip(*values, strict=True)
    return column(x), column(y), column(z)


def stack(rows: Sequence[Numbers]) -> dict[str, Tensor]:
    """One (B, 1) column per name."""
    return {name: column([row[name] for row in rows]) for name in rows[0]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Skull, jaw, cheeks, ears and neck."""

    width: Tensor
    skull_x: Tensor
    skull_y: Tensor
    jaw_x: Tensor
    jaw_y: Tensor
    corner: Tensor
    chin: Tensor
    chin_y: Tensor
    cheek: Tensor
    cheek_y: Tensor
    jowl: Tensor
    ear: Tensor
    neck: Tensor
    bend: Tensor
    age: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Nose:
    """Bridge, tip and wings."""

    size: Tensor
    low: Tensor
    reach: Tensor
    wing: Tensor
    tip: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """Eyeballs, lids (cosine and sine of their edges) and where they look."""

    x: Tensor
    y: Tensor
    z: Tensor
    radius: Tensor
    upper_cos: Tensor
    upper_sin: Tensor
    lower_cos: Tensor
    lower_sin: Tensor
    gaze: Tensor
    lash: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Brows:
    """A brow is a bent stroke from its inner to its outer end."""

    y: Tensor
    slope: Tensor
    arch: Tensor
    thickness: Tensor
    skew: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Mouth:
    """The line of the mouth, its opening above and below that line, and the lips around it."""

    y: Tensor
    half_width: Tensor
    corner: Tensor
    above: Tensor
    below: Tensor
    upper_lip: Tensor
    lower_lip: Tensor
    teeth: Tensor
    tongue: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Hair:
    """A cap cut by the hairline, a curtain at the sides and back, and a lump on top (quiff, knot, sweep)."""

    rows: Tensor
    skull_x: Tensor
    skull_y: Tensor
    thick: Tensor
    line: Tensor
    part: Tensor
    swept: Tensor
    fringe: Tensor
    temples: Tensor
    top_x: Tensor
    top_y: Tensor
    top_z: Tensor
    top_rx: Tensor
    top_ry: Tensor
    top_rz: Tensor
    curtain: Tensor
    curtain_away: Tensor
    curtain_width: Tensor
    wave: Tensor
    wave_frequency: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Glasses:
    """Rims (a rounded box in the lens plane), bridge and arms."""

    rows: Tensor
    sun_rows: Tensor
    sun_of_glasses: Tensor
    x: Tensor
    y: Tensor
    box_x: Tensor
    box_y: Tensor
    rounding: Tensor
    wire: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The shapes of B heads. Parts that only some have carry the rows that have them."""

    count: int
    head: Head
    nose: Nose
    eyes: Eyes
    brows: Brows
    mouth: Mouth
    hair: Hair | None
    glasses: Glasses | None
    full_beard: Tensor
    stubble: Tensor
    beard_rows: Tensor
