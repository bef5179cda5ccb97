"""How well one reading agrees with another: a judge with labels, or before with after. N pictures, K categories."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.metrics.measured import Measured, bootstrap


def r_squared(guess_N: Tensor, truth_N: Tensor, shown_N: Tensor | None = None) -> Measured:
    """1 - sum (truth - guess)² / sum (truth - mean)², over the pictures that show the attribute."""
    keep = torch.ones(len(truth_N), dtype=torch.bool) if shown_N is None else shown_N.bool()
    guess, truth = guess_N[keep].double(), truth_N[keep].double()

    def share(rows: Tensor) -> float:
        t, g = truth[rows], guess[rows]
        return 1.0 - float((t - g).square().sum() / (t - t.mean()).square().sum().clamp_min(1e-300))

    n = len(truth)
    if n < 2:
        return Measured(value=float("nan"), stderr=float("nan"), n=n)
    return Measured(value=share(torch.arange(n)), stderr=bootstrap(share, n), n=n)


def balanced_accuracy(guess_N: Tensor, truth_N: Tensor, shown_N: Tensor | None = None) -> Measured:
    """Mean over the categories that occur of the share recognised, each with its binomial error."""
    keep = torch.ones(len(truth_N), dtype=torch.bool) if shown_N is None else shown_N.bool()
    guess, truth = guess_N[keep].long(), truth_N[keep].long()
    shares, variances = [], []
    for category in sorted(set(truth.tolist())):
        right = (guess[truth == category] == category).double()
        share = float(right.mean())
        shares.append(share)
        variances.append(share * (1.0 - share) / len(right))
    if not shares:
        return Measured(value=float("nan"), stderr=float("nan"), n=0)
    k = len(shares)
    return Measured(value=sum(shares) / k, stderr=sum(variances) ** 0.5 / k, n=len(truth))
