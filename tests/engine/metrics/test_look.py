"""Detail against closed forms: waves of known length, white noise, edges of known height."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from engine.metrics import edges, octaves, powers, sharpness, spectrum

SIZE = 64


def wave(cycles_x: float, cycles_y: float = 0.0, height: float = 1.0) -> Tensor:
    """A cosine of so many cycles across the picture."""
    at = torch.arange(SIZE) / SIZE
    phase_HW = 2.0 * math.pi * (cycles_y * at[:, None] + cycles_x * at[None, :])
    return (height * torch.cos(phase_HW)).expand(1, 3, SIZE, SIZE)


@pytest.mark.parametrize("cycles", [4, 11, 20])
def test_the_laplacian_of_a_wave_is_the_wave_times_its_eigenvalue(cycles: int) -> None:
    """The five-point Laplacian of cos(k x) is -(2 - 2 cos k) cos(k x)."""
    x_BCHW = wave(cycles, height=0.5)
    factor = 2.0 - 2.0 * math.cos(2.0 * math.pi * cycles / SIZE)
    own = x_BCHW[0, 0, 1:-1, 1:-1].square().mean().sqrt()
    torch.testing.assert_close(edges(x_BCHW)[0], factor * own, rtol=1e-4, atol=0)


def test_the_laplacian_of_white_noise_has_the_kernel_s_norm() -> None:
    x_BCHW = 0.3 * torch.randn(64, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    assert float(edges(x_BCHW).mean()) == pytest.approx(0.3 * math.sqrt(20.0), rel=0.01)
    measured = sharpness(edges(x_BCHW))
    assert measured.value == pytest.approx(0.3 * math.sqrt(20.0), rel=0.01)
    assert 0.0 < measured.stderr < 0.01


def test_the_median_picture_counts() -> None:
    assert sharpness(torch.tensor([0.1, 0.2, 9.0])).value == pytest.approx(0.2)


def test_octaves_are_named_by_their_shortest_wave() -> None:
    assert octaves(64) == ("2px", "4px", "8px", "16px", "32px")
    assert octaves(28) == ("2px", "4px", "8px")


@pytest.mark.parametrize(("cycles", "band"), [(24, 0), (12, 1), (6, 2)])
def test_a_wave_has_its_power_in_its_octave(cycles: int, band: int) -> None:
    """A cosine of height h has the variance h² / 2, and a Hann window widens it by one bin to each side only."""
    found_O = powers(wave(cycles, height=0.6))[0]
    assert float(found_O[band]) == pytest.approx(0.18, rel=0.05)
    assert float(found_O.sum()) == pytest.approx(0.18, rel=0.05)


def test_slanted_waves_count_by_their_own_length() -> None:
    """12 cycles each way are 17 along the slope: waves of 3.8 pixels."""
    assert int(powers(wave(12, 12))[0].argmax()) == 0
    assert int(powers(wave(12, 0))[0].argmax()) == 1


def test_white_noise_fills_bands_by_their_area() -> None:
    """Frequencies below a quarter fill a disc of radius 1/4 of a square of side 1: a share of pi / 16."""
    x_BCHW = torch.randn(200, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    share_O = powers(x_BCHW).mean(0)
    assert float(share_O.sum()) == pytest.approx(1.0, rel=0.01)
    assert float(share_O[0]) == pytest.approx(1.0 - math.pi / 16.0, rel=0.02)
    assert float(share_O[1]) == pytest.approx(math.pi / 16.0 - math.pi / 64.0, rel=0.05)


def test_the_brightness_of_a_picture_is_no_detail() -> None:
    assert float(powers(torch.full((1, 3, SIZE, SIZE), 0.7)).sum()) == pytest.approx(0.0, abs=1e-12)


def test_half_the_contrast_is_a_quarter_of_the_power_and_a_grid_shows_in_its_octave() -> None:
    real_BCHW = torch.randn(50, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    ratios = spectrum(powers(real_BCHW), powers(0.5 * real_BCHW))
    assert [measured.value for measured in ratios] == pytest.approx([0.25] * 5)
    grid = wave(SIZE / 2, height=0.2)
    with_grid = spectrum(powers(real_BCHW), powers(real_BCHW + grid))
    assert with_grid[0].value > 1.05
    assert [measured.value for measured in with_grid[1:]] == pytest.approx([1.0] * 4, abs=1e-3)


def test_the_error_of_a_ratio_is_how_much_it_varies() -> None:
    found = []
    for seed in range(30):
        generator = torch.Generator().manual_seed(seed)
        real_NO, made_MO = (torch.rand(300, 1, generator=generator) + 0.5 for _ in range(2))
        found.append(spectrum(real_NO, made_MO)[0])
    varies = float(torch.tensor([each.value for each in found]).std())
    assert 0.6 < found[0].stderr / varies < 1.7
