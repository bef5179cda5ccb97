"""A generator that grows while it learns (Karras et al. 2018): 4, 8, 16 pixels; each faded in, then held."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families import schema
from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.base import DataShape, Family
from engine.families.latent import Latent
from engine.families.phases import Batch, Losses, Optimiser, Phase, Stage
from engine.families.schema import about
from engine.protocol.values import Capability
from tests.stretch.nets import WIDTH, noise, told_apart

POINT = 4


class GrowingConfig(schema.PictureConfig, frozen=True):
    hold: Annotated[int, about("Hold", "Steps at one size.", low=1)] = 3
    fade: Annotated[int, about("Fade", "Steps in which a new size comes in.", low=1)] = 3


class Growing(Family[GrowingConfig]):
    Config = GrowingConfig
    name = "stretch-growing"
    label = "Miniature growing"
    summary = "Learns small pictures first."
    capabilities = frozenset({Capability.DECODE})
    training_only = ("critic",)
    begins_alone = False

    def __init__(self, config: GrowingConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.top = (config.size // 4).bit_length() - 1
        self.level, self.share = 0, 1.0
        self.begins = nn.Linear(POINT, WIDTH * 16)
        self.blocks = nn.ModuleList(nn.Conv2d(WIDTH, WIDTH, 3, padding=1) for _ in range(self.top))
        self.colours = nn.ModuleList(nn.Conv2d(WIDTH, config.channels, 1) for _ in range(self.top + 1))
        self.critic = nn.ModuleDict({
            "colours": nn.ModuleList(nn.Conv2d(config.channels, WIDTH, 1) for _ in range(self.top + 1)),
            "blocks": nn.ModuleList(nn.Conv2d(WIDTH, WIDTH, 3, padding=1) for _ in range(self.top)),
            "ends": nn.Linear(WIDTH * 16, 1),
        })  # fmt: skip

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=POINT)

    def stage(self, step: int) -> Stage:
        """Hold 4; then for each size fade and hold. Within a fade the share of the new size is part of the form."""
        hold, fade = self.config.hold, self.config.fade
        if step < hold:
            return Stage(name="hold 4", phases=None, form={"level": 0, "share": 1.0})
        level = min(self.top, 1 + (step - hold) // (hold + fade))
        began = hold + (level - 1) * (hold + fade)
        side = 4 << level
        if step < began + fade:
            form = {"level": level, "share": (step + 1 - began) / fade}
            return Stage(name=f"fade {side}", began=began, fresh=frozenset({"critic", "generator"}), form=form)
        return Stage(name=f"hold {side}", began=began + fade, form={"level": level, "share": 1.0})

    def enter(self, stage: Stage) -> None:
        level, share = int(stage.form["level"]), float(stage.form["share"])
        if not (0 <= level <= self.top and 0.0 <= share <= 1.0):
            raise ValueError("no such stage")
        self.level, self.share = level, share

    def _grown(self, z_BD: Tensor) -> Tensor:
        """The picture at the side of the present level."""
        features = self.begins(z_BD).view(-1, WIDTH, 4, 4)
        before = x_BCHW = self.colours[0](features)
        for level in range(self.level):
            before = F.interpolate(x_BCHW, scale_factor=2)
            features = F.leaky_relu(self.blocks[level](F.interpolate(features, scale_factor=2)), 0.2)
            x_BCHW = self.colours[level + 1](features)
        return torch.tanh(torch.lerp(before, x_BCHW, self.share) if self.level else x_BCHW)

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        return F.interpolate(self._grown(z_BD), size=(self.config.size, self.config.size))

    def _seen(self, x_BCHW: Tensor) -> Tensor:
        """How real a picture of the present side looks."""
        colours, blocks = self.critic["colours"], self.critic["blocks"]
        features = colours[self.level](x_BCHW)
        for level in range(self.level, 0, -1):
            features = F.avg_pool2d(F.leaky_relu(blocks[level - 1](features), 0.2), 2)
            if level == self.level:
                features = torch.lerp(colours[level - 1](F.avg_pool2d(x_BCHW, 2)), features, self.share)
        logit_B1: Tensor = self.critic["ends"](features.flatten(1))
        return logit_B1

    def phases(self) -> tuple[Phase, ...]:
        optimiser = Optimiser(rate=self.config.rate, betas=(0.0, 0.99))
        made = (self.begins, self.blocks, self.colours)
        return (
            Phase(name="critic", modules=(self.critic,), loss=self._critic_loss, optimiser=optimiser),
            Phase(name="generator", modules=made, loss=self._generator_loss, optimiser=optimiser),
        )

    def _critic_loss(self, batch: Batch) -> Losses:
        real = F.avg_pool2d(batch.x, self.config.size // (4 << self.level))
        with torch.no_grad():
            drawn = self._grown(noise(batch, POINT))
        return {"loss": told_apart(self._seen(real), self._seen(drawn))}

    def _generator_loss(self, batch: Batch) -> Losses:
        return {"loss": F.softplus(-self._seen(self._grown(noise(batch, POINT)))).mean()}
