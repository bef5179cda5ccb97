"""Scores from a classifier's probabilities, and likelihoods in bits. Shape legend: N pictures, K classes."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.metrics.measured import Measured, bootstrap, mean_of


def inception_score(p_NK: Tensor) -> Measured:
    """exp(E_x KL(p(y|x) || p(y))) (Salimans et al. 2016), by a classifier trained on the data.

    1 when every picture looks the same to the classifier, K when all classes come equally often and surely.
    """
    p = p_NK.double()
    kl_N = _kl(p, p.mean(0))
    score = math.exp(float(kl_N.mean()))
    return Measured(value=score, stderr=score * mean_of(kl_N).stderr, n=len(p))


def diversity_score(p_NK: Tensor, real_K: Tensor) -> Measured:
    """exp(-KL(p(y) || p*(y))), p* the classes of real pictures: 1 when classes come as often as in the data."""
    p, real = p_NK.double(), real_K.double() / real_K.sum()

    def score(rows: Tensor) -> float:
        return math.exp(-float(_kl(p[rows].mean(0), real)))

    n = len(p)
    return Measured(value=score(torch.arange(n)), stderr=bootstrap(score, n), n=n)


def class_kl(p_NK: Tensor, real_K: Tensor, *, backward: bool = False) -> Measured:
    """KL(p(y) || p*(y)), or KL(p*(y) || p(y)) backward, in nats: 0 when classes come as often as in the data.

    Forward is dear where a class comes too often, backward where one hardly comes.
    """
    p, real = p_NK.double(), real_K.double() / real_K.sum()

    def score(rows: Tensor) -> float:
        mine = p[rows].mean(0)
        return float(_kl(real, mine) if backward else _kl(mine, real))

    n = len(p)
    return Measured(value=score(torch.arange(n)), stderr=bootstrap(score, n), n=n)


def class_balance(p_NK: Tensor, real_K: Tensor) -> Measured:
    """min_k q_k / p*_k, q the share of pictures recognised as k: 1 when no class is rarer than in the data, 0 when
    one never comes. The two scores above hardly notice one lost class of many; this one asks for the worst."""
    real = real_K.double() / real_K.sum()
    there, best_N = real > 0, p_NK.argmax(1)

    def score(rows: Tensor) -> float:
        often_K = torch.bincount(best_N[rows], minlength=len(real)).double() / len(rows)
        return float((often_K[there] / real[there]).min())

    n = len(p_NK)
    return Measured(value=score(torch.arange(n)), stderr=bootstrap(score, n), n=n)


def _kl(p: Tensor, q: Tensor) -> Tensor:
    """KL divergence along the last dimension; a class of probability 0 adds nothing."""
    return (torch.xlogy(p, p) - torch.xlogy(p, q.clamp_min(1e-300))).sum(-1)


def bits_per_dim(log_likelihood_N: Tensor, dims: int) -> Measured:
    """-log2 p(x) per pixel and colour; `dims` is the number of those in one picture."""
    return mean_of(-log_likelihood_N.double() / (dims * math.log(2.0)))
