"""A measured number never comes without how sure it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A value, its standard error, and the number of pictures behind it."""

    value: float
    stderr: float
    n: int


def bootstrap(measure: Callable[[Tensor], float], n: int, *, rounds: int = 50, seed: int = 0) -> float:
    """Standard error of a statistic of n independent pictures (Efron 1979): its spread over resamplings.

    `measure` takes the indices of one resampling.
    """
    if n < 2 or rounds < 2:
        return float("nan")
    generator = torch.Generator().manual_seed(seed)
    values = torch.tensor([measure(torch.randint(n, (n,), generator=generator)) for _ in range(rounds)])
    return float(values.double().std())


def mean_of(each_N: Tensor) -> Measured:
    """A mean and its standard error s / sqrt(n)."""
    n = len(each_N)
    value = each_N.double()
    stderr = float(value.std() / n**0.5) if n > 1 else float("nan")
    return Measured(value=float(value.mean()), stderr=stderr, n=n)
