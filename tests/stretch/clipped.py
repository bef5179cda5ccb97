"""A generator against a critic whose weights are clipped after each of its steps (Arjovsky et al. 2017)."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from engine.families import schema
from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.base import DataShape, Family, Latent
from engine.families.phases import Batch, Losses, Optimiser, OptimiserKind, Phase
from engine.families.schema import about
from engine.protocol.values import Better, Capability, Monitor
from tests.stretch.nets import Flat, Unfolded, noise

POINT = 4


class ClippedConfig(schema.PictureConfig, frozen=True):
    clip: Annotated[float, about("Clip", "No weight of the critic is larger.", above=0.0)] = 0.02
    critic_steps: Annotated[int, about("Critic's steps", "For each of the generator's.", low=1, high=10)] = 2


class Clipped(Family[ClippedConfig]):
    Config = ClippedConfig
    name = "stretch-clipped"
    label = "Miniature clipped critic"
    summary = "A critic with small weights guides a generator."
    capabilities = frozenset({Capability.DECODE})
    training_only = ("critic",)
    begins_alone = False
    monitors = (Monitor(name="distance", label="Distance", help="Between real and drawn.", better=Better.LOWER),)

    def __init__(self, config: ClippedConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.generator = Unfolded(POINT, config.size, config.channels)
        self.critic = Flat(config.size, config.channels, 1)

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=POINT)

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        x_BCHW: Tensor = self.generator(z_BD)
        return x_BCHW

    def phases(self) -> tuple[Phase, ...]:
        optimiser = Optimiser(kind=OptimiserKind.RMSPROP, rate=self.config.rate)
        return (
            Phase(
                name="critic",
                modules=(self.critic,),
                loss=self._critic_loss,
                optimiser=optimiser,
                repeats=self.config.critic_steps,
                after_step=self._clip,
            ),
            Phase(name="generator", modules=(self.generator,), loss=self._generator_loss, optimiser=optimiser),
        )

    def _critic_loss(self, batch: Batch) -> Losses:
        with torch.no_grad():
            drawn = self.generator(noise(batch, POINT))
        distance = self.critic(batch.x).mean() - self.critic(drawn).mean()
        return {"loss": -distance, "distance": distance.detach()}

    def _generator_loss(self, batch: Batch) -> Losses:
        return {"loss": -self.critic(self.generator(noise(batch, POINT))).mean()}

    def _clip(self, _batch: Batch) -> None:
        for weight in self.critic.parameters():
            weight.clamp_(-self.config.clip, self.config.clip)
