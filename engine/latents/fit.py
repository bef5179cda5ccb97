"""Fitting what makes a latent space explorable, from points alone: pure functions of tensors.

Shape legend: N points, D coordinates, K components of a mixture, A attributes.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

import torch
from torch import Tensor


class Mixture(NamedTuple):
    """A Gaussian mixture with full covariances; `factors_KDD` are their lower Cholesky factors."""

    weights_K: Tensor
    means_KD: Tensor
    factors_KDD: Tensor


class Axes(NamedTuple):
    """Principal axes, most telling first."""

    axes_AD: Tensor
    sigmas_A: Tensor
    shares_A: Tensor


def fit_mixture(
    points_ND: Tensor, components: int, generator: torch.Generator, *, rounds: int = 25
) -> Generator[None, None, Mixture]:
    """EM with covariances shrunk toward the common one, so that a component with few points stays honest.

    Dempster, Laird & Rubin 1977; each component's covariance is (n_k S_k + D S) / (n_k + D). Yields after each
    round: together they take seconds.
    """
    n, d = points_ND.shape
    x = points_ND.double()
    common = _covariance(x, torch.ones(n, dtype=x.dtype)) + 1e-6 * torch.eye(d, dtype=x.dtype)
    means = x[torch.randperm(n, generator=generator)[:components]].clone()
    weights = torch.full((len(means),), 1.0 / len(means), dtype=x.dtype)
    covariances = common.expand(len(means), d, d).clone()
    for _ in range(rounds if components > 1 else 0):
        shares_NK = torch.softmax(_log_joint(x, weights, means, covariances), 1)
        counts = shares_NK.sum(0) + 1e-9
        weights = counts / n
        means = shares_NK.T @ x / counts[:, None]
        covariances = torch.stack(
            [(counts[k] * _covariance(x, shares_NK[:, k]) + d * common) / (counts[k] + d) for k in range(len(means))]
        )
        yield None
    if components == 1:
        means = x.mean(0, keepdim=True)
    return Mixture(weights.float(), means.float(), torch.linalg.cholesky(covariances).float())


def _covariance(x_ND: Tensor, weights_N: Tensor) -> Tensor:
    share_N1 = (weights_N / weights_N.sum().clamp_min(1e-9))[:, None]
    centred = x_ND - (share_N1 * x_ND).sum(0)
    return (share_N1 * centred).T @ centred


def _log_joint(x_ND: Tensor, weights_K: Tensor, means_KD: Tensor, covariances_KDD: Tensor) -> Tensor:
    columns = []
    for weight, mean, covariance in zip(weights_K, means_KD, covariances_KDD, strict=True):
        factor = torch.linalg.cholesky(covariance)
        white = torch.linalg.solve_triangular(factor, (x_ND - mean).T, upper=False)
        columns.append(weight.log() - factor.diagonal().log().sum() - 0.5 * white.square().sum(0))
    return torch.stack(columns, 1)


def principal_axes(points_ND: Tensor, count: int, *, least_share: float = 0.002) -> Axes:
    """Eigenvectors of the covariance; dead axes (a share of the variance below `least_share`) are left out.

    Signs are arbitrary, so each axis is turned until its largest coordinate is positive.
    """
    values, vectors = torch.linalg.eigh(
        _covariance(points_ND.double(), torch.ones(len(points_ND), dtype=torch.float64))
    )
    values, axes = values.flip(0).clamp_min(0), vectors.T.flip(0)
    shares = values / values.sum().clamp_min(1e-12)
    kept = min(count, int((shares >= least_share).sum()))
    axes = axes[:kept]
    largest = axes.gather(1, axes.abs().argmax(1, keepdim=True)) if kept else axes.new_ones(0, 1)
    return Axes((axes * largest.sign()).float(), values[:kept].sqrt().float(), shares[:kept].float())


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
        left = z[rows]
        gram = left.T @ left + 1e-6 * len(left) * torch.eye(left.shape[1], dtype=left.dtype)
        guess = left @ torch.linalg.solve(gram, left.T @ target)
        shares.append(max(0.0, 1.0 - float((target - guess).square().mean() / target.var(unbiased=False))))
    return torch.tensor(shares)
