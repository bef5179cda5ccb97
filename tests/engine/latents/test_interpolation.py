"""Ways between points: ends, lengths, and straightness, by hand."""

from __future__ import annotations

import math

import pytest
import torch

from engine.latents.interpolation import linear, path, slerp, spline
from engine.protocol.walks import Way

T = torch.linspace(0, 1, 5)


def test_linear_halves_the_way() -> None:
    assert linear(torch.zeros(2), torch.tensor([2.0, 4.0]), T)[2].tolist() == [1.0, 2.0]


def test_slerp_keeps_the_length_and_the_pace() -> None:
    a, b = torch.tensor([2.0, 0.0, 0.0]), torch.tensor([0.0, 2.0, 0.0])
    way = slerp(a, b, T)
    torch.testing.assert_close(way.norm(dim=1), torch.full((5,), 2.0))
    angles = [math.pi / 2 * t for t in T.tolist()]
    torch.testing.assert_close(way[:, :2], torch.tensor([[2 * math.cos(x), 2 * math.sin(x)] for x in angles]))


def test_slerp_goes_around_its_centre_and_changes_length_evenly() -> None:
    centre = torch.tensor([5.0, 5.0])
    way = slerp(centre + torch.tensor([1.0, 0.0]), centre + torch.tensor([0.0, 3.0]), T, centre)
    torch.testing.assert_close((way - centre).norm(dim=1), 1.0 + 2.0 * T)


@pytest.mark.parametrize("b", [[2.0, 0.0], [-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
def test_slerp_without_an_arc_is_straight(b: list[float]) -> None:
    a = torch.tensor([1.0, 0.0])
    torch.testing.assert_close(slerp(a, torch.tensor(b), T), linear(a, torch.tensor(b), T))


def test_spline_visits_every_station_and_is_straight_on_a_line() -> None:
    stations = torch.tensor([[0.0, 0.0], [1.0, 2.0], [3.0, 1.0], [4.0, 4.0]])
    torch.testing.assert_close(spline(stations, torch.arange(4) / 3), stations)
    straight = torch.arange(4.0)[:, None] * torch.tensor([[1.0, 2.0]])
    torch.testing.assert_close(spline(straight, T), T[:, None] * torch.tensor([[3.0, 6.0]]))
    closed = spline(stations, torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]), closed=True)
    torch.testing.assert_close(closed, torch.cat((stations, stations[:1])))


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("count", [1, 2, 4])
def test_paths_begin_and_end_at_their_stations(way: Way, count: int) -> None:
    stations = torch.randn(count, 6, generator=torch.Generator().manual_seed(1))
    frames = path(stations, 3 * (count - 1) + 1, way)
    assert frames.shape == (3 * (count - 1) + 1, 6)
    torch.testing.assert_close(frames[::3], stations)
