"""Distances between two sets of pictures, measured on a judge's features ("own features", not Inception's).

Shape legend: N, M pictures, F features.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.metrics.measured import Measured, bootstrap, mean_of


def _moments(x_NF: Tensor) -> tuple[Tensor, Tensor]:
    x = x_NF.double()
    return x.mean(0), torch.cov(x.T).reshape(x.shape[1], x.shape[1])


def frechet(mean_a: Tensor, cov_a: Tensor, mean_b: Tensor, cov_b: Tensor) -> float:
    """Fréchet distance of two Gaussians, |m_a - m_b|² + tr(A + B - 2 (A B)^½)  (Dowson & Landau 1982).

    (A B)^½ has the eigenvalues of (A^½ B A^½)^½, which is symmetric: no complex roots to be rounded away.
    """
    values, vectors = torch.linalg.eigh(cov_a)
    root = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
    inner = torch.linalg.eigvalsh(root @ cov_b @ root).clamp_min(0).sqrt().sum()
    distance = (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2.0 * inner
    return max(0.0, float(distance))


def fid(real_NF: Tensor, made_MF: Tensor, *, rounds: int = 10) -> Measured:
    """Fréchet inception distance (Heusel et al. 2017, eq. 6) on own features; the error over resamplings of `made`."""
    real = _moments(real_NF)

    def distance(rows: Tensor) -> float:
        return frechet(*real, *_moments(made_MF[rows]))

    n = len(made_MF)
    value = distance(torch.arange(n))
    return Measured(value=value, stderr=bootstrap(distance, n, rounds=rounds), n=n)


def kid(real_NF: Tensor, made_MF: Tensor, *, subset: int = 500, rounds: int = 20, seed: int = 0) -> Measured:
    """Kernel inception distance (Bińkowski et al. 2018, section 3): unbiased squared MMD with (x·y / F + 1)³.

    The mean over random subsets, so that memory stays bounded. Its error from their spread: subsets of m of n pictures
    vary as sqrt(n / m - 1) times what the whole does (Politis & Romano 1994), so m is at most half of n.
    """
    generator = torch.Generator().manual_seed(seed)
    n = min(len(real_NF), len(made_MF))
    size = min(subset, n // 2)
    if size < 2:
        return Measured(value=squared_mmd(real_NF.double(), made_MF.double()), stderr=float("nan"), n=len(made_MF))
    values = []
    for _ in range(rounds):
        x = real_NF[torch.randperm(len(real_NF), generator=generator)[:size]].double()
        y = made_MF[torch.randperm(len(made_MF), generator=generator)[:size]].double()
        values.append(squared_mmd(x, y))
    each = torch.tensor(values, dtype=torch.float64)
    return Measured(value=float(each.mean()), stderr=float(each.std() * (size / (n - size)) ** 0.5), n=len(made_MF))


def squared_mmd(x_NF: Tensor, y_MF: Tensor) -> float:
    """The unbiased estimate of Gretton et al. 2012, lemma 6; the diagonal of each own kernel matrix is left out."""
    n, m, f = len(x_NF), len(y_MF), x_NF.shape[1]

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return (a @ b.T / f + 1.0) ** 3

    xx, yy = kernel(x_NF, x_NF), kernel(y_MF, y_MF)
    own = (xx.sum() - xx.trace()) / (n * (n - 1)) + (yy.sum() - yy.trace()) / (m * (m - 1))
    return float(own - 2.0 * kernel(x_NF, y_MF).mean())


def precision_recall(real_NF: Tensor, made_MF: Tensor, *, k: int = 3) -> tuple[Measured, Measured]:
    """Share of made pictures on the real manifold, and of real ones on the made one (Kynkäänniemi et al. 2019).

    A manifold is the union of balls around its points that reach to the k-th nearest neighbour (eq. 1 and 2).
    """
    return _covered(made_MF, real_NF, k), _covered(real_NF, made_MF, k)


def valid(real_NF: Tensor, made_MF: Tensor, other_LF: Tensor, *, share: float = 0.95) -> tuple[Measured, Measured]:
    """Share of made pictures that stand as near to a real one as `share` of `other` real pictures do, and of those.

    Stricter than precision, whose balls are as wide as the real pictures lie apart at their loneliest.
    """
    made_M, other_L = _nearest(made_MF, real_NF), _nearest(other_LF, real_NF)
    reach = other_L.quantile(share)
    return mean_of(made_M <= reach), mean_of(other_L <= reach)


def _nearest(points_NF: Tensor, to_MF: Tensor) -> Tensor:
    to = to_MF.double()
    return torch.cat([torch.cdist(piece, to).amin(1) for piece in torch.split(points_NF.double(), 1024)])


def _covered(points_NF: Tensor, by_MF: Tensor, k: int) -> Measured:
    """Share of points inside a ball of `by`, with the binomial standard error."""
    by = by_MF.float()
    radius_M = torch.cat(
        [torch.cdist(piece, by).kthvalue(min(k + 1, len(by)), 1).values for piece in torch.split(by, 1024)]
    )
    inside = [(torch.cdist(piece, by) <= radius_M).any(1) for piece in torch.split(points_NF.float(), 1024)]
    n = len(points_NF)
    share = float(torch.cat(inside).double().mean())
    return Measured(value=share, stderr=(share * (1.0 - share) / n) ** 0.5, n=n)
