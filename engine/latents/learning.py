"""Directions from labelled points, each with a score on points it was not learned from: pure functions.

Shape legend: N points, D coordinates, R of the space that the points span.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from engine.machine.seeds import generator

FOLDS = 5
STRENGTHS = (1e-3, 1e-2, 1e-1)
"""Ridges that are tried, in units of the points' mean variance; what tells most of the points left out is taken."""
_STEPS = 25


class Guess(NamedTuple):
    """A linear guess: w·z + b."""

    weight_D: Tensor
    bias: float

    def of(self, points_ND: Tensor) -> Tensor:
        """What it says of each point."""
        return points_ND.double() @ self.weight_D + self.bias


class Learned(NamedTuple):
    """The displacement of one unit, and how well points left out are told."""

    move_D: Tensor
    score: float


Fit = Callable[[Tensor, Tensor], Guess]


def by_means(before_ND: Tensor, after_ND: Tensor) -> Learned:
    """From one group's mean to the other's."""
    z_ND, y_N = _grouped(before_ND, after_ND)
    return Learned(after_ND.mean(0) - before_ND.mean(0), cross_validated(_middle, z_ND, y_N, told_apart))


def by_plane(before_ND: Tensor, after_ND: Tensor) -> Learned:
    """Square to the plane that divides both groups (Shen et al. 2020), as far as from one group's mean to the other's.

    Logistic regression with a ridge.
    """
    z_ND, y_N = _grouped(before_ND, after_ND)
    score, strength = best_strength(logistic, z_ND, y_N, told_apart)
    normal_D = logistic(strength)(z_ND, y_N).weight_D
    normal_D = normal_D / normal_D.norm().clamp_min(1e-12)
    gap_D = (after_ND.mean(0) - before_ND.mean(0)).double()
    return Learned((normal_D * (normal_D @ gap_D)).float(), score)


def by_trend(points_ND: Tensor, values_N: Tensor) -> Learned:
    """Along the gradient of the best linear guess of a value, until the guess grows by one standard deviation."""
    z_ND, y_N = points_ND.double(), values_N.double()
    score, strength = best_strength(ridge, z_ND, y_N, explained_share)
    weight_D = ridge(strength)(z_ND, y_N).weight_D
    return Learned((weight_D * y_N.std() / weight_D.square().sum().clamp_min(1e-12)).float(), score)


def best_strength(
    fit: Callable[[float], Fit], z_ND: Tensor, y_N: Tensor, score: Callable[[Tensor, Tensor], float]
) -> tuple[float, float]:
    """The score and the ridge that does best on points left out."""
    return max((cross_validated(fit(strength), z_ND, y_N, score), strength) for strength in STRENGTHS)


def cross_validated(fit: Fit, z_ND: Tensor, y_N: Tensor, score: Callable[[Tensor, Tensor], float]) -> float:
    """The score of guesses about points that each guess was not learned from, over FOLDS parts of them."""
    part_N = torch.randperm(len(z_ND), generator=generator(0, 8)) % FOLDS
    guess_N = torch.zeros(len(z_ND), dtype=torch.float64)
    for fold in range(FOLDS):
        rest_N, mine_N = part_N != fold, part_N == fold
        if bool(mine_N.any()) and bool(rest_N.any()):
            guess_N[mine_N] = fit(z_ND[rest_N], y_N[rest_N]).of(z_ND[mine_N])
    return score(guess_N, y_N)


def told_apart(guess_N: Tensor, y_N: Tensor) -> float:
    """Share of points that are put on their side, both sides counting alike."""
    right_N = ((guess_N > 0) == (y_N > 0.5)).double()
    sides = [right_N[y_N > 0.5], right_N[y_N <= 0.5]]
    return float(torch.stack([side.mean() for side in sides if len(side)]).mean())


def explained_share(guess_N: Tensor, y_N: Tensor) -> float:
    """R²: the share of the variance that the guesses tell."""
    return 1.0 - float((y_N - guess_N).square().mean() / y_N.var(unbiased=False).clamp_min(1e-12))


def ridge(strength: float) -> Fit:
    """Least squares of a value with a ridge."""

    def fit(z_ND: Tensor, y_N: Tensor) -> Guess:
        x_NR, basis_DR, mean_D = _spanned(z_ND)
        gram_RR = x_NR.T @ x_NR + _penalty(x_NR, strength)
        w_D = basis_DR @ torch.linalg.solve(gram_RR, x_NR.T @ (y_N.double() - y_N.double().mean()))
        return Guess(w_D, float(y_N.double().mean() - mean_D @ w_D))

    return fit


def logistic(strength: float) -> Fit:
    """-log p(y | z) with a ridge, by Newton's method."""

    def fit(z_ND: Tensor, y_N: Tensor) -> Guess:
        x_NR, basis_DR, mean_D = _spanned(z_ND)
        one_N1 = torch.ones(len(x_NR), 1, dtype=torch.float64)
        x1_NS, penalty_SS = torch.cat((x_NR, one_N1), 1), torch.zeros(x_NR.shape[1] + 1, x_NR.shape[1] + 1).double()
        penalty_SS[:-1, :-1] = _penalty(x_NR, strength)
        penalty_SS[-1, -1] = 1e-6
        w_S = torch.zeros(x1_NS.shape[1], dtype=torch.float64)
        for _ in range(_STEPS):
            p_N = torch.sigmoid(x1_NS @ w_S)
            slope_S = x1_NS.T @ (p_N - y_N.double()) + penalty_SS @ w_S
            curve_SS = x1_NS.T @ (x1_NS * (p_N * (1 - p_N)).clamp_min(1e-6)[:, None]) + penalty_SS
            step_S = torch.linalg.solve(curve_SS, slope_S)
            w_S = w_S - step_S
            if float(step_S.abs().max()) < 1e-8:
                break
        w_D = basis_DR @ w_S[:-1]
        return Guess(w_D, float(w_S[-1] - mean_D @ w_D))

    return fit


def _middle(z_ND: Tensor, y_N: Tensor) -> Guess:
    """Which of two means a point lies nearer to, along the line between them."""
    after_D, before_D = z_ND[y_N > 0.5].double().mean(0), z_ND[y_N <= 0.5].double().mean(0)
    w_D = after_D - before_D
    return Guess(w_D, -float(w_D @ (after_D + before_D)) / 2)


def _grouped(before_ND: Tensor, after_ND: Tensor) -> tuple[Tensor, Tensor]:
    y_N = torch.cat((torch.zeros(len(before_ND)), torch.ones(len(after_ND)))).double()
    return torch.cat((before_ND, after_ND)).double(), y_N


def _spanned(z_ND: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Points about their mean, in as few coordinates as they span: a weight outside of these says nothing."""
    mean_D = z_ND.double().mean(0)
    x_ND = z_ND.double() - mean_D
    if x_ND.shape[1] <= x_ND.shape[0]:
        return x_ND, torch.eye(x_ND.shape[1], dtype=torch.float64), mean_D
    _, _, basis_RD = torch.linalg.svd(x_ND, full_matrices=False)
    return x_ND @ basis_RD.T, basis_RD.T, mean_D


def _penalty(x_NR: Tensor, strength: float) -> Tensor:
    """A ridge in units of the points' mean variance, so that it means the same in every space."""
    variance = x_NR.square().mean() * len(x_NR)
    return strength * variance * torch.eye(x_NR.shape[1], dtype=torch.float64)
