"""Unpaired translation after CycleGAN (Zhu et al. 2017): four networks, two phases, a replay buffer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.families import schema
from engine.families.ask import Ask
from engine.families.base import DataShape, Family
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.families.schema import about
from engine.protocol.values import Capability
from tests.stretch.nets import Flat, same_size, told_apart


class TranslationConfig(schema.PictureConfig, frozen=True):
    buffer: Annotated[int, about("Replay buffer", "Pictures drawn earlier that the critic still sees.", low=1)] = 12
    cycle: Annotated[float, about("Cycle", "Weight of what must come back as it was.", low=0.0)] = 10.0


class Translation(Family[TranslationConfig]):
    Config = TranslationConfig
    name = "stretch-translation"
    label = "Miniature translation"
    summary = "Turns pictures of one kind into pictures of another."
    capabilities = frozenset({Capability.TRANSLATE})
    training_only = ("back", "target_critic", "source_critic")
    begins_alone = False

    def __init__(self, config: TranslationConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        size, ours, theirs = config.size, config.channels, shape.source_channels
        self.forth = same_size(theirs, ours)
        self.back = same_size(ours, theirs)
        self.target_critic = Flat(size, ours, 1)
        self.source_critic = Flat(size, theirs, 1)
        self.carried["replay"] = torch.zeros(config.buffer, ours, size, size)
        self.carried["filled"] = torch.zeros((), dtype=torch.int64)

    def sample(self, ask: Ask) -> Iterator[Tensor]:
        assert ask.source_BCHW is not None
        with torch.no_grad():
            x_BCHW = self.forth(ask.source_BCHW)
        yield x_BCHW

    def phases(self) -> tuple[Phase, ...]:
        optimiser = Optimiser(rate=self.config.rate, betas=(0.5, 0.999))
        critics = (self.target_critic, self.source_critic)
        return (
            Phase(name="generators", modules=(self.forth, self.back), loss=self._generators_loss, optimiser=optimiser),
            Phase(
                name="critics", modules=critics, loss=self._critics_loss, optimiser=optimiser, after_step=self._remember
            ),
        )

    def _generators_loss(self, batch: Batch) -> Losses:
        assert batch.source is not None
        drawn, returned = self.forth(batch.source), self.back(batch.x)
        batch.shared["drawn"], batch.shared["returned"] = drawn.detach(), returned.detach()
        fools = F.softplus(-self.target_critic(drawn)).mean() + F.softplus(-self.source_critic(returned)).mean()
        cycle = F.l1_loss(self.back(drawn), batch.source) + F.l1_loss(self.forth(returned), batch.x)
        return {"loss": fools + self.config.cycle * cycle, "cycle": cycle.detach()}

    def _critics_loss(self, batch: Batch) -> Losses:
        assert batch.source is not None
        if "drawn" not in batch.shared:
            with torch.no_grad():
                batch.shared["drawn"], batch.shared["returned"] = self.forth(batch.source), self.back(batch.x)
        seen = self._replayed(batch, batch.shared["drawn"])
        loss = told_apart(self.target_critic(batch.x), self.target_critic(seen))
        loss = loss + told_apart(self.source_critic(batch.source), self.source_critic(batch.shared["returned"]))
        return {"loss": loss}

    def _replayed(self, batch: Batch, drawn: Tensor) -> Tensor:
        """Half of the drawn pictures, and earlier ones in the place of the others (Shrivastava et al. 2017)."""
        filled = int(self.carried["filled"])
        if not filled:
            return drawn
        old = torch.randint(filled, (len(drawn),), generator=batch.generator, device=drawn.device)
        keep = torch.rand(len(drawn), 1, 1, 1, generator=batch.generator, device=drawn.device) < 0.5
        return torch.where(keep, drawn, self.carried["replay"][old])

    def _remember(self, batch: Batch) -> None:
        drawn, filled, buffer = batch.shared["drawn"], self.carried["filled"], self.carried["replay"]
        places = (batch.step * len(drawn) + torch.arange(len(drawn), device=drawn.device)) % len(buffer)
        buffer[places] = drawn
        filled.fill_(min(len(buffer), int(filled) + len(drawn)))
