"""Composite functional gradients after Johnson & Zhang (2018): a pool of pictures follows a discriminator's gradient
for some steps, then the generator learns the pool; both with fresh optimisers each time.
"""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.families import schema
from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.base import DataShape, Family, Latent
from engine.families.phases import Batch, Losses, Optimiser, Phase, Stage
from engine.families.schema import about
from engine.protocol.values import Capability
from tests.stretch.nets import Flat, Unfolded, told_apart

POINT = 4


class FunctionalConfig(schema.PictureConfig, frozen=True):
    pool: Annotated[int, about("Pool", "Pictures that are moved.", low=2)] = 16
    eta: Annotated[float, about("Step", "How far the pool moves at a time.", above=0.0)] = 0.5
    longest: Annotated[int, about("Longest stage", "Steps after which a stage ends in any case.", low=1)] = 4
    enough: Annotated[float, about("Enough", "A stage ends below this loss.", low=0.0)] = 0.2


class Functional(Family[FunctionalConfig]):
    Config = FunctionalConfig
    name = "stretch-functional"
    label = "Miniature functional gradients"
    summary = "A pool of pictures climbs; the generator follows."
    capabilities = frozenset({Capability.DECODE})
    training_only = ("discriminator",)
    begins_alone = False

    def __init__(self, config: FunctionalConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.generator = Unfolded(POINT, config.size, config.channels)
        self.discriminator = Flat(config.size, config.channels, 1)
        self.carried["began"] = torch.zeros(1, dtype=torch.int64)
        """The steps at which stages began, one more for each exit."""

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=POINT)

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        x_BCHW: Tensor = self.generator(z_BD)
        return x_BCHW

    def stage(self, step: int) -> Stage:
        began = [each for each in self.carried["began"].tolist() if each <= step] if self.carried else [0]
        if len(began) % 2:
            names = frozenset({"discriminator"})
            return Stage(name="gradient", began=began[-1], phases=tuple(names), fresh=names)
        return Stage(name="approximation", began=began[-1], phases=("generator",), fresh=frozenset({"generator"}))

    def begin(self, stage: Stage, generator: torch.Generator) -> None:
        if stage.name == "gradient":
            device = next(self.parameters()).device
            z_ND = torch.randn(self.config.pool, POINT, generator=generator, device=device)
            self.carried |= {"points": z_ND, "pool": self.generator(z_ND)}

    def phases(self) -> tuple[Phase, ...]:
        told, made, optimiser = self.discriminator, self.generator, Optimiser(rate=self.config.rate)
        return (
            Phase(
                name="discriminator", modules=(told,), loss=self._told_loss, optimiser=optimiser, after_step=self._climb
            ),
            Phase(name="generator", modules=(made,), loss=self._made_loss, optimiser=optimiser, after_step=self._exit),
        )

    def _rows(self, batch: Batch) -> Tensor:
        return torch.randint(self.config.pool, (len(batch),), generator=batch.generator, device=batch.x.device)

    def _told_loss(self, batch: Batch) -> Losses:
        loss = told_apart(self.discriminator(batch.x), self.discriminator(self.carried["pool"][self._rows(batch)]))
        batch.shared["loss"] = loss.detach()
        return {"loss": loss}

    def _made_loss(self, batch: Batch) -> Losses:
        rows = self._rows(batch)
        loss = F.mse_loss(self.generator(self.carried["points"][rows]), self.carried["pool"][rows])
        batch.shared["loss"] = loss.detach()
        return {"loss": loss}

    def _climb(self, batch: Batch) -> None:
        """x ← x + η ∇D(x) for the whole pool (Johnson & Zhang 2018, algorithm 1)."""
        with torch.enable_grad():
            x = self.carried["pool"].detach().requires_grad_()
            (slope,) = torch.autograd.grad(self.discriminator(x).sum(), x)
        self.carried["pool"] = (x.detach() + self.config.eta * slope).clamp(-1, 1)
        self._exit(batch)

    def _exit(self, batch: Batch) -> None:
        """Write down where the next stage begins: here the losses decide, and a limit."""
        done = batch.step + 1 - batch.stage.began
        if done >= self.config.longest or float(batch.shared["loss"]) < self.config.enough:
            here = self.carried["began"]
            self.carried["began"] = torch.cat([here, here.new_tensor([batch.step + 1])])
