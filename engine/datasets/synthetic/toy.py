"""Densities in one and two dimensions that can be drawn from and are known exactly.

Shapes: x_ND points in rows. Every curve is described in polar coordinates, where noise is added to the radius
alone: p(x, y) = p(angle) N(r; radius(angle), σ) / r then holds exactly, and nothing needs to be integrated.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Sampler = Callable[[int, torch.Generator], Tensor]
LogDensity = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy:
    """A density: how to draw from it, and its logarithm."""

    name: str
    label: str
    dimensions: int
    extent: float
    """All but a negligible part lies within [-extent, extent] along each axis."""
    sample: Sampler
    """sample(n, generator) → (n, D)."""
    log_density: LogDensity
    """log_density(x_ND) → (N,); -inf where nothing can be."""


def _log_normal(x: Tensor, mean: Tensor | float, sigma: Tensor | float) -> Tensor:
    """log N(x; mean, σ²)."""
    s = torch.as_tensor(sigma, dtype=x.dtype)
    return -0.5 * ((x - mean) / s) ** 2 - s.log() - 0.5 * math.log(2 * math.pi)


def _mixture(means_KD: Tensor, sigmas_K: Tensor, weights_K: Tensor) -> tuple[Sampler, LogDensity]:
    """p(x) = Σ_k w_k N(x; μ_k, σ_k² I)."""

    def sample(n: int, generator: torch.Generator) -> Tensor:
        which = torch.multinomial(weights_K, n, replacement=True, generator=generator)
        noise = torch.randn(n, means_KD.shape[1], generator=generator)
        return means_KD[which] + sigmas_K[which, None] * noise

    def log_density(x_ND: Tensor) -> Tensor:
        each = _log_normal(x_ND[:, None], means_KD.to(x_ND), sigmas_K.to(x_ND)[:, None]).sum(-1)
        return torch.logsumexp(each + (weights_K / weights_K.sum()).log().to(x_ND), dim=1)

    return sample, log_density


def _polar(radius: Tensor, angle: Tensor) -> Tensor:
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)


def _radius_and_angle(x_N2: Tensor) -> tuple[Tensor, Tensor]:
    """r, never zero, and the angle in [0, 2π)."""
    radius = x_N2.norm(dim=1).clamp_min(1e-12)
    return radius, torch.atan2(x_N2[:, 1], x_N2[:, 0]) % (2 * math.pi)


def _ring(radius: float, sigma: float) -> tuple[Sampler, LogDensity]:
    """p(x, y) = N(r; R, σ) / 2πr."""

    def sample(n: int, generator: torch.Generator) -> Tensor:
        angle = 2 * math.pi * torch.rand(n, generator=generator)
        return _polar(radius + sigma * torch.randn(n, generator=generator), angle)

    def log_density(x_N2: Tensor) -> Tensor:
        r, _ = _radius_and_angle(x_N2)
        return _log_normal(r, radius, sigma) - r.log() - math.log(2 * math.pi)

    return sample, log_density


def _moons(radius: float, sigma: float, shift: float, drop: float) -> tuple[Sampler, LogDensity]:
    """Two half rings, the lower one turned about the origin: p(x) = ½ h(x - c) + ½ h(-x - c), h = N(r; R, σ) / πr."""
    centre = torch.tensor([-shift, -drop])

    def sample(n: int, generator: torch.Generator) -> Tensor:
        angle = math.pi * torch.rand(n, generator=generator)
        upper = _polar(radius + sigma * torch.randn(n, generator=generator), angle) + centre
        return torch.where(torch.rand(n, 1, generator=generator) < 0.5, upper, -upper)

    def half(x_N2: Tensor) -> Tensor:
        r, angle = _radius_and_angle(x_N2 - centre.to(x_N2))
        inside = _log_normal(r, radius, sigma) - r.log() - math.log(math.pi)
        return torch.where(angle <= math.pi, inside, torch.full_like(inside, -math.inf))

    return sample, lambda x_N2: torch.logaddexp(half(x_N2), half(-x_N2)) - math.log(2)


def _spiral(start: float, growth: float, turns: float, sigma: float) -> tuple[Sampler, LogDensity]:
    """Two arms r = a + bφ, each drawn with q(φ) ∝ a + bφ, so that it is about equally dense along its length.

    p(x) = ½ s(x) + ½ s(-x),  s(r, θ) = Σ_k q(θ + 2πk) N(r; a + b(θ + 2πk), σ) / r.
    """
    end = 2 * math.pi * turns
    whole = start * end + growth * end**2 / 2

    def sample(n: int, generator: torch.Generator) -> Tensor:
        u = torch.rand(n, generator=generator)
        phi = ((start**2 + 2 * growth * whole * u).sqrt() - start) / growth  # inverse of ∫ (a + bφ) dφ = u · whole
        arm = _polar(start + growth * phi + sigma * torch.randn(n, generator=generator), phi)
        return torch.where(torch.rand(n, 1, generator=generator) < 0.5, arm, -arm)

    def one_arm(x_N2: Tensor) -> Tensor:
        r, angle = _radius_and_angle(x_N2)
        parts = []
        for k in range(math.ceil(turns)):
            phi = angle + 2 * math.pi * k
            along = start + growth * phi
            part = (along / whole).log() + _log_normal(r, along, sigma) - r.log()
            parts.append(torch.where(phi <= end, part, torch.full_like(part, -math.inf)))
        return torch.logsumexp(torch.stack(parts), dim=0)

    return sample, lambda x_N2: torch.logaddexp(one_arm(x_N2), one_arm(-x_N2)) - math.log(2)


def _checkerboard(cells: int, extent: float) -> tuple[Sampler, LogDensity]:
    """Uniform on every other cell of a square: p = 2 / (2 extent)² there, nothing elsewhere."""
    side = 2 * extent / cells

    def sample(n: int, generator: torch.Generator) -> Tensor:
        row = torch.randint(cells, (n,), generator=generator)
        column = 2 * torch.randint(cells // 2, (n,), generator=generator) + row % 2
        corner = torch.stack([column, row], dim=1).float()
        return (corner + torch.rand(n, 2, generator=generator)) * side - extent

    def log_density(x_N2: Tensor) -> Tensor:
        cell = ((x_N2 + extent) / side).floor()
        inside = ((cell >= 0) & (cell < cells)).all(1) & (cell.sum(1) % 2 == 0)
        return torch.where(inside, -math.log(2 * extent**2), -math.inf).to(x_N2.dtype)

    return sample, log_density


def _toy(name: str, label: str, dimensions: int, extent: float, parts: tuple[Sampler, LogDensity]) -> Toy:
    return Toy(
        name=name, label=label, dimensions=dimensions, extent=extent, sample=parts[0], log_density=parts[1]
    )  # fmt: skip


def _corners(count: int, radius: float) -> Tensor:
    angle = torch.arange(count) * (2 * math.pi / count)
    return _polar(torch.full((count,), radius), angle)


TOYS: dict[str, Toy] = {
    toy.name: toy
    for toy in (
        _toy("mixture-1d", "Three hills", 1, 5.0, _mixture(
            torch.tensor([[-2.0], [0.3], [2.2]]), torch.tensor([0.45, 0.8, 0.3]), torch.tensor([0.35, 0.4, 0.25]))),
        _toy("mixture", "Eight hills", 2, 4.0, _mixture(_corners(8, 2.4), torch.full((8,), 0.22), torch.ones(8))),
        _toy("ring", "Ring", 2, 4.0, _ring(2.4, 0.18)),
        _toy("moons", "Moons", 2, 4.0, _moons(1.8, 0.15, 0.9, 0.35)),
        _toy("spiral", "Spiral", 2, 4.0, _spiral(0.45, 0.32, 1.4, 0.11)),
        _toy("checkerboard", "Checkerboard", 2, 3.0, _checkerboard(4, 2.6)),
    )
}  # fmt: skip
"""The densities by name."""
