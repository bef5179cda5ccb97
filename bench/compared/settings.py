"""The models and data that several benches share: sizes at which the popular implementations were measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.datasets.store import Store
    from engine.families.base import AnyFamily

SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A family with its settings."""

    family: str
    config: dict[str, Any]


CASES = {
    "dcgan-32": Case(family="dcgan", config={"size": 32, "channels": 1, "batch": 64, "width": 64, "latent": 100}),
    "dcgan-64": Case(family="dcgan", config={"size": 64, "channels": 3, "batch": 64, "width": 48, "latent": 100}),
    "popular-gan-32": Case(family="popular-gan", config={"size": 32, "channels": 1, "batch": 64, "latent": 100}),
    "vae-64": Case(family="vae", config={"size": 64, "channels": 3, "batch": 64, "width": 32, "latent": 128}),
    "pixelcnn-28": Case(family="pixelcnn", config={"size": 28, "channels": 1, "batch": 32, "width": 32, "depth": 6}),
}


def noise_store(case: Case, images: int) -> Store:
    """Pictures of the right shape: what they show does not change how long anything takes."""
    import torch

    from engine.datasets.store import Store

    generator = torch.Generator().manual_seed(SEED)
    size, channels = case.config["size"], case.config["channels"]
    pictures = torch.randint(0, 256, (images, channels, size, size), generator=generator, dtype=torch.uint8)
    return Store(
        name="noise", label="Noise", pictures=pictures, split=torch.zeros(images, dtype=torch.uint8),
        provenance={"source": "bench"},
    )  # fmt: skip


def built(case: Case, store: Store, **changes: Any) -> AnyFamily:
    """A fresh family of the case."""
    from bench.compared.popular import known
    from engine.families import build, family_class
    from engine.training.material import data_shape

    known()
    return build(case.family, {**case.config, **changes}, data_shape(family_class(case.family), store))
