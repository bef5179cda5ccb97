"""A flow of points in one or two dimensions: a family without pictures."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor, nn

from engine.families import schema
from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.base import DataShape, Family
from engine.families.latent import Explored, Latent
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.families.schema import about
from engine.protocol.values import Capability
from tests.stretch.flow import log_normal

REACH = 4.0


class DensityConfig(schema.Config, frozen=True):
    hidden: Annotated[int, about("Hidden", "Numbers between the layers.", low=1, high=256)] = 16
    couplings: Annotated[int, about("Couplings", "Layers.", low=1, high=16)] = 4


class Density(Family[DensityConfig]):
    Config = DensityConfig
    name = "stretch-density"
    label = "Miniature density"
    summary = "Points and noise, one to one."
    capabilities = frozenset({Capability.DECODE, Capability.ENCODE, Capability.LIKELIHOOD})

    def __init__(self, config: DensityConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        d = self.shape.dimensions
        self.nets = nn.ModuleList(
            nn.Sequential(nn.Linear(d, config.hidden), nn.Tanh(), nn.Linear(config.hidden, 2 * d))
            for _ in range(config.couplings)
        )
        self.register_buffer("masks", (torch.arange(config.couplings)[:, None] + torch.arange(d)) % 2)

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=self.shape.dimensions, explored=Explored.PRIOR)

    def _step(self, k: int, x_BD: Tensor) -> tuple[Tensor, Tensor]:
        """Scale and shift of the coordinates that layer k moves."""
        masks: Tensor = self.masks
        moved = masks[k].float()
        s, t = self.nets[k](x_BD * (1 - moved)).chunk(2, 1)
        return torch.tanh(s) * moved, t * moved

    def encode(self, x_BCHW: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        return self._forth(x_BCHW)[0]

    def _forth(self, x_BD: Tensor) -> tuple[Tensor, Tensor]:
        log_det = x_BD.new_zeros(len(x_BD))
        for k in range(len(self.nets)):
            s, t = self._step(k, x_BD)
            x_BD, log_det = x_BD * torch.exp(s) + t, log_det + s.sum(1)
        return x_BD, log_det

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        for k in reversed(range(len(self.nets))):
            s, t = self._step(k, z_BD)
            z_BD = (z_BD - t) * torch.exp(-s)
        return z_BD

    def log_likelihood(self, x_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        z_BD, log_det = self._forth(x_BCHW)
        return log_normal(z_BD) + log_det

    def phases(self) -> tuple[Phase, ...]:
        return (Phase(name="flow", modules=(self,), loss=self._loss, optimiser=Optimiser(rate=self.config.rate)),)

    def _loss(self, batch: Batch) -> Losses:
        return {"loss": -self.log_likelihood(batch.x, batch.generator).mean()}
