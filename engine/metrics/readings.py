"""How well one reading agrees with another: a judge with labels, or before with after. N pictures, K categories."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.metrics.measured import Measured, bootstrap


def r_squared(guess_N: Tensor, truth_N: Tensor, shown_N: Tensor | None = None) -> Measured:
    """1 - sum (truth - guess)² / sum (truth - mean)², over the pictures that show the attribute.

    Not a number where the truth does not vary: there is nothing to be told.
    """
    keep = torch.ones(len(truth_N), dtype=torch.bool) if shown_N is None else shown_N.bool()
    guess, truth = guess_N[keep].double(), truth_N[keep].double()

    def share(rows: Tensor) -> float:
        t, g = truth[rows], guess[rows]
        varied = (t - t.mean()).square().sum()
        return 1.0 - float((t - g).square().sum() / varied) if varied > 0.0 else float("nan")

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


def calibration_error(p_NK: Tensor, truth_N: Tensor, shown_N: Tensor | None = None, *, bins: int = 10) -> Measured:
    """How far a judge's confidence is from its accuracy (Guo et al. 2017, eq. 3): mean over the pictures of
    |accuracy - confidence| of the tenth of the scale they fall into; 0 is a judge that knows how sure it may be."""
    keep = torch.ones(len(truth_N), dtype=torch.bool) if shown_N is None else shown_N.bool()
    sure_N, best_N = p_NK[keep].double().max(1)
    right_N = (best_N == truth_N[keep].long()).double()
    place_N = (sure_N * bins).long().clamp_max(bins - 1)

    def error(rows: Tensor) -> float:
        gap = torch.zeros(bins, dtype=torch.float64).index_add_(0, place_N[rows], (right_N - sure_N)[rows])
        return float(gap.abs().sum() / len(rows))

    n = len(right_N)
    if n < 2:
        return Measured(value=float("nan"), stderr=float("nan"), n=n)
    return Measured(value=error(torch.arange(n)), stderr=bootstrap(error, n), n=n)
