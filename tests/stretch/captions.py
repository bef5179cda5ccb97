"""A variational autoencoder that is told a class, a number and a sentence (Kingma & Welling 2014; Sohn et al. 2015)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.families import schema
from engine.families.ask import FIRST_WORD, NO_CONDITIONS, PADDING, Conditions
from engine.families.base import DataShape, Family
from engine.families.latent import Latent
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.protocol.values import Capability, Condition, ConditionKind
from tests.stretch.nets import Flat, Unfolded, noise

POINT, TOLD = 3, 4


class Captions(Family[schema.PictureConfig]):
    Config = schema.PictureConfig
    name = "stretch-captions"
    label = "Miniature captions"
    summary = "Draws what a class, a number and a sentence say."
    capabilities = frozenset({Capability.DECODE, Capability.ENCODE, Capability.CONDITION})
    reads_captions = True

    def __init__(self, config: schema.PictureConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.encoder = Flat(config.size, config.channels, 2 * POINT)
        self.class_told = nn.Embedding(len(shape.classes) + 1, TOLD)
        self.number_told = nn.Linear(2 * len(shape.ranges), TOLD)
        self.words_told = nn.Embedding(len(shape.words) + FIRST_WORD, TOLD, padding_idx=PADDING)
        self.decoder = Unfolded(POINT + TOLD, config.size, config.channels)

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=POINT)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        shape = self.shape
        numbers = (
            Condition(name=name, label=name.capitalize(), kind=ConditionKind.NUMBER, low=low, high=high)
            for name, (low, high) in shape.ranges.items()
        )
        sentence = Condition(
            name="caption", label="Caption", kind=ConditionKind.TEXT, words=shape.words, length=shape.caption_length
        )
        return (Condition(name="class", label="Side", choices=shape.classes), *numbers, sentence)

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        x_BCHW: Tensor = self.decoder(torch.cat([z_BD, self._told(len(z_BD), conditions, z_BD.device)], 1))
        return x_BCHW

    def encode(self, x_BCHW: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        mean_BD: Tensor = self.encoder(x_BCHW)[:, :POINT]
        return mean_BD

    def _told(self, count: int, conditions: Conditions, device: torch.device) -> Tensor:
        """What is asked for as numbers (B, TOLD); each part is zero or "none" where nothing is asked."""
        none_B = torch.full((count,), -1, device=device)
        told = self.class_told(conditions.get("class", none_B) + 1)
        values = [conditions.get(name, none_B * float("nan")) for name in self.shape.ranges]
        spans = list(self.shape.ranges.values())
        parts = [(value - low) / (high - low) for value, (low, high) in zip(values, spans, strict=True)]
        told = told + self.number_told(
            torch.stack([part for value in parts for part in (value.nan_to_num(0.0), value.isfinite().float())], 1)
        )
        tokens_BT = conditions.get("caption")
        return told if tokens_BT is None else told + self.words_told(tokens_BT).sum(1)

    def phases(self) -> tuple[Phase, ...]:
        return (Phase(name="elbo", modules=(self,), loss=self._loss, optimiser=Optimiser(rate=self.config.rate)),)

    def _loss(self, batch: Batch) -> Losses:
        assert batch.labels_B is not None
        assert batch.captions_BT is not None
        told: dict[str, Tensor] = {"class": batch.labels_B, "caption": batch.captions_BT}
        told |= {name: batch.attributes[name] for name in self.shape.ranges}
        mean, log_sigma = self.encoder(batch.x).split(POINT, 1)
        z_BD = mean + log_sigma.exp() * noise(batch, POINT)
        error = (self.decode(z_BD, told) - batch.x).square().sum((1, 2, 3)).mean()
        kl = 0.5 * (mean.square() + (2 * log_sigma).exp() - 1 - 2 * log_sigma).sum(1).mean()
        return {"loss": error + kl, "kl": kl.detach()}
