"""Affine couplings between pictures and noise (Dinh et al. 2017): as many coordinates as numbers in a picture."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families import schema
from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.base import DataShape, Family
from engine.families.latent import Explored, Latent
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.protocol.values import Better, Capability, Monitor
from tests.stretch.nets import same_size

COUPLINGS = 2


def coupled(net: nn.Module, kept: Tensor, moved: Tensor, *, back: bool) -> tuple[Tensor, Tensor]:
    """y = x exp(s) + t with s, t from the other half (eq. 7), or its inverse; and the log determinant (B,)."""
    s, t = net(kept).chunk(2, 1)
    s = torch.tanh(s)
    log_det = s.flatten(1).sum(1)
    return (((moved - t) * torch.exp(-s)), -log_det) if back else (moved * torch.exp(s) + t, log_det)


def log_normal(z_BD: Tensor) -> Tensor:
    return -0.5 * (z_BD.square() + math.log(2 * math.pi)).sum(1)


class Flow(Family[schema.PictureConfig]):
    Config = schema.PictureConfig
    name = "stretch-flow"
    label = "Miniature flow"
    summary = "Pictures and noise, one to one."
    capabilities = frozenset({Capability.DECODE, Capability.ENCODE, Capability.LIKELIHOOD})
    monitors = (Monitor(name="nats", label="Nats per number", help="Of the pictures.", better=Better.LOWER),)

    def __init__(self, config: schema.PictureConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        half = 2 * config.channels
        self.nets = nn.ModuleList(same_size(half, 2 * half, last=nn.Identity()) for _ in range(COUPLINGS))
        for net in self.nets:  # begins as the identity
            last: Any = net[2]
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=self.config.channels * self.config.size**2, explored=Explored.PRIOR)

    def _forth(self, x_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        halves = list(F.pixel_unshuffle(x_BCHW, 2).chunk(2, 1))
        log_det = x_BCHW.new_zeros(len(x_BCHW))
        for k, net in enumerate(self.nets):
            halves[k % 2], more = coupled(net, halves[1 - k % 2], halves[k % 2], back=False)
            log_det = log_det + more
        return torch.cat(halves, 1).flatten(1), log_det

    def encode(self, x_BCHW: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        return self._forth(x_BCHW)[0]

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        side = self.config.size // 2
        halves = list(z_BD.view(-1, 4 * self.config.channels, side, side).chunk(2, 1))
        for k in reversed(range(COUPLINGS)):
            halves[k % 2], _ = coupled(self.nets[k], halves[1 - k % 2], halves[k % 2], back=True)
        return F.pixel_shuffle(torch.cat(halves, 1), 2).clamp(-1, 1)

    def log_likelihood(self, x_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        z_BD, log_det = self._forth(x_BCHW)
        return log_normal(z_BD) + log_det

    def phases(self) -> tuple[Phase, ...]:
        return (Phase(name="flow", modules=(self,), loss=self._loss, optimiser=Optimiser(rate=self.config.rate)),)

    def _loss(self, batch: Batch) -> Losses:
        nats = -self.log_likelihood(batch.x, batch.generator).mean() / batch.x[0].numel()
        return {"loss": nats, "nats": nats.detach()}
