"""Planes: a position and its place are one another's inverse, checked against numbers worked out by hand."""

from __future__ import annotations

import random

import numpy as np
import pytest

from app.store.made.grid_options import Choice, Option
from app.store.made.planes import CornerPlane, SheetPlane, SliderPlane, positions
from engine.protocol.grids import Varied
from engine.protocol.values import Recipe

ROOT = Recipe(model="m", seed=3, axes=((1, 0.5),))


def option(what: Varied, name: str, low: float, high: float) -> Option:
    return Option(choice=Choice(what=what, name=name, low=low, high=high), label=name)


def test_two_sliders_follow_a_position_and_tell_it() -> None:
    plane = SliderPlane(x=option(Varied.DIRECTION, "yaw", -2, 2), y=option(Varied.AXIS, "0", -3, 3))
    place = plane.place(ROOT, (0.75, 0.25))
    assert (place.directions, place.axes) == ((("yaw", 1.0),), ((0, -1.5), (1, 0.5)))
    assert plane.at(place, None) == (0.75, 0.25)
    assert plane.place(place, (0.5, 0.5)) == ROOT, "the middle is no displacement"
    assert plane.at(ROOT, None) == (0.5, 0.5)


def test_a_coordinate_stands_at_its_drawn_value_until_it_is_moved() -> None:
    plane = SliderPlane(x=option(Varied.COORDINATE, "1", -2, 2), y=option(Varied.DIVERSITY, "", 0, 1))
    assert plane.at(ROOT, None) is None
    assert plane.at(ROOT, np.array([0.0, 1.0], np.float32)) == (0.75, 1.0)
    assert plane.place(ROOT, (0.0, 0.5)).raw == ((1, -2.0),)


@pytest.mark.parametrize("at", [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.3, 0.8), (0.5, 0.5)])
def test_four_corners_are_mixed_and_unmixed(at: tuple[float, float]) -> None:
    draw = random.Random(4)
    points = tuple(tuple(draw.gauss(0, 1) for _ in range(32)) for _ in range(4))
    plane = CornerPlane(points=points)
    place = plane.place(ROOT, at)
    a, b, c, d = (np.array(point) for point in points)
    u, v = at
    wanted = (a + (b - a) * u) * (1 - v) + (c + (d - c) * u) * v
    assert place.point == pytest.approx(tuple(wanted))
    assert place.axes == ()
    assert plane.at(place, None) == pytest.approx(at, abs=1e-6)


def test_a_place_elsewhere_is_on_no_plane_of_four() -> None:
    points = tuple(tuple(float(k == row) for k in range(4)) for row in range(4))
    plane = CornerPlane(points=points)
    assert plane.at(ROOT, None) is None
    assert plane.at(Recipe(model="m", point=(5.0, -3.0, 0.0, 2.0)), None) is None
    same = CornerPlane(points=(points[0],) * 4)
    assert same.at(Recipe(model="m", point=points[0]), None) is None, "four times one point tells no position"


def test_a_sheet_shares_the_normal_evenly() -> None:
    plane = SheetPlane()
    assert plane.place(ROOT, (0.5, 0.8413447)).point == pytest.approx((0.0, 1.0), abs=1e-5)
    corner = plane.place(ROOT, (0.0, 1.0)).point
    assert corner is not None
    assert np.isfinite(corner).all()
    assert plane.at(Recipe(model="m"), np.array([0.0, 1.0], np.float32)) == pytest.approx((0.5, 0.8413447), abs=1e-5)
    assert plane.at(ROOT, np.zeros(2, np.float32)) is None, "an axis takes one off it"


def test_pictures_stand_in_reading_order_from_the_top() -> None:
    assert positions(2) == ((0.25, 0.75), (0.75, 0.75), (0.25, 0.25), (0.75, 0.25))
