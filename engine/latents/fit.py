"""Fitting what makes a latent space explorable, from points alone: pure functions of tensors.

Shape legend: N points, D coordinates, K components of a mixture, A attributes.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

KERNELS = 1400
"""Points that a density is made of: more would make model files larger and pictures no better."""
WIDEST = 0.5
"""Bandwidth in units of the points' spread. In many coordinates the usual rule asks for nearly one, which is a single
Gaussian again, and fills what lies between people with glasses and people without.
"""


class Mixture(NamedTuple):
    """Gaussians with weights; `factors_KDD` are lower Cholesky factors of their covariances, or one for all of them."""

    weights_K: Tensor
    means_KD: Tensor
    factors_KDD: Tensor

    @property
    def mean_D(self) -> Tensor:
        """The mean of all its points."""
        return self.weights_K @ self.means_KD

    def draw(self, generator: torch.Generator) -> Tensor:
        """One point (D,); a pure function of the generator's seed."""
        pick = torch.rand((), generator=generator)
        component = min(int((torch.cumsum(self.weights_K, 0) < pick).sum()), len(self.weights_K) - 1)
        noise_D = torch.randn(self.means_KD.shape[1], generator=generator)
        return self.means_KD[component] + self.factors_KDD[min(component, len(self.factors_KDD) - 1)] @ noise_D


class Axes(NamedTuple):
    """Principal axes, most telling first."""

    axes_AD: Tensor
    sigmas_A: Tensor
    shares_A: Tensor


def gaussian(points_ND: Tensor) -> Mixture:
    """Their mean and covariance."""
    x = points_ND.double()
    return Mixture(torch.ones(1), x.mean(0, keepdim=True).float(), _factor(x)[None].float())


def as_one(mixture: Mixture) -> Mixture:
    """The Gaussian with the mean and the covariance of a mixture: within its components, and between them."""
    weights_K, mean_D = mixture.weights_K.double(), mixture.mean_D.double()
    factors_KDD = mixture.factors_KDD.double()
    shares_K = weights_K if len(factors_KDD) > 1 else torch.ones(1, dtype=torch.double)
    within_DD = torch.einsum("k,kij,klj->il", shares_K, factors_KDD, factors_KDD)
    apart_KD = mixture.means_KD.double() - mean_D
    covariance_DD = within_DD + (weights_K[:, None] * apart_KD).T @ apart_KD
    factor_DD: Tensor = torch.linalg.cholesky(covariance_DD)
    return Mixture(torch.ones(1), mean_D[None].float(), factor_DD[None].float())


def parzen(points_ND: Tensor, kernels: int = KERNELS) -> Mixture:
    """A Gaussian around each of the points, or of an even part of them (Parzen 1962).

    Kernels have the shape of the whole, h C^½, and stand at mean + (1 - h²)^½ (x - mean), so that all together keep
    mean and covariance C (West 1993). h is Scott's n^(-1 / (D + 4)), at most WIDEST.
    """
    x = points_ND.double()
    mean, factor = x.mean(0), _factor(x)
    chosen = x[torch.linspace(0, len(x) - 1, min(kernels, len(x))).round().long()]
    n, d = chosen.shape
    h = min(WIDEST, n ** (-1.0 / (d + 4)))
    means = mean + (1.0 - h * h) ** 0.5 * (chosen - mean)
    return Mixture(torch.full((n,), 1.0 / n), means.float(), (h * factor)[None].float())


def _factor(x_ND: Tensor) -> Tensor:
    """The lower Cholesky factor of a covariance that may be singular."""
    d = x_ND.shape[1]
    weights_N = torch.ones(len(x_ND), dtype=x_ND.dtype)
    factor_DD: Tensor = torch.linalg.cholesky(_covariance(x_ND, weights_N) + 1e-6 * torch.eye(d, dtype=x_ND.dtype))
    return factor_DD


def _covariance(x_ND: Tensor, weights_N: Tensor) -> Tensor:
    share_N1 = (weights_N / weights_N.sum().clamp_min(1e-9))[:, None]
    centred = x_ND - (share_N1 * x_ND).sum(0)
    return (share_N1 * centred).T @ centred


def principal_axes(points_ND: Tensor, count: int, *, least_share: float = 0.002) -> Axes:
    """Eigenvectors of the covariance; dead axes (a share of the variance below `least_share`) are left out.

    Signs are arbitrary, so each axis is turned until its largest coordinate is positive.
    """
    values, axes = _spectrum(points_ND.double())
    shares = values / values.sum().clamp_min(1e-12)
    kept = min(count, int((shares >= least_share).sum()))
    axes = axes[:kept]
    largest = axes.gather(1, axes.abs().argmax(1, keepdim=True)) if kept else axes.new_ones(0, 1)
    return Axes((axes * largest.sign()).float(), values[:kept].sqrt().float(), shares[:kept].float())


def _spectrum(x_ND: Tensor) -> tuple[Tensor, Tensor]:
    """Variances along the principal axes, and the axes as rows, largest first.

    With more coordinates than points through the points' inner products: X Xᵀ u = λ u gives the axis Xᵀ u / √λ, and no
    D×D matrix is ever made.
    """
    n, d = x_ND.shape
    if d <= n:
        values, vectors = torch.linalg.eigh(_covariance(x_ND, torch.ones(n, dtype=x_ND.dtype)))
        return values.flip(0).clamp_min(0), vectors.T.flip(0)
    centred = (x_ND - x_ND.mean(0)) / n**0.5
    values, vectors = torch.linalg.eigh(centred @ centred.T)
    values = values.flip(0).clamp_min(0)
    axes = vectors.T.flip(0) @ centred
    return values, axes / axes.norm(dim=1, keepdim=True).clamp_min(1e-12)


def effects(points_ND: Tensor, values_NA: Tensor, known_NA: Tensor, *, ridge: float = 1e-3) -> Tensor:
    """How a point moves (A, D) when one attribute grows by one standard deviation and the others hold still.

    Ridge regression of points on all standardised attributes at once; an attribute that a picture does not show
    (`known_NA` false) counts as average there.
    """
    known = known_NA.double()
    counts = known.sum(0).clamp_min(1)
    mean = (values_NA.double() * known).sum(0) / counts
    centred = (values_NA.double() - mean) * known
    spread = (centred.square().sum(0) / counts).sqrt().clamp_min(1e-6)
    a_NA = centred / spread
    z_ND = points_ND.double() - points_ND.double().mean(0)
    gram = a_NA.T @ a_NA + ridge * len(a_NA) * torch.eye(a_NA.shape[1], dtype=a_NA.dtype)
    moves_AD: Tensor = torch.linalg.solve(gram, a_NA.T @ z_ND)
    return moves_AD.float()


def explained(points_ND: Tensor, values_NA: Tensor, known_NA: Tensor) -> Tensor:
    """Share (A,) of each attribute's variance that a linear function of the point explains."""
    z = torch.cat([points_ND.double(), torch.ones(len(points_ND), 1, dtype=torch.float64)], 1)
    shares = []
    for a in range(values_NA.shape[1]):
        rows = known_NA[:, a]
        target = values_NA[rows, a].double()
        if len(target) < 2 or float(target.var()) < 1e-9:
            shares.append(0.0)
            continue
        guess = _ridge(z[rows], target, 1e-6 * len(target))
        shares.append(max(0.0, 1.0 - float((target - guess).square().mean() / target.var(unbiased=False))))
    return torch.tensor(shares)


def _ridge(x_NF: Tensor, target_N: Tensor, ridge: float) -> Tensor:
    """What a ridge regression says of its own rows: X (XᵀX + r)⁻¹ Xᵀy = XXᵀ (XXᵀ + r)⁻¹ y, by the smaller matrix."""
    n, f = x_NF.shape
    if f <= n:
        gram_FF = x_NF.T @ x_NF + ridge * torch.eye(f, dtype=x_NF.dtype)
        fitted_N: Tensor = x_NF @ torch.linalg.solve(gram_FF, x_NF.T @ target_N)
        return fitted_N
    gram_NN = x_NF @ x_NF.T
    guess_N: Tensor = gram_NN @ torch.linalg.solve(gram_NN + ridge * torch.eye(n, dtype=x_NF.dtype), target_N)
    return guess_N
