"""ICFG: incremental composite functional gradients (Johnson & Zhang 2018, algorithm 2).

Shape legend: B batch, N pool, C channels, H height, W width, D latent coordinates.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

import torch
from torch import Tensor

from engine.disk.files import BadConfig
from engine.families.base import DataShape
from engine.families.functional.composite import Composite
from engine.families.functional.settings import WALK_STEPS, CompositeConfig
from engine.families.layers.slopes import clipped, linear_start
from engine.families.phases import Batch, Phase, Stage
from engine.families.schema import about


class WalkConfig(CompositeConfig, frozen=True):
    steps: Annotated[
        int,
        about("Steps", "How long to train: so many for each step of the walk.", symbol="U · T", low=1, high=10_000_000),
    ] = 1000
    gradient_steps: Annotated[
        int,
        WALK_STEPS,
    ] = 100
    updates: Annotated[
        int,
        about(
            "Judge's steps",
            "How often the judging network learns before pictures walk on.",
            low=1,
            high=10_000,
            symbol="U",
        ),
    ] = 10

    def check(self) -> None:
        super().check()
        most = self.gradient_steps * self.updates
        if self.steps > most:
            raise BadConfig(
                "bad-config",
                f"Steps (steps) cannot be more than gradient steps times updates, which are {most}: the walk is over.",
                field="steps",
            )


C = TypeVar("C", bound=WalkConfig)


class Walk(Composite[C]):
    """A pool of noise walks step by step, and every discriminator on the way is kept: the generator is all of them.

    G_0 is a random linear map of z, clipped to [-1, 1].
    """

    start: Tensor

    def __init__(self, config: C, shape: DataShape) -> None:
        super().__init__(config, shape)
        pictures = (config.channels, config.size, config.size)
        self.register_buffer("start", linear_start(config.latent, pictures))
        self.carried = {"pool_x": torch.zeros(config.pool, *pictures)}

    def origin(self, z_BD: Tensor) -> Tensor:
        return clipped(z_BD, self.start)

    def begin(self, stage: Stage, generator: torch.Generator) -> None:
        """The pool begins once, at the first step."""
        if stage.began == 0:
            count = len(self.carried["pool_x"])
            z_ND = torch.randn(count, self.config.latent, generator=generator, device=generator.device)
            self.carried["pool_x"].copy_(self.origin(z_ND))

    def phases(self) -> tuple[Phase, ...]:
        return (
            Phase(
                name="discriminator",
                modules=(self.discriminator,),
                loss=self.discriminate,
                optimiser=self.optimiser(),
                after_step=self._walk_on,
            ),
        )

    def _walk_on(self, batch: Batch) -> None:
        """After U updates the discriminator is D_t, and the pool takes its step; after T steps it rests."""
        t, rest = divmod(batch.step + 1, self.config.updates)
        if rest == 0 and t <= self.walk_length:
            self.keep(t - 1)
            self.advance(self.carried["pool_x"], t - 1)


class ICFG(Walk[WalkConfig]):
    """One discriminator learns on and on, U minibatch steps between two steps of the pictures."""

    Config = WalkConfig
    name = "icfg"
    label = "ICFG"
    summary = "Noise walks up the slope of a discriminator that learns on meanwhile; the walk itself is the generator."
    when = "Choose it to watch noise walk toward pictures; nothing is drawn at once, so each picture takes a while."
