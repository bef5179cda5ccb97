"""Completes pictures around pixels that are given, in two looks; how daring it is can be set."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from engine.families import schema
from engine.families.ask import Ask
from engine.families.base import DataShape, Family
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.protocol.values import Capability, Setting
from tests.stretch.nets import noise, same_size


class Completion(Family[schema.PictureConfig]):
    Config = schema.PictureConfig
    name = "stretch-completion"
    label = "Miniature completion"
    summary = "Draws what is missing of a picture."
    capabilities = frozenset({Capability.COMPLETE, Capability.PROGRESSIVE})

    def __init__(self, config: schema.PictureConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.net = same_size(2 * config.channels + 1, config.channels, width=8)

    @property
    def settings(self) -> tuple[Setting, ...]:
        return (Setting(name="temperature", label="Temperature", low=0.0, high=2.0, default=1.0),)

    @property
    def sample_steps(self) -> int:
        return 2

    def sample(self, ask: Ask) -> Iterator[Tensor]:
        config, device = self.config, next(self.parameters()).device
        shape = (config.channels, config.size, config.size)
        free = torch.stack([torch.randn(shape, generator=each) for each in ask.generators()]).to(device)
        free = free * ask.settings["temperature"][:, None, None, None]
        known, mask = ask.known_BCHW, ask.mask_BHW
        if known is None or mask is None:
            known, mask = torch.zeros_like(free), torch.zeros_like(free[:, 0], dtype=torch.bool)
        for _ in range(self.sample_steps):
            with torch.no_grad():
                free = torch.where(mask[:, None], known, self._filled(known, mask, free))
            yield free

    def _filled(self, known_BCHW: Tensor, mask_BHW: Tensor, free_BCHW: Tensor) -> Tensor:
        given = mask_BHW[:, None].to(known_BCHW.dtype)
        x_BCHW: Tensor = self.net(torch.cat([known_BCHW * given, given, free_BCHW * (1 - given)], 1))
        return x_BCHW

    def phases(self) -> tuple[Phase, ...]:
        return (Phase(name="fill", modules=(self,), loss=self._loss, optimiser=Optimiser(rate=self.config.rate)),)

    def _loss(self, batch: Batch) -> Losses:
        x = batch.x
        mask = torch.rand(x.shape[0], *x.shape[2:], generator=batch.generator, device=x.device) < 0.5
        filled = self._filled(x, mask, noise(batch, *x.shape[1:]))
        error = ((filled - x).square() * ~mask[:, None]).mean()
        return {"loss": error}
