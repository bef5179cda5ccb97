"""Planes of places: two things that change, four corners mixed, or a two-dimensional latent as a sheet.

A position is (u, v), both from 0 to 1: u to the right, v upwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from app.store.made.grid_options import Option
from engine.protocol.grids import Side, Varied, changed
from engine.protocol.values import Point, Recipe

if TYPE_CHECKING:
    from statistics import NormalDist

At = tuple[float, float]
EDGE = 0.0015
"""A sheet's position this near to its edge is as far out as it shows: a normal has no end."""
_ROUNDS = 12
_OFF = 0.02
"""A place further from the four corners' plane than this share of its own spread is not on it."""


@cache
def _normal() -> NormalDist:
    from statistics import NormalDist  # not with the program, whose start it delays

    return NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class SliderPlane:
    """Two sliders at once. Values have three decimals, as typed ones do."""

    x: Option
    y: Option

    def place(self, root: Recipe, at: At) -> Recipe:
        """The place at a position."""
        for option, share in ((self.x, at[0]), (self.y, at[1])):
            choice = option.choice
            value = round(choice.low + share * (choice.high - choice.low), 3) + 0.0
            root = changed(root, Side(what=choice.what, name=choice.name, values=(value,)), 0)
        return root

    def at(self, recipe: Recipe, base: Point | None) -> At | None:
        """The position of a place; a value past an end is beyond 0 or 1."""
        found = []
        for option in (self.x, self.y):
            value = value_of(option, recipe, base)
            if value is None:
                return None
            found.append((value - option.choice.low) / (option.choice.high - option.choice.low))
        return found[0], found[1]

    def root(self, recipe: Recipe) -> Recipe:
        """All that the pictures of the plane share."""
        return self.place(recipe, (0.5, 0.5))


@dataclass(frozen=True, slots=True, kw_only=True)
class CornerPlane:
    """Four points mixed: z = (1−u)(1−v) a + u (1−v) b + (1−u) v c + u v d, of the lower and the upper two."""

    points: tuple[tuple[float, ...], ...]

    def place(self, root: Recipe, at: At) -> Recipe:
        """The place at a position: a point of its own, asked for as `root` is."""
        u, v = at
        shares = ((1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v)
        mixed = tuple(
            sum(share * number for share, number in zip(shares, four, strict=True))
            for four in zip(*self.points, strict=True)
        )
        return at_point(root, mixed)

    def at(self, recipe: Recipe, base: Point | None) -> At | None:
        """The position of a place, found by Newton's steps; None where it is not on the plane."""
        if recipe.point is None or recipe.raw or recipe.axes or recipe.directions or recipe.truncation != 1.0:
            return None
        return _unmixed(self.points, recipe.point)

    def root(self, recipe: Recipe) -> Recipe:
        """All that the pictures of the plane share."""
        return at_point(recipe, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPlane:
    """A two-dimensional latent: (u, v) through the normal's inverse distribution, so that all of it is to be seen."""

    def place(self, root: Recipe, at: At) -> Recipe:
        """The place at a position."""
        return at_point(root, tuple(_normal().inv_cdf(min(max(share, EDGE), 1 - EDGE)) for share in at))

    def at(self, recipe: Recipe, base: Point | None) -> At | None:
        """The position of a place that nothing displaces."""
        if base is None or len(base) != 2 or recipe.axes or recipe.directions or recipe.truncation != 1.0:
            return None
        return _normal().cdf(float(base[0])), _normal().cdf(float(base[1]))

    def root(self, recipe: Recipe) -> Recipe:
        """All that the pictures of the plane share."""
        return at_point(recipe, ())


Plane = SliderPlane | CornerPlane | SheetPlane


def at_point(root: Recipe, point: tuple[float, ...]) -> Recipe:
    """A point by itself, asked for as another place is."""
    return replace(root, seed=0, point=point, raw=(), axes=(), directions=(), truncation=1.0)


def positions(side: int) -> tuple[At, ...]:
    """The middles of side × side cells, in reading order: the first row is at the top."""
    return tuple(((column + 0.5) / side, 1 - (row + 0.5) / side) for row in range(side) for column in range(side))


def value_of(option: Option, recipe: Recipe, base: Point | None) -> float | None:
    """What a slider stands at; None for a coordinate that is not known yet."""
    what, name = option.key
    match what:
        case Varied.DIRECTION:
            return dict(recipe.directions).get(name, 0.0)
        case Varied.AXIS:
            return dict(recipe.axes).get(int(name), 0.0)
        case Varied.DIVERSITY:
            return recipe.truncation
        case Varied.COORDINATE:
            drawn = None if base is None or int(name) >= len(base) else float(base[int(name)])
            return dict(recipe.raw).get(int(name), drawn)
        case Varied.SETTING:
            return dict(recipe.settings).get(name, option.rest)
        case Varied.CONDITION:
            wish = dict(recipe.conditions).get(name)
            return float(wish) if isinstance(wish, float | int) else None
        case _:
            return None


def _unmixed(points: tuple[tuple[float, ...], ...], wanted: tuple[float, ...]) -> At | None:
    """Gauss-Newton on |mix(u, v) − wanted|²: two unknowns, as many equations as there are coordinates."""
    a, b, c, d = points
    if len(a) != len(wanted):
        return None
    right = [q - p for p, q in zip(a, b, strict=True)]
    up = [q - p for p, q in zip(a, c, strict=True)]
    twist = [w - y - x + p for p, x, y, w in zip(a, b, c, d, strict=True)]

    def off(u: float, v: float) -> list[float]:
        return [p + u * r + v * s + u * v * t - w for p, r, s, t, w in zip(a, right, up, twist, wanted, strict=True)]

    u = v = 0.5
    for _ in range(_ROUNDS):
        du = [r + v * t for r, t in zip(right, twist, strict=True)]
        dv = [s + u * t for s, t in zip(up, twist, strict=True)]
        error = off(u, v)
        uu, vv, uv = _dot(du, du), _dot(dv, dv), _dot(du, dv)
        ue, ve = _dot(du, error), _dot(dv, error)
        determinant = uu * vv - uv * uv
        if determinant <= 1e-12 * max(uu * vv, 1e-12):
            return None
        u = min(max(u - (ue * vv - ve * uv) / determinant, -0.5), 1.5)
        v = min(max(v - (ve * uu - ue * uv) / determinant, -0.5), 1.5)
    left = off(u, v)
    is_on = _dot(left, left) <= _OFF**2 * max(_dot(right, right), _dot(up, up), 1e-9)
    return (u, v) if is_on else None


def _dot(x: list[float], y: list[float]) -> float:
    return sum(p * q for p, q in zip(x, y, strict=True))
