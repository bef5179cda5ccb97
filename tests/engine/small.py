"""Small data and small settings that every engine test can afford."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

import torch

from engine.datasets.store import Split, Store, continuous
from engine.families import family_class
from engine.families.base import DataShape
from engine.training.material import Data, data_shape

Result = TypeVar("Result")

_SMALL: dict[str, object] = {"size": 8, "channels": 1, "width": 4, "latent": 3, "batch": 8, "steps": 8}

SMALL: dict[str, dict[str, object]] = {
    "autoencoder": {"size": 8, "channels": 1, "width": 4, "latent": 3, "batch": 8, "steps": 8},
    "aae": {"size": 8, "channels": 1, "width": 4, "latent": 3, "batch": 8, "steps": 8},
    "vae": {"size": 8, "channels": 1, "width": 4, "latent": 3, "batch": 8, "steps": 8},
    "vaegan": {"size": 8, "channels": 1, "width": 4, "d_width": 4, "latent": 3, "batch": 8, "steps": 8},
    "gan0": {"size": 8, "channels": 1, "width": 4, "latent": 3, "batch": 8, "steps": 8},
    "gan1": {"size": 8, "channels": 1, "width": 4, "latent": 3, "batch": 8, "steps": 8, "net": "connected"},
    "dcgan": {"size": 8, "channels": 1, "width": 4, "latent": 3, "batch": 8, "steps": 8},
    "lsgan": {"size": 8, "channels": 1, "width": 4, "latent": 3, "batch": 8, "steps": 8},
    "wgan": {"size": 8, "channels": 1, "width": 4, "latent": 3, "batch": 8, "steps": 8, "d_steps": 2},
    "wgan-gp": {"size": 8, "channels": 1, "width": 4, "latent": 3, "batch": 8, "steps": 8, "d_steps": 2},
    "began": {"size": 8, "channels": 1, "width": 4, "latent": 3, "batch": 8, "steps": 8},
    "r3gan": {"size": 8, "channels": 1, "width": 4, "latent": 3, "batch": 8, "steps": 8},
    "cfg": {**_SMALL, "pool": 32, "gradient_steps": 4, "updates": 2},
    "icfg": {**_SMALL, "pool": 32, "gradient_steps": 8, "updates": 1},
    "xicfg": {**_SMALL, "pool": 32, "gradient_steps": 2, "epochs": 1},
    "fvbn": {"size": 8, "channels": 1, "hidden": 8, "levels": 2, "batch": 8, "steps": 8},
    "pixelrnn": {"size": 8, "channels": 1, "width": 4, "depth": 1, "levels": 2, "batch": 8, "steps": 8},
    "pixelvae": {**_SMALL, "pixel_width": 4, "pixel_depth": 1, "levels": 2},
    "pixelcnn": {"size": 8, "channels": 1, "width": 4, "depth": 1, "levels": 2, "batch": 8, "steps": 8},
    "gated-pixelcnn": {"size": 8, "channels": 1, "width": 4, "depth": 1, "levels": 2, "batch": 8, "steps": 8},
    "pixelcnn++": {"size": 8, "channels": 1, "width": 4, "depth": 1, "scales": 2, "batch": 8, "steps": 8},
    "multiscale-pixelcnn": {"size": 8, "channels": 1, "width": 4, "depth": 1, "levels": 2, "batch": 8, "steps": 8},
}


def bars(count: int = 80, size: int = 8) -> Store:
    """Bright vertical bars at a place of their own; `place` is their attribute, left or right their class."""
    generator = torch.Generator().manual_seed(5)
    place = torch.randint(0, size, (count,), generator=generator)
    pictures = torch.full((count, 1, size, size), 30, dtype=torch.uint8)
    pictures[torch.arange(count), 0, :, place] = 220
    split = torch.zeros(count, dtype=torch.uint8)
    split[-20:-10], split[-10:] = int(Split.VALIDATION), int(Split.TEST)
    return Store(
        name="bars",
        label="Bars",
        pictures=pictures,
        attributes={"place": place.float()},
        visible={"place": torch.ones(count, dtype=torch.bool)},
        kinds={"place": continuous("Place", 0.0, size - 1.0, "left", "right")},
        labels=(place >= size // 2).long(),
        classes=("left", "right"),
        split=split,
        sha256="bars",
    )


def drained(work: Generator[object, None, Result]) -> Result:
    """What a generator returns after all its pauses."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: Result = end.value
            return result


def shape_of(family: str, data: Data) -> DataShape:
    """What a family is told of its data."""
    return data_shape(family_class(family), data)
