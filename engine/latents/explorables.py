"""What makes a latent space explorable: where its points lie, its principal axes, its named directions.

Fitted once after training (engine/opened/survey.py), kept in the model file, read-only from then on.
Shape legend: D coordinates, K components of the mixture, A axes, M directions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import msgspec
import torch
from torch import Tensor

from engine.latents.fit import Mixture
from engine.protocol.values import AxisDescribed, DirectionDescribed

_LIMIT = 4096
_PRIOR_LIMIT = 1 << 20
"""Coordinates of a space that is explored in its prior: nothing of it is square."""
_WORD_LIMIT = 80
_REACH = 1000.0
"""No slider goes further; a file may say infinity, which JSON knows as 1e999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explorables:
    """Where points lie, axes in sigmas, and directions."""

    coordinates: int
    mixture: Mixture | None = None
    """The fitted aggregate posterior; without one the prior is explored."""
    axes_AD: Tensor
    """Unit-length rows, ordered by the variance they explain."""
    sigmas_A: Tensor
    shares_A: Tensor
    directions_MD: Tensor
    """The displacement for one unit of each slider: one standard deviation of the attribute."""
    directions: tuple[DirectionDescribed, ...] = ()
    axis_labels: tuple[str, ...] = ()
    distances: Tensor = field(default_factory=lambda: torch.zeros(0))
    """Sorted reconstruction distances of training pictures, to tell how unusual an encoded picture is."""

    @property
    def centre_D(self) -> Tensor:
        """The mean of all points, toward which truncation pulls."""
        return torch.zeros(self.coordinates) if self.mixture is None else self.mixture.mean_D

    @property
    def axes(self) -> tuple[AxisDescribed, ...]:
        return tuple(
            AxisDescribed(index=i, label=label, sigma=float(self.sigmas_A[i]), share=float(self.shares_A[i]))
            for i, label in enumerate(self.axis_labels)
        )

    def percentile(self, distance: float) -> float | None:
        """Share (0–100) of training pictures that are reconstructed at least as well as this distance."""
        if not len(self.distances):
            return None
        return 100.0 * float((self.distances <= distance).float().mean())

    # ------------------------------------------------------------ on disk

    def header(self) -> dict[str, Any]:
        told = {"directions": msgspec.to_builtins(self.directions), "axis_labels": list(self.axis_labels)}
        return told if self.mixture is not None else {**told, "coordinates": self.coordinates}

    def tensors(self) -> dict[str, Tensor]:
        """Named tensors for the model file; empty ones are left out (files may not hold empty tensors)."""
        named = {name: getattr(self, name) for name in _TENSORS}
        if self.mixture is not None:
            named |= self.mixture._asdict()
        return {name: tensor.float() for name, tensor in named.items() if tensor.numel()}

    @classmethod
    def read(cls, header: Any, tensors: Mapping[str, Tensor]) -> Self:
        """The inverse of `header` and `tensors`; anything that does not fit is a ValueError."""
        directions = msgspec.convert(header["directions"], tuple[DirectionDescribed, ...])
        labels = msgspec.convert(header["axis_labels"], tuple[str, ...])
        k, d = _extent(header, tensors)
        a, m = len(labels), len(directions)
        if max(a, m) > _LIMIT:
            raise ValueError("impossible sizes")
        _check_words(directions, labels)
        wanted = {"axes_AD": (a, d), "sigmas_A": (a,), "shares_A": (a,), "directions_MD": (m, d)}
        if k:
            shared = tuple(tensors["factors_KDD"].shape[:1]) == (1,)
            wanted |= {"weights_K": (k,), "means_KD": (k, d), "factors_KDD": (1 if shared else k, d, d)}
        found = {name: tensors.get(name, torch.zeros(shape)) for name, shape in wanted.items()}
        found["distances"] = tensors.get("distances", torch.zeros(0))
        if tensors.keys() - found.keys() or found["distances"].ndim != 1:
            raise ValueError("unknown or malformed tensors")
        for name, shape in wanted.items():
            if tuple(found[name].shape) != shape:
                raise ValueError(f"{name} has the wrong shape")
        if not all(value.is_floating_point() and bool(torch.isfinite(value).all()) for value in found.values()):
            raise ValueError("a value is not finite")
        if bool((found["sigmas_A"] <= 0).any()):
            raise ValueError("an axis has no length")
        return cls(
            coordinates=d,
            mixture=_mixture(found) if k else None,
            directions=directions,
            axis_labels=labels,
            **{name: found[name].float() for name in _TENSORS},
        )


def _extent(header: Any, tensors: Mapping[str, Tensor]) -> tuple[int, int]:
    """(components, coordinates); no components where the prior is explored."""
    if "coordinates" in header:
        d = msgspec.convert(header["coordinates"], int)
        if not 0 < d <= _PRIOR_LIMIT:
            raise ValueError("impossible sizes")
        return 0, d
    means = tensors["means_KD"]
    if means.ndim != 2 or max(means.shape) > _LIMIT:
        raise ValueError("impossible sizes")
    return means.shape[0], means.shape[1]


def _mixture(found: Mapping[str, Tensor]) -> Mixture:
    weights = found["weights_K"].float()
    if bool((weights < 0).any()) or not torch.isclose(weights.sum(), torch.tensor(1.0), atol=1e-3):
        raise ValueError("the mixture's weights are no shares of one")
    return Mixture(weights, found["means_KD"].float(), found["factors_KDD"].float())


def _check_words(directions: tuple[DirectionDescribed, ...], labels: tuple[str, ...]) -> None:
    """What sliders are made of: names that are told apart, words that can stand on a line, ends that are apart."""
    names = [direction.name for direction in directions]
    words = [*names, *labels, *(word for d in directions for word in (d.label, d.low_word, d.high_word))]
    if len(set(names)) < len(names) or not all(names):
        raise ValueError("directions are not told apart by their names")
    if any(len(word) > _WORD_LIMIT or not word.isprintable() for word in words):
        raise ValueError("a word cannot be shown")
    if not all(-_REACH <= direction.low < direction.high <= _REACH for direction in directions):
        raise ValueError("a slider has impossible ends")


_TENSORS = ("axes_AD", "sigmas_A", "shares_A", "directions_MD", "distances")
