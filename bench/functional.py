"""Composite functional gradients where all is known: densities on a line and in a plane, and what the pool saves.

Bins of equal width hold the masses of p* (its exact density at the middle) and of p_t (of a million particles). D is
fitted to near its optimum on these bins: quadrature of the logistic loss.
Shape legend: M bins, N particles, D dimensions.

python -m bench.functional DIR draws the walks as PNG and CSV.
"""

from __future__ import annotations

import csv
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.figures import Figure, Options, answer_and_leave, figure, probe

if TYPE_CHECKING:
    from torch import Tensor, nn

PARTICLES = 1_000_000
FIRST = 5
"""KL has to fall at each of the first steps."""


@dataclass(frozen=True, slots=True)
class Case:
    """A density, where particles begin, how far they step, and how fine the bins are."""

    toy: str
    begin_sigma: float
    eta: float
    steps: int
    bins: int
    fit_steps: int = 400


CASES = {
    "mixture-1d": Case("mixture-1d", 2.5, 0.04, 50, 200, fit_steps=600),
    "ring": Case("ring", 2.0, 0.03, 50, 56, fit_steps=200),
}


def run(options: Options) -> list[Figure]:
    figures = []
    for name in CASES:
        if options.wants(name):
            answer = probe("bench.functional", name, "1" if options.quick else "0", timeout_s=900)
            figures += _figures(name, answer)
    if options.wants("pool"):
        answer = probe("bench.functional", "pool", "1" if options.quick else "0", timeout_s=300)
        ratios = answer["ratios"]
        figures.append(figure("P9", "pool", "ratio", ratios, "×", bar=1.7, better="higher", note="over redrawing"))
    return figures


def _figures(name: str, answer: dict[str, Any]) -> list[Figure]:
    kl = answer["kl"]
    least_fall = min(before - after for before, after in pairwise(kl[: FIRST + 1]))
    return [
        figure("F1", name, "log_ratio_error", [max(answer["errors"][:FIRST])], "nats", bar=0.1, note="worst of five"),
        figure("F2", name, "kl_begin", [kl[0]], "nats", n=answer["particles"]),
        figure("F2", name, "kl_end", [kl[-1]], "nats", n=answer["particles"], bar=0.05, note=f"{len(kl) - 1} steps"),
        figure("F2", name, "least_fall", [least_fall], "nats", bar=0.0, better="higher", note="of the first 5 steps"),
        figure("F3", name, "first_order", [abs(answer["fall"] / answer["predicted"] - 1.0)], "", bar=0.25,
               note="measured over predicted fall, η .01"),
    ]  # fmt: skip


# ---------------------------------------------------------------- one walk


@dataclass(frozen=True, slots=True)
class Moment:
    """One step: the divergence before it, how far D is from the log ratio, the particles."""

    kl: float
    error: float
    expected: float
    """E_p* |∇D|²: what the theorem says a step of length 1 would take off."""
    particles_ND: Tensor
    critic: nn.Module


class Bins:
    """Equal bins over the extent of a density, and the mass of p* in each."""

    def __init__(self, case: Case) -> None:
        import torch

        from engine.datasets.toy import TOYS

        self.toy = TOYS[case.toy]
        self.count, self.extent = case.bins, self.toy.extent + 1.0
        middle_M = (torch.arange(case.bins) + 0.5) * (2 * self.extent / case.bins) - self.extent
        grids = torch.meshgrid(*(middle_M,) * self.toy.dimensions, indexing="ij")
        self.middles_MD = torch.stack([grid.flatten() for grid in grids], 1)
        mass_M = self.toy.log_density(self.middles_MD.double()).exp()
        self.real_M = mass_M / mass_M.sum()

    def masses(self, particles_ND: Tensor) -> Tensor:
        """Share of the particles in each bin; a bin without any counts as half a particle."""
        import torch

        place_ND = ((particles_ND + self.extent) * (self.count / (2 * self.extent))).long().clamp(0, self.count - 1)
        flat_N = place_ND[:, 0] if place_ND.shape[1] == 1 else place_ND[:, 0] * self.count + place_ND[:, 1]
        found_M = torch.bincount(flat_N, minlength=len(self.real_M)).double().clamp_min(0.5)
        return found_M / found_M.sum()

    def divergence(self, made_M: Tensor) -> float:
        """KL(p* || p)."""
        real_M = self.real_M
        held = real_M > 0
        return float((real_M[held] * (real_M[held] / made_M[held]).log()).sum())


def moments(case: Case, particles: int) -> Iterator[Moment]:
    """Step by step, the last moment without a step after it."""
    import torch

    from engine.families.functional.stepping import step_along

    bins = Bins(case)
    noise = torch.Generator().manual_seed(0)
    x_ND = torch.randn(particles, bins.toy.dimensions, generator=noise) * case.begin_sigma
    critic = _critic(bins.toy.dimensions)
    for step in range(case.steps + 1):
        made_M = bins.masses(x_ND)
        _fit(critic, bins, made_M, case.fit_steps * (3 if step == 0 else 1))
        with torch.no_grad():
            score_M = critic(bins.middles_MD).double()
        both_M = 0.5 * (bins.real_M + made_M)
        truth_M = (bins.real_M.clamp_min(1e-300) / made_M).log()
        told_M = (bins.real_M > 1e-9) & (made_M * particles > 20)  # elsewhere a count says nothing of a ratio
        error = float((both_M * (score_M - truth_M).abs())[told_M].sum())
        yield Moment(bins.divergence(made_M), error, _squared_slope(critic, bins), x_ND, critic)
        x_ND = torch.cat([step_along(part_BD, critic, case.eta) for part_BD in torch.split(x_ND, 100_000)])


def _critic(dimensions: int) -> nn.Module:
    import torch
    from torch import nn

    class Flat(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.Sequential(
                nn.Linear(dimensions, 96), nn.SiLU(), nn.Linear(96, 96), nn.SiLU(), nn.Linear(96, 1)
            )

        def forward(self, x_BD: Tensor) -> Tensor:
            score_B: Tensor = self.layers(x_BD).flatten()
            return score_B

    torch.manual_seed(0)
    return Flat()


def _fit(critic: nn.Module, bins: Bins, made_M: Tensor, steps: int) -> None:
    """∫ p* ln(1 + e^-D) + p ln(1 + e^D), to near its least."""
    import torch
    from torch.nn import functional as F

    optimiser = torch.optim.Adam(critic.parameters(), lr=3e-3, betas=(0.9, 0.99))
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    real_M, made_M = bins.real_M.float(), made_M.float()
    held = (real_M > 1e-9) | (made_M > 2e-6)
    middles_MD, real_M, made_M = bins.middles_MD[held], real_M[held], made_M[held]
    for _ in range(steps):
        score_M = critic(middles_MD)
        loss = (real_M * F.softplus(-score_M) + made_M * F.softplus(score_M)).sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        falling.step()


def _squared_slope(critic: nn.Module, bins: Bins) -> float:
    import torch

    x_MD = bins.middles_MD.clone().requires_grad_()
    (slope_MD,) = torch.autograd.grad(critic(x_MD).sum(), x_MD)
    return float((bins.real_M * slope_MD.double().square().sum(1)).sum())


def _walk(name: str, quick: bool) -> dict[str, Any]:
    import torch

    from engine.families.functional.stepping import step_along

    torch.set_num_threads(1)
    case, particles = CASES[name], PARTICLES // (10 if quick else 1)
    kl, errors, predicted, fall = [], [], math.nan, math.nan
    for number, moment in enumerate(moments(case, particles)):
        kl.append(moment.kl)
        errors.append(moment.error)
        if number == 0:
            small, bins = 0.01, Bins(case)
            moved_ND = step_along(moment.particles_ND, moment.critic, small)
            predicted, fall = small * moment.expected, moment.kl - bins.divergence(bins.masses(moved_ND))
    return {"kl": kl, "errors": errors, "predicted": predicted, "fall": fall, "particles": particles}


# ---------------------------------------------------------------- what the pool saves


def _pool(quick: bool) -> dict[str, Any]:
    """A walk of T steps with a pool, over redrawing every batch through all discriminators kept so far, in turns."""
    import torch

    from bench.settings import Case as Model
    from bench.settings import built, noise_store
    from engine.families.functional.composite import Composite

    torch.set_num_threads(1)
    values = {"size": 28, "channels": 1, "batch": 64, "width": 16, "gradient_steps": 10, "pool": 640, "epochs": 5}
    model = Model(family="xicfg", config=values)
    store = noise_store(model, 64)
    family = built(model, store)
    assert isinstance(family, Composite)
    x_BCHW = store.pictures.float() / 127.5 - 1.0
    ratios = []
    for _ in range(2 if quick else 5):
        z_ND = torch.randn(640, 100)
        began = time.process_time()
        _stage(family, x_BCHW, z_ND, pooled=True)
        pooled, began = time.process_time() - began, time.process_time()
        _stage(family, x_BCHW, z_ND, pooled=False)
        ratios.append((time.process_time() - began) / pooled)
    return {"ratios": ratios}


def _stage(family: Any, x_BCHW: Tensor, z_ND: Tensor, *, pooled: bool) -> None:
    """The gradient steps of one stage, and the targets of its approximation."""
    import torch

    optimiser = torch.optim.RMSprop(family.discriminator.parameters(), lr=2.5e-4, alpha=0.95)
    family.kept_steps.zero_()
    with torch.no_grad():
        pool_NCHW = torch.cat([family.origin(z_BD) for z_BD in torch.split(z_ND, 64)]) if pooled else None
    for t in range(family.walk_length):
        if pool_NCHW is not None:
            made_BCHW = pool_NCHW[torch.randint(640, (64,))]
        else:
            *_, made_BCHW = family.walk(family.origin(torch.randn(64, 100)).detach(), torch.full((64,), float(t)))
        family.logistic(x_BCHW, made_BCHW.detach())["loss"].backward()
        optimiser.step()
        optimiser.zero_grad()
        family.keep(t)
        if pool_NCHW is not None:
            family.advance(pool_NCHW, t)
    if pool_NCHW is None:
        for z_BD in torch.split(z_ND, 64):
            *_, _ = family.walk(family.origin(z_BD).detach(), torch.full((len(z_BD),), float(family.walk_length)))


# ---------------------------------------------------------------- pictures


def draw(folder: Path) -> None:
    """Each walk as a strip of histograms, and its numbers as CSV."""
    import numpy as np
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for name, case in CASES.items():
        rows, strip = [], []
        bins = Bins(case)
        for number, moment in enumerate(moments(case, PARTICLES // 10)):
            rows.append((number, moment.kl, moment.error, moment.expected))
            if number % 5 == 0:
                strip.append(_picture(bins.masses(moment.particles_ND), case.bins))
        strip.append(_picture(bins.real_M, case.bins))
        Image.fromarray(np.concatenate(strip, 1)).save(folder / f"walk-{name}.png")
        with open(folder / f"walk-{name}.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("step", "kl", "log_ratio_error", "squared_slope"), *rows])


def _picture(mass_M: Tensor, bins: int) -> Any:
    """Masses as grey, those of a line as columns."""
    import numpy as np

    mass = (mass_M / mass_M.max()).numpy()
    if len(mass) == bins:
        height = 96
        tall = (mass * height).round()
        return np.where(np.arange(height)[::-1, None] < tall[None], 220, 30).astype(np.uint8)
    return (mass.reshape(bins, bins).T[::-1] ** 0.5 * 225 + 30).astype(np.uint8)


if __name__ == "__main__":
    if sys.argv[1] in CASES:
        answer_and_leave(lambda: _walk(sys.argv[1], sys.argv[2] == "1"))
    elif sys.argv[1] == "pool":
        answer_and_leave(lambda: _pool(sys.argv[2] == "1"))
    else:
        draw(Path(sys.argv[1]))
