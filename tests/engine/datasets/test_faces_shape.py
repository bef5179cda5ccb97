"""Distances against closed forms, and the head against what sphere tracing needs of it."""

from __future__ import annotations

import math

import pytest
import torch

from engine.datasets.faces import solid
from engine.datasets.faces.camera import Pose, project
from engine.datasets.faces.factors import sample_factors
from engine.datasets.faces.march import Packed
from engine.datasets.faces.render import Scene
from engine.datasets.faces.shape import distance


def _points(n: int, spread: float = 2.0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(0)
    x, y, z = ((torch.rand(1, n, generator=g) - 0.5) * 2 * spread for _ in range(3))
    return x, y, z


def test_a_capsule_is_the_nearest_of_many_spheres():
    x, y, z = _points(200)
    a, b, r = (-0.5, 0.2, 0.1), (0.7, -0.4, 0.3), 0.2
    along = torch.linspace(0, 1, 2001).view(-1, 1)
    centres = [p + along * (q - p) for p, q in zip(a, b, strict=True)]
    nearest = ((x - centres[0]) ** 2 + (y - centres[1]) ** 2 + (z - centres[2]) ** 2).sqrt().amin(0) - r
    assert torch.allclose(solid.capsule(x, y, z, a, b, r)[0], nearest, atol=1e-4)


def test_an_ellipsoid_vanishes_on_its_surface_and_only_there():
    angle, height = torch.linspace(0, 6, 50), torch.linspace(-0.9, 0.9, 50)
    ring = (1 - height**2).sqrt()
    x, y, z = 0.5 * ring * angle.cos(), 0.8 * height, 0.3 * ring * angle.sin()
    assert solid.ellipsoid(x, y, z, (0.0, 0.0, 0.0), (0.5, 0.8, 0.3)).abs().max() < 1e-5
    assert (solid.ellipsoid(1.2 * x, 1.2 * y, 1.2 * z, (0.0, 0.0, 0.0), (0.5, 0.8, 0.3)) > 0.02).all()


def test_a_smooth_union_adds_at_most_a_quarter_of_its_width():
    a, b = torch.linspace(-1, 1, 101), torch.linspace(1, -1, 101)
    gap = torch.minimum(a, b) - solid.smooth_min(a, b, 0.2)
    assert gap.min() >= 0
    assert math.isclose(float(gap.max()), 0.05, abs_tol=1e-6)
    assert (gap[(a - b).abs() > 0.2] == 0).all()


@pytest.mark.parametrize("first", [0, 8])
def test_distances_seldom_exceed_the_truth(first):
    """Sphere tracing may step through a surface where distance grows faster than the way walked."""
    scene = Scene.of(sample_factors(9, range(first, first + 8)))
    x, y, z = (v.expand(8, -1).contiguous() for v in _points(4000, 1.3))
    here, h = distance(x, y, z, scene.people, scene.body), 0.01
    steepest = torch.stack(
        [
            (distance(x + h, y, z, scene.people, scene.body) - here) / h,
            (distance(x, y + h, z, scene.people, scene.body) - here) / h,
            (distance(x, y, z + h, scene.people, scene.body) - here) / h,
        ]
    ).norm(dim=0)
    outside = here > 0.01
    assert (steepest[outside] < 1.6).float().mean() > 0.985


def test_a_pose_turns_the_head_as_its_help_says():
    nose, crown = (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)
    assert Pose.of(30, 0, 0).to_world(nose)[0] == pytest.approx(0.5)
    assert Pose.of(0, 30, 0).to_world(nose)[1] == pytest.approx(0.5)
    assert Pose.of(0, 0, 30).to_world(crown)[0] == pytest.approx(0.5)
    turned = Pose.of(20, -10, 5)
    assert turned.to_world(turned.to_head((0.3, -0.2, 0.9))) == pytest.approx((0.3, -0.2, 0.9))


def test_the_head_fills_most_of_the_frame():
    front = Pose.of(0, 0, 0)
    crown, chin = project(front, (0.0, 1.15, 0.0), 100)[1], project(front, (0.0, -1.02, 0.4), 100)[1]
    assert 78 < chin - crown < 92
    assert crown > 2


def test_packing_moves_the_chosen_to_the_left_in_order():
    chosen = torch.tensor([[False, True, False, True], [True, False, False, False]])
    packed = Packed.of(chosen)
    assert packed.column[0, :2].tolist() == [1, 3]
    assert packed.valid.sum(1).tolist() == [2, 1]
    assert packed.column.shape[1] % 64 == 0
