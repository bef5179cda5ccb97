"""Families small enough for a test, and data without end for them."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import torch
from torch import Tensor

from engine.datasets.batches import Rows
from engine.families import build
from engine.families.ask import Ask, condition_tensors
from engine.families.base import AnyFamily, DataShape
from engine.families.phases import Batch
from engine.opened.asking import seeded_ask
from engine.training.trainer import Trainer

_WALK: dict[str, object] = {"size": 8, "channels": 1, "width": 8, "latent": 4, "pool": 64, "rate": 1e-3}

TINY: dict[str, dict[str, object]] = {
    "autoencoder": {"size": 8, "channels": 1, "width": 8, "latent": 4, "rate": 2e-3},
    "aae": {"size": 8, "channels": 1, "width": 8, "latent": 2, "rate": 2e-3, "adversary": 2e-3},
    "vae": {"size": 8, "channels": 1, "width": 8, "latent": 4, "rate": 2e-3},
    "vaegan": {"size": 8, "channels": 1, "width": 8, "d_width": 8, "latent": 4, "rate": 2e-3},
    "gan0": {"size": 8, "channels": 1, "width": 8, "latent": 4, "rate": 1e-3},
    "gan1": {"size": 8, "channels": 1, "width": 8, "latent": 4, "rate": 1e-3, "net": "connected"},
    "dcgan": {"size": 8, "channels": 1, "width": 8, "latent": 4, "rate": 1e-3},
    "lsgan": {"size": 8, "channels": 1, "width": 8, "latent": 4, "rate": 1e-3},
    "wgan": {"size": 8, "channels": 1, "width": 8, "latent": 4, "rate": 1e-3, "clip": 0.05, "d_steps": 2},
    "wgan-gp": {"size": 8, "channels": 1, "width": 8, "latent": 4, "rate": 1e-3, "d_steps": 2},
    "began": {"size": 8, "channels": 1, "width": 8, "latent": 4, "rate": 1e-3},
    "r3gan": {"size": 8, "channels": 1, "width": 8, "latent": 4, "rate": 2e-3},
    "cfg": {**_WALK, "gradient_steps": 4, "updates": 5, "steps": 20},
    "icfg": {**_WALK, "gradient_steps": 20, "updates": 1, "steps": 20},
    "xicfg": {**_WALK, "gradient_steps": 3, "epochs": 1},
    "fvbn": {"size": 8, "channels": 1, "hidden": 16, "levels": 4, "rate": 1e-2},
    "pixelrnn": {"size": 8, "channels": 1, "width": 16, "depth": 2, "levels": 4, "rate": 1e-2},
    "pixelvae": {
        "size": 8,
        "channels": 1,
        "width": 8,
        "latent": 4,
        "pixel_width": 8,
        "pixel_depth": 1,
        "levels": 4,
        "rate": 5e-3,
    },
    "pixelcnn": {"size": 8, "channels": 1, "width": 8, "depth": 2, "levels": 4, "rate": 5e-3},
    "gated-pixelcnn": {"size": 8, "channels": 1, "width": 8, "depth": 2, "levels": 4, "rate": 5e-3},
    "pixelcnn++": {"size": 8, "channels": 1, "width": 8, "depth": 1, "rate": 5e-3},
    "multiscale-pixelcnn": {"size": 8, "channels": 1, "width": 8, "depth": 2, "levels": 4, "rate": 5e-3},
    "judge": {"size": 8, "channels": 1, "width": 8, "rate": 3e-3},
    "classifier": {"size": 8, "channels": 1, "width": 8, "rate": 3e-3},
}
SHAPE = DataShape(classes=("left", "right"), attributes=("place", "side"), categories={"side": 2})


def tiny(name: str, **changes: object) -> AnyFamily:
    """A family small enough for a test."""
    return build(name, {**TINY[name], **changes}, SHAPE)


def two_bars(count: int, seed: int, *, channels: int = 1, size: int = 8) -> tuple[Tensor, Tensor]:
    """A tiny known distribution: white left half or white right half on black, equally likely; and which one."""
    generator = torch.Generator().manual_seed(seed)
    side_B = torch.randint(2, (count,), generator=generator)
    x_BCHW = torch.full((count, channels, size, size), -1.0)
    x_BCHW[side_B == 0, :, :, : size // 2] = 1.0
    x_BCHW[side_B == 1, :, :, size // 2 :] = 1.0
    return x_BCHW, side_B


def bars_batch(step: int, steps: int, *, count: int = 16, channels: int = 1, size: int = 8) -> Batch:
    """A batch of bars with a label, a category and a continuous attribute that one picture in four hides."""
    x_BCHW, side_B = two_bars(count, step, channels=channels, size=size)
    visible_B = torch.arange(count) % 4 != 3
    return Batch(
        x=x_BCHW,
        labels_B=side_B,
        attributes={"side": side_B.float(), "place": side_B.float() * 10.0 + 5.0},
        visible={"side": torch.ones(count, dtype=torch.bool), "place": visible_B},
        generator=torch.Generator().manual_seed(1000 + step),
        step=step,
        steps=steps,
    )


class Bars:
    """Bars without end, as a source of batches."""

    name = "bars"

    def __init__(self, channels: int, size: int) -> None:
        self._channels, self._size = channels, size

    def __len__(self) -> int:
        return 1 << 20

    def placed(self, device: torch.device) -> Bars:
        return self

    def rows(self, *, count: int, seed: int, step: int, layout: torch.memory_format) -> Rows:
        batch = bars_batch(step, 1, count=count, channels=self._channels, size=self._size)
        return Rows(x=batch.x, labels_B=batch.labels_B, attributes=batch.attributes, visible=batch.visible)


def learn(family: AnyFamily, steps: int) -> list[dict[str, float]]:
    """So many steps of the one loop, on bars; the losses of each step."""
    family.config = msgspec.structs.replace(family.config, batch=16, steps=steps)
    trainer = Trainer(family, Bars(family.picture.channels, family.picture.size), torch.device("cpu"))
    history = []
    for _ in range(steps):
        for _ in trainer.step():
            pass
        history.append({name: float(value) for name, value in trainer.losses.items()})
    family.eval().requires_grad_(False)
    return history


def seeds(*numbers: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(number) for number in numbers]


def points(family: AnyFamily, *numbers: int) -> Tensor | None:
    """The prior's points of some seeds."""
    latent = family.latent
    return None if latent is None else torch.stack([latent.draw(generator) for generator in seeds(*numbers)])


def drawn(family: AnyFamily, *numbers: int) -> Tensor:
    """The final pictures of some seeds."""
    *_, x_BCHW = family.sample(ask(family, *numbers))
    return x_BCHW


def ask(family: AnyFamily, *numbers: int, **conditions: float) -> Ask:
    """Pictures of some seeds, all asked for the same."""
    device = torch.device("cpu")
    plain = seeded_ask(family, numbers, points(family, *numbers), device)
    return replace(plain, conditions=condition_tensors(family.conditions, [conditions] * len(numbers), device))
