"""How probable a model with a decoder finds held-out pictures, where no formula says so: two estimates in nats.

`iwae`: the importance-weighted bound by K points of the encoder (Burda et al. 2016), tighter the more there are;
`iwae_most`: by as many as there may be.
`log_likelihood`: annealed importance sampling (Wu et al. 2017), which needs no encoder; a bound from below on average.
Shape legend: B pictures, C channels, H height, W width, D coordinates, K chains.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from engine.datasets.batches import batch, evenly
from engine.datasets.store import Store
from engine.disk.bundled import find_model
from engine.evaluation.reading import Score
from engine.families.base import AnyFamily
from engine.families.latent import Explored, Latent, Prior
from engine.families.layers.likelihoods import LEVEL
from engine.machine.seeds import generator
from engine.machine.work import Work
from engine.metrics.annealed import annealed, mean_weight, temperatures
from engine.metrics.measured import mean_of
from engine.opened.checkpoints import load_model
from engine.opened.model import OpenedModel
from engine.protocol.answers import Evaluating
from engine.protocol.values import Capability

SLOW = ("iwae", "iwae_most", "log_likelihood")
"""Measured only when they are asked for."""
POINTS, MOST_POINTS = 100, 500
"""K of the bound."""
POINTS_A_SEAM = 10
"""Points of eight pictures that are weighed in one go."""
PICTURES, CHAINS, STEPS = 16, 8, 100
"""Of annealing: held-out pictures, chains for each, moves from the prior to the posterior."""
SIMULATED = 4
"""Pictures of the model itself, on which the gap between both bounds is measured."""
SIGMA = 0.1
"""Of the Gaussian law around what is decoded, in half ranges, for decoders that have no law of their own."""


def why_no_bound(opened: OpenedModel) -> str:
    """Why there is no importance-weighted bound; empty where there is."""
    return "" if opened.family.gives_law else f"“{opened.model.name}” has no encoder with a law of pixels"


def why_not_annealed(opened: OpenedModel) -> str:
    """Why nothing can be annealed; empty where it can."""
    family, latent, name = opened.family, opened.family.latent, opened.model.name
    if Capability.DECODE not in family.capabilities or Capability.TRANSLATE in family.capabilities or latent is None:
        return f"“{name}” draws from no point"
    if opened.moment:
        return "a run that learns changes while it is measured"
    if family.gives_law:
        return ""
    if not family.differentiable or family.conditions:
        return f"“{name}” passes no gradient from a picture back to its point"
    is_normal = type(latent) is Latent and latent.prior is Prior.NORMAL
    samples_prior = latent.explored is Explored.PRIOR or Capability.ENCODE not in family.capabilities
    return "" if is_normal and samples_prior else f"“{name}” samples from no normal prior"


def why_not_slowly(opened: OpenedModel) -> dict[str, str]:
    """Each of SLOW with the reason why it cannot be had, empty where it can."""
    no_bound = why_no_bound(opened)
    return {"iwae": no_bound, "iwae_most": no_bound, "log_likelihood": why_not_annealed(opened)}


def weighted_bound(opened: OpenedModel, test: Store, n: int, points: int = POINTS) -> Work[Score]:
    """The bound by K points a picture, in pieces so that K has nothing to do with memory, nor with how long one waits
    for the next seam: of parts of k points it is log sum_k exp(bound_k + log k) - log K.
    """
    found: list[Tensor] = []
    rows_N, points = evenly(len(test), n), max(1, min(points, MOST_POINTS))
    for number, rows in enumerate(torch.split(rows_N, 8)):
        x_BCHW, noise = batch(test, rows).to(opened.device), generator(number, points, 11)
        parts, tried = list[Tensor](), 0
        while tried < points:
            count = min(POINTS_A_SEAM, points - tried)
            with torch.no_grad():
                bound_B = opened.family.weighted_bound(x_BCHW, noise, count).cpu().double()
            parts.append(bound_B + math.log(count))
            tried += count
            done = sum(map(len, found)) * points + len(rows) * tried
            yield Evaluating(what=f"Weighing {points} points a picture", done=done // points, of=n)
        found.append(torch.logsumexp(torch.stack(parts), 0) - math.log(points))
    return Score(measured=mean_of(torch.cat(found)), n=n)


def annealed_likelihood(
    opened: OpenedModel, test: Store, n: int, *, chains: int = CHAINS, steps: int = STEPS
) -> Work[Score]:
    """log p(x) of at most PICTURES held-out pictures, each by several chains from the prior to the posterior."""
    n = min(n, PICTURES)
    yield Evaluating(what="Annealing", done=0, of=n * steps)
    family = load_model(find_model(opened.model.path)).family.to(opened.device)  # as it was saved: with gradients
    latent = family.latent
    assert latent is not None
    found: list[Tensor] = []
    for number, rows in enumerate(torch.split(evenly(len(test), n), 4)):
        x_BCHW = batch(test, rows).to(opened.device)
        noise = generator(number, steps, 12)
        start_BD = torch.randn(chains * len(rows), latent.coordinates, generator=noise).to(opened.device)
        law = law_of(family, x_BCHW.repeat(chains, 1, 1, 1), number)
        log_weight_B = start_BD.new_zeros(len(start_BD))
        for step, so_far_B in enumerate(annealed(law, start_BD, temperatures(steps + 1), noise), 1):
            log_weight_B = so_far_B
            done = sum(map(len, found)) * steps + len(rows) * step
            yield Evaluating(what="Annealing", done=min(done, n * steps), of=n * steps)
        found.append(mean_weight(log_weight_B.view(chains, len(rows))).cpu().double())
    return Score(measured=mean_of(torch.cat(found)), n=n)


def annealing_gap(
    opened: OpenedModel, *, pictures: int = SIMULATED, chains: int = CHAINS, steps: int = STEPS
) -> Work[Score]:
    """How far apart the bounds from both sides are, on pictures of the model itself, whose points are known: what is
    not told by annealing of so many steps (Grosse, Ghahramani & Adams 2015)."""
    family = load_model(find_model(opened.model.path)).family.to(opened.device)
    latent, noise = family.latent, generator(steps, 14)
    assert latent is not None
    z_BD = torch.randn(pictures, latent.coordinates, generator=noise).to(opened.device)
    with torch.no_grad():
        x_BCHW = family.drawn_given(z_BD, noise) if family.gives_law else _around(family.decode(z_BD), noise)
    law, betas = law_of(family, x_BCHW.repeat(chains, 1, 1, 1), 0), temperatures(steps + 1)
    prior_BD = torch.randn(chains * pictures, latent.coordinates, generator=noise).to(opened.device)
    bounds: list[Tensor] = []
    for way, start_BD in enumerate((prior_BD, z_BD.repeat(chains, 1))):
        log_weight_B = start_BD.new_zeros(len(start_BD))
        for step, so_far_B in enumerate(annealed(law, start_BD, betas if way == 0 else betas[::-1], noise), 1):
            log_weight_B = so_far_B
            yield Evaluating(what="Annealing there and back", done=way * steps + step, of=2 * steps)
        weights_KB = log_weight_B.view(chains, pictures).cpu().double()
        bounds.append(mean_weight(weights_KB) if way == 0 else -mean_weight(weights_KB))
    return Score(measured=mean_of(bounds[1] - bounds[0]), n=pictures)


def _around(x_BCHW: Tensor, noise: torch.Generator) -> Tensor:
    return x_BCHW + SIGMA * torch.randn(x_BCHW.shape, generator=noise).to(x_BCHW.device)


def law_of(family: AnyFamily, x_BCHW: Tensor, number: int) -> Callable[[Tensor], Tensor]:
    """log P(x | z) of pixels of 256 levels: the family's own, else a Gaussian of SIGMA around what is decoded."""
    if family.gives_law:
        return lambda z_BD: family.log_given(x_BCHW, z_BD, generator(number, 13))  # the same noise at each look
    constant = (math.log(LEVEL) - math.log(SIGMA) - 0.5 * math.log(2.0 * math.pi)) * x_BCHW[0].numel()

    def gaussian(z_BD: Tensor) -> Tensor:
        error_B = (x_BCHW - family.decode(z_BD)).square().sum((1, 2, 3))
        return constant - 0.5 * error_B / SIGMA**2

    return gaussian
