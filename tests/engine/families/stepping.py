"""Plain training by hand: what a family's losses do, without the training loop."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.families import build
from engine.families.base import Batch, DataShape, Family

TINY: dict[str, dict[str, object]] = {
    "vae": {"size": 8, "channels": 1, "width": 8, "latent": 4, "rate": 2e-3},
    "vaegan": {"size": 8, "channels": 1, "width": 8, "d_width": 8, "latent": 4, "rate": 2e-3},
    "dcgan": {"size": 8, "channels": 1, "width": 8, "latent": 4, "rate": 1e-3},
    "r3gan": {"size": 8, "channels": 1, "width": 8, "latent": 4, "rate": 2e-3},
    "pixelcnn": {"size": 8, "channels": 1, "width": 8, "depth": 2, "levels": 4, "rate": 5e-3},
    "judge": {"size": 8, "channels": 1, "width": 8, "rate": 3e-3},
    "classifier": {"size": 8, "channels": 1, "width": 8, "rate": 3e-3},
}
SHAPE = DataShape(classes=("left", "right"), attributes=("place", "side"), categories={"side": 2})


def tiny(name: str, **changes: object) -> Family:
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
        x_BCHW=x_BCHW,
        labels_B=side_B,
        attributes={"side": side_B.float(), "place": side_B.float() * 10.0 + 5.0},
        visible={"side": torch.ones(count, dtype=torch.bool), "place": visible_B},
        generator=torch.Generator().manual_seed(1000 + step),
        step=step,
        steps=steps,
    )


def train_by_hand(family: Family, steps: int, batches: Sequence[Batch] | None = None) -> list[dict[str, float]]:
    """Every phase with Adam, only its own weights moving; the losses of each step."""
    phases = family.phases()
    optimisers = [
        torch.optim.Adam(
            [p for m in phase.modules for p in m.parameters()], phase.optimiser.rate, phase.optimiser.betas
        )
        for phase in phases
    ]
    history = []
    family.train()
    config = family.config
    for step in range(steps):
        record: dict[str, float] = {}
        for phase, optimiser in zip(phases, optimisers, strict=True):
            family.requires_grad_(False)
            for module in phase.modules:
                module.requires_grad_(True)
            batch = batches[step] if batches else bars_batch(step, steps, channels=config.channels, size=config.size)
            losses = phase.loss(batch)
            losses["loss"].backward()
            optimiser.step()
            optimiser.zero_grad()
            record.update({f"{phase.name}.{name}": float(value.detach()) for name, value in losses.items()})
        history.append(record)
    family.eval().requires_grad_(False)
    return history


def seeds(*numbers: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(number) for number in numbers]


def points(family: Family, *numbers: int) -> Tensor | None:
    """The prior's points of some seeds."""
    latent = family.latent
    return None if latent is None else torch.stack([latent.draw(generator) for generator in seeds(*numbers)])


def drawn(family: Family, *numbers: int) -> Tensor:
    """The final pictures of some seeds."""
    *_, x_BCHW = family.sample(points(family, *numbers), seeds(*numbers), {})
    return x_BCHW
