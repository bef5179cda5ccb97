"""Judges: networks trained on labelled pictures that score what the families make.

They are families of their own kind: no capability, nothing to explore, the same training loop.
Shape legend: B batch, C channels, H height, W width, F features, K values of a category or classes.
"""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.disk.files import BadConfig
from engine.families import schema
from engine.families.base import DataShape, Family, Labelled
from engine.families.judges.attributes import category_errors, masked_mean, measure, shown, value_errors
from engine.families.layers.blocks import stages
from engine.families.layers.trunk import Trunk, disturbed
from engine.families.phases import Batch, Losses, Optimiser, OptimiserKind, Phase
from engine.families.schema import about
from engine.protocol.values import Better, Capability, Monitor, Tier


class JudgeConfig(schema.PictureConfig, frozen=True):
    width: Annotated[int, about("Width", "Feature maps at half the picture's side.", low=4, high=64)] = 24
    depth: Annotated[int, about("Depth", "Further convolutions at each size.", low=0, high=4)] = 1
    residual: Annotated[bool, about("Residual", "Further convolutions add to their input.", tier=Tier.EXPERT)] = False
    disturb: Annotated[float, about("Disturbance", "Shift, blur, shade and noise while learning.", low=0, high=1)] = 0.3
    decay: Annotated[float, about("Weight decay", "Pulls weights to zero.", low=0, high=1, tier=Tier.EXPERT)] = 0.01

    def check(self) -> None:
        super().check()
        stages(self.size)


class Judge(Family[JudgeConfig]):
    """What both judges share: a trunk, features, and training."""

    Config = JudgeConfig
    capabilities: frozenset[Capability] = frozenset()  # type: ignore[misc]

    def __init__(self, config: JudgeConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.trunk = Trunk(config.size, config.channels, config.width, config.depth, residual=config.residual)

    def phases(self) -> tuple[Phase, ...]:
        settings = self.config
        optimiser = Optimiser(kind=OptimiserKind.ADAMW, rate=settings.rate, weight_decay=settings.decay, clip_norm=5.0)
        return (Phase(name="judge", modules=(self,), loss=self._loss, optimiser=optimiser),)

    def _loss(self, batch: Batch) -> Losses:
        raise TypeError(f"{type(self).__name__} learns nothing")

    def features(self, x_BCHW: Tensor) -> Tensor:
        """Pooled features (B, F) of at most 512 numbers: the space of FID and its kin ("own features")."""
        features_BF: Tensor = self.trunk(x_BCHW)
        return features_BF

    def read(self, x_BCHW: Tensor) -> dict[str, Tensor]:
        """What the judge sees: a value (B,) for each continuous attribute, probabilities (B, K) for categories."""
        raise TypeError(f"{type(self).__name__} reads nothing")

    def _features_of(self, data: Labelled) -> Tensor:
        """Features of all pictures of a set, in pieces."""
        was_training = self.training
        self.eval()
        device = next(self.parameters()).device
        with torch.no_grad():
            pieces = [
                self.features(u_BCHW.to(device).float() / 127.5 - 1.0) for u_BCHW in torch.split(data.pictures, 256)
            ]
        self.train(was_training)
        return torch.cat(pieces)


class FaceJudge(Judge):
    """Reads every attribute of a picture.

    Continuous attributes by least squares in units of their own spread, which is maximum likelihood under a
    Gaussian; categories by softmax. An attribute counts only where the picture shows it.
    """

    name = "judge"
    label = "Judge of attributes"
    summary = "Reads smile, pose, hair and the rest from a picture; scores what models make."
    channels_last = True
    monitors: ClassVar[tuple[Monitor, ...]] = (
        Monitor(name="error", label="Error", help="Of values, in units of their spread, squared.", better=Better.LOWER),
        Monitor(name="wrong", label="Wrong", help="Share of categories told wrongly.", better=Better.LOWER),
    )

    means: Tensor
    spreads: Tensor
    residuals: Tensor
    temperatures: Tensor

    def __init__(self, config: JudgeConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        if not shape.attributes:
            raise BadConfig("no-attributes", "A judge learns from labelled attributes, and these pictures have none.")
        self.values = tuple(name for name in shape.attributes if name not in shape.categories)
        self.categories = tuple(name for name in shape.attributes if name in shape.categories)
        self.regress = nn.Linear(self.trunk.features, len(self.values))
        self.choose = nn.ModuleList(nn.Linear(self.trunk.features, shape.categories[name]) for name in self.categories)
        self.register_buffer("means", torch.zeros(len(self.values)))
        self.register_buffer("spreads", torch.ones(len(self.values)))
        self.register_buffer("residuals", torch.ones(len(self.values)))
        self.register_buffer("temperatures", torch.ones(len(self.categories)))

    def prepare(self, data: Labelled) -> None:
        """Mean and spread of each continuous attribute where it is visible."""
        measure(self.values, data, self.means, self.spreads)

    def calibrate(self, data: Labelled) -> None:
        """A temperature for each category and the residual spread of each value, from pictures not learned from."""
        features_NF = self._features_of(data)
        with torch.no_grad():
            predicted_NV = self.regress(features_NF) * self.spreads + self.means
            for place, name in enumerate(self.values):
                value_N = data.attributes[name].float().to(predicted_NV.device)
                shown_N = shown(value_N, data.visible.get(name))
                if shown_N.any():
                    error_N = (predicted_NV[:, place] - value_N)[shown_N]
                    self.residuals[place] = error_N.square().mean().sqrt()
            for place, (name, layer) in enumerate(zip(self.categories, self.choose, strict=True)):
                value_N = data.attributes[name].float().to(predicted_NV.device)
                shown_N = shown(value_N, data.visible.get(name))
                self.temperatures[place] = temperature_of(layer(features_NF)[shown_N], value_N[shown_N].long())

    def _loss(self, batch: Batch) -> Losses:
        x_BCHW = disturbed(batch.x, self.config.disturb, batch.generator)
        features_BF = self.trunk(x_BCHW)
        predicted_BV = self.regress(features_BF)
        every_B = torch.ones(len(x_BCHW), dtype=torch.bool, device=x_BCHW.device)
        errors = value_errors(self.values, predicted_BV, batch, self.means, self.spreads, every_B)
        logits = [layer(features_BF) for layer in self.choose]
        choices, wrongs = category_errors(self.categories, logits, batch)
        losses = {"loss": torch.stack([*errors, *choices]).mean()}
        if errors:
            losses["error"] = torch.stack(errors).mean().detach()
        if wrongs:
            losses["wrong"] = torch.stack(wrongs).mean()
        return losses

    def read(self, x_BCHW: Tensor) -> dict[str, Tensor]:
        features_BF = self.features(x_BCHW)
        values_BV = self.regress(features_BF) * self.spreads + self.means
        seen = {name: values_BV[:, place] for place, name in enumerate(self.values)}
        for place, (name, layer) in enumerate(zip(self.categories, self.choose, strict=True)):
            seen[name] = torch.softmax(layer(features_BF) / self.temperatures[place], 1)
        return seen

    def uncertainty(self) -> dict[str, float]:
        """Root mean square error of each continuous attribute on validation pictures."""
        return {name: float(self.residuals[place]) for place, name in enumerate(self.values)}


class GlyphJudge(Judge):
    """Tells the class of a picture; for inception and diversity scores."""

    name = "classifier"
    label = "Classifier"
    summary = "Tells which class a picture belongs to; scores what models make."
    monitors: ClassVar[tuple[Monitor, ...]] = (
        Monitor(name="loss", label="Loss", help="-log p of the right class.", better=Better.LOWER),
        Monitor(name="wrong", label="Wrong", help="Share of classes told wrongly.", better=Better.LOWER),
    )

    temperature: Tensor

    def __init__(self, config: JudgeConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        if len(shape.classes) < 2:
            raise BadConfig("no-classes", "A classifier learns from pictures of two or more classes; these have none.")
        self.choose = nn.Linear(self.trunk.features, len(shape.classes))
        self.register_buffer("temperature", torch.ones(()))

    def _loss(self, batch: Batch) -> Losses:
        """-log p(class | picture) over the pictures whose class is known."""
        if batch.labels_B is None:
            raise BadConfig("no-classes", "A classifier learns from pictures of two or more classes; these have none.")
        known_B = batch.labels_B >= 0
        logits_BK = self.choose(self.trunk(disturbed(batch.x, self.config.disturb, batch.generator)))
        target_B = batch.labels_B.clamp_min(0)
        loss = masked_mean(F.cross_entropy(logits_BK, target_B, reduction="none"), known_B)
        return {"loss": loss, "wrong": masked_mean((logits_BK.argmax(1) != target_B).float(), known_B)}

    def calibrate(self, data: Labelled) -> None:
        if data.labels is None:
            return
        features_NF = self._features_of(data)
        known_N = data.labels >= 0
        with torch.no_grad():
            labels_N = data.labels[known_N].to(features_NF.device)
            self.temperature.copy_(temperature_of(self.choose(features_NF)[known_N.to(features_NF.device)], labels_N))

    def classify(self, x_BCHW: Tensor) -> Tensor:
        """p(class | picture), (B, K)."""
        return torch.softmax(self.choose(self.features(x_BCHW)) / self.temperature, 1)

    def read(self, x_BCHW: Tensor) -> dict[str, Tensor]:
        return {"class": self.classify(x_BCHW)}


def temperature_of(logits_NK: Tensor, labels_N: Tensor) -> Tensor:
    """The T that minimises -log softmax(logits / T)[label] (Guo et al. 2017, section 4.2), by golden section.

    In 1/T the objective is convex, so that the search over log T has one valley.
    """
    if len(labels_N) == 0:
        return torch.ones((), device=logits_NK.device)

    def nats(log_t: float) -> float:
        return float(F.cross_entropy(logits_NK / math.exp(log_t), labels_N))

    low, high, golden = math.log(0.1), math.log(10.0), (math.sqrt(5.0) - 1.0) / 2.0
    for _ in range(40):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if nats(left) <= nats(right) else (left, high)
    return torch.tensor(math.exp((low + high) / 2.0), device=logits_NK.device)
