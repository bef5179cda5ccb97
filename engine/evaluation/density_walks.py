"""Particles that walk along ∇D to a density which is known exactly, so that all that is learned can be checked.

Bins of equal width hold the masses of p* (its exact density at the middle) and of p_t (of the particles). D is fitted
on these bins to near its optimum, quadrature of the logistic loss (Johnson & Zhang 2018, algorithm 1), or learns from
samples, U minibatch steps of one D between two steps of the particles (algorithm 2).
Shape legend: M bins, N particles, B batch, D dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.datasets.synthetic.toy import Toy
from engine.families.layers.slopes import slope_of, step_along
from engine.machine.seeds import generator

CHUNK = 4096
"""Particles that step together: what lies between the layers stays in the processor's cache."""
UNITS = 96
LEAST_MASS, LEAST_COUNT = 1e-9, 20
"""Where p* has less mass, or fewer particles are counted, a count says nothing of a ratio."""
BATCH = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityWalk:
    """Where particles begin, how far they step, how fine the bins are, how D learns."""

    toy: Toy
    begin_sigma: float = 2.0
    eta: float = 0.015
    steps: int = 40
    bins: int = 56
    particles: int = 100_000
    iterations: int = 120
    """Of L-BFGS on the bins for each D, four times as many for the first; the weights go on from the last D's."""
    updates: int = 0
    """Minibatch steps of D from samples instead; 0 fits it on the bins."""
    seed: int = 0


def usual(toy: Toy, **changes: float) -> DensityWalk:
    """What suits a density of so many dimensions."""
    fits = {"begin_sigma": 1.6, "eta": 0.02, "steps": 50, "bins": 200} if toy.dimensions == 1 else {}
    return DensityWalk(toy=toy, **{**fits, **changes})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """After t steps: how far p_t is from p*, what D says of it, and what is true."""

    step: int
    kl: float
    """KL(p* || p_t) over the bins."""
    error: float
    """∫ |D - ln p*/p_t| under ½ (p* + p_t), where it can be told."""
    squared_slope: float
    """E_p* |∇D|²: what the theorem says a step of length 1 would take off."""
    score_M: Tensor
    log_ratio_M: Tensor
    told_M: Tensor
    """Where the log ratio of the counts means something."""
    particles_ND: Tensor
    critic: nn.Module


class Bins:
    """Equal bins over the extent of a density, and the mass of p* in each."""

    def __init__(self, toy: Toy, count: int) -> None:
        self.toy, self.count, self.extent = toy, count, toy.extent + 1.0
        middle_K = (torch.arange(count) + 0.5) * (2 * self.extent / count) - self.extent
        grids = torch.meshgrid(*(middle_K,) * toy.dimensions, indexing="ij")
        self.middles_MD = torch.stack([grid.flatten() for grid in grids], 1)
        mass_M = toy.log_density(self.middles_MD.double()).exp()
        self.real_M = mass_M / mass_M.sum()

    def masses(self, particles_ND: Tensor) -> Tensor:
        """Share of the particles in each bin; a bin without any counts as half a particle."""
        place_ND = ((particles_ND + self.extent) * (self.count / (2 * self.extent))).long().clamp(0, self.count - 1)
        flat_N = place_ND[:, 0] if place_ND.shape[1] == 1 else place_ND[:, 0] * self.count + place_ND[:, 1]
        found_M = torch.bincount(flat_N, minlength=len(self.real_M)).double().clamp_min(0.5)
        return found_M / found_M.sum()

    def divergence(self, made_M: Tensor) -> float:
        """KL(p* || p)."""
        held = self.real_M > 0
        real_M = self.real_M[held]
        return float((real_M * (real_M / made_M[held]).log()).sum())


class PointCritic(nn.Module):
    """D of points: two hidden layers, smooth, so that its slope is."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(dimensions, UNITS), nn.SiLU(), nn.Linear(UNITS, UNITS), nn.SiLU(), nn.Linear(UNITS, 1)
        )

    def forward(self, x_BD: Tensor) -> Tensor:
        score_B: Tensor = self.layers(x_BD).flatten()
        return score_B


def moments(walk: DensityWalk) -> Iterator[Moment | None]:
    """Step by step, the last moment without a step after it; None at seams."""
    bins = Bins(walk.toy, walk.bins)
    noise = generator(walk.seed, 61)
    x_ND = torch.randn(walk.particles, walk.toy.dimensions, generator=noise) * walk.begin_sigma
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(walk.seed)
        critic = PointCritic(walk.toy.dimensions)
    optimiser = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.99), fused=True)
    for step in range(walk.steps + 1):
        made_M = bins.masses(x_ND)
        if walk.updates:
            _learn(critic, optimiser, walk, x_ND, noise)
        else:
            _fit(critic, bins, made_M, walk.iterations * (4 if step == 0 else 1))
        yield None
        yield _moment(step, bins, made_M, critic, x_ND)
        if step < walk.steps:
            parts = []
            for part_BD in torch.split(x_ND, CHUNK):
                parts.append(step_along(part_BD, critic, walk.eta))
                if len(parts) % 25 == 0:
                    yield None
            x_ND = torch.cat(parts)


def _moment(step: int, bins: Bins, made_M: Tensor, critic: nn.Module, x_ND: Tensor) -> Moment:
    score_M, slope_MD = slope_of(bins.middles_MD, critic)
    score_M = score_M.double()
    log_ratio_M = (bins.real_M.clamp_min(1e-300) / made_M).log()
    told_M = (bins.real_M > LEAST_MASS) & (made_M * len(x_ND) > LEAST_COUNT)
    both_M = 0.5 * (bins.real_M + made_M)
    return Moment(
        step=step,
        kl=bins.divergence(made_M),
        error=float((both_M * (score_M - log_ratio_M).abs())[told_M].sum()),
        squared_slope=float((bins.real_M * slope_MD.double().square().sum(1)).sum()),
        score_M=score_M,
        log_ratio_M=log_ratio_M,
        told_M=told_M,
        particles_ND=x_ND,
        critic=critic,
    )


def first_fall(walk: DensityWalk, moment: Moment, eta: float) -> tuple[float, float]:
    """(the fall of KL that the theorem predicts for a small step, the fall that is measured)."""
    bins = Bins(walk.toy, walk.bins)
    moved = [step_along(part_BD, moment.critic, eta) for part_BD in torch.split(moment.particles_ND, CHUNK)]
    return eta * moment.squared_slope, moment.kl - bins.divergence(bins.masses(torch.cat(moved)))


# ---------------------------------------------------------------- how D learns


def _fit(critic: nn.Module, bins: Bins, made_M: Tensor, iterations: int) -> None:
    """∫ p* ln(1 + e^-D) + p ln(1 + e^D), to near its least: few weights, no noise, so L-BFGS.

    Where one law has nearly nothing, the loss hardly asks for more: in double precision it still does.
    """
    critic.double()
    real_M = bins.real_M
    held = (real_M > LEAST_MASS) | (made_M > 2e-6)
    middles_MD, real_M, made_M = bins.middles_MD[held].double(), real_M[held], made_M[held]
    optimiser = torch.optim.LBFGS(
        critic.parameters(), max_iter=iterations, history_size=20, line_search_fn="strong_wolfe",
        tolerance_grad=1e-9, tolerance_change=1e-12,
    )  # fmt: skip

    def loss() -> float:
        optimiser.zero_grad()
        score_M = critic(middles_MD)
        total = (real_M * F.softplus(-score_M) + made_M * F.softplus(score_M)).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return float(total.detach())

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    critic.float()


def _learn(
    critic: nn.Module, optimiser: torch.optim.Optimizer, walk: DensityWalk, x_ND: Tensor, noise: torch.Generator
) -> None:
    """E ln(1 + e^-D(x)) + E ln(1 + e^D(G)), from samples of both."""
    for _ in range(walk.updates):
        real_BD = walk.toy.sample(BATCH, noise)
        made_BD = x_ND[torch.randint(len(x_ND), (BATCH,), generator=noise)]
        total = F.softplus(-critic(real_BD)).mean() + F.softplus(critic(made_BD)).mean()
        optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
