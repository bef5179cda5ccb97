"""PixelCNN (van den Oord, Kalchbrenner & Kavukcuoglu 2016): masked convolutions, one pixel after another.

Shape legend: B batch, C channels, H height, W width, L levels of a pixel, F features, K classes.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.ask import Ask
from engine.families.autoregressive.drawing import PixelSampler
from engine.families.autoregressive.masked import Block, MaskedConv
from engine.families.autoregressive.pixel_sampling import Canvas, PixelNet
from engine.families.autoregressive.pixelwise import PixelConfig, PixelFamily
from engine.families.autoregressive.plain_sampling import PlainSampler
from engine.families.base import DataShape
from engine.families.schema import about
from engine.protocol.values import Tier


class Layers(StrEnum):
    """What stands between the first convolution and the last."""

    RESIDUAL = "residual"
    PLAIN = "plain"


class PixelCNNConfig(PixelConfig, frozen=True):
    width: Annotated[
        int,
        about(
            "Network width",
            "How much each layer can notice: twice as much is about four times the work.",
            low=4,
            high=512,
            symbol="feature maps",
        ),
    ] = 32
    depth: Annotated[
        int,
        about(
            "Network depth",
            "More layers see further across the picture, and take longer.",
            low=1,
            high=40,
            symbol="residual blocks",
        ),
    ] = 6
    layers: Annotated[
        Layers,
        about(
            "Layers",
            "What a layer is: residual blocks of three convolutions, or one wide convolution, as courses teach it.",
            names={"residual": "residual, 3×3", "plain": "plain, 7×7"},
            tier=Tier.EXPERT,
        ),
    ] = Layers.RESIDUAL


class PixelCNN(PixelFamily[PixelCNNConfig]):
    """p(x) = prod_i p(x_i | x_1 … x_{i-1}), pixels in reading order, colours red, green, blue (eq. 1 and 2)."""

    Config = PixelCNNConfig
    name = "pixelcnn"
    label = "PixelCNN"
    summary = "Draws pixel by pixel, each from all before; an exact likelihood, and slow to draw."
    when = (
        "Choose it to watch a picture being drawn, to finish half a picture, or to ask how likely one is; slow to draw."
    )

    def __init__(self, config: PixelCNNConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        groups = config.channels
        features = math.ceil(config.width / (2 * groups)) * 2 * groups
        self.first = MaskedConv("A", config.channels, features, 7, groups)
        plain = config.layers is Layers.PLAIN
        self.blocks = nn.ModuleList(
            MaskedConv("B", features, features, 7, groups) if plain else Block(features, groups)
            for _ in range(config.depth)
        )
        self.head = MaskedConv("B", features, features, 1, groups)
        self.logits = MaskedConv("B", features, config.channels * config.levels, 1, groups)
        nn.init.zeros_(self.logits.weight)
        self.wishes: nn.Parameter | None = None
        if self.classes:
            wide = features if plain else features // 2
            self.wishes = nn.Parameter(torch.zeros(len(shape.classes), config.depth, wide))

    def forward(self, x_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        """Logits (B, C, L, H, W) of every pixel given those before it; class -1 is no wish."""
        wishes = self._wish(classes_B)
        f_BFHW = self.first(x_BCHW)
        for place, block in enumerate(self.blocks):
            wish_BF = None if wishes is None else wishes[:, place]
            if isinstance(block, MaskedConv):
                f_BFHW = block(F.relu(f_BFHW))
                f_BFHW = f_BFHW if wish_BF is None else f_BFHW + wish_BF[:, :, None, None]
            else:
                f_BFHW = block(f_BFHW, wish_BF)
        out: Tensor = self.logits(F.relu(self.head(F.relu(f_BFHW))))
        count, _, height, width = out.shape
        return out.view(count, self.config.channels, self.config.levels, height, width)

    def log_weights(self, x_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        logits: Tensor = self(x_BCHW, classes_B)
        return logits

    def _wish(self, classes_B: Tensor | None) -> Tensor | None:
        """What a class adds in each layer, (B, layers, F or F/2) (Gated PixelCNN, van den Oord 2016b, eq. 4)."""
        if self.wishes is None or classes_B is None:
            return None
        known = (classes_B >= 0).float()[:, None, None]
        return self.wishes[classes_B.clamp_min(0)] * known

    def sampler(self, ask: Ask) -> PixelSampler:
        if self.config.layers is Layers.PLAIN:
            middle = [block for block in self.blocks if isinstance(block, MaskedConv)]
            return PlainSampler(
                [self.first, *middle, self.head, self.logits],
                self.values,
                wishes=self._wish(ask.conditions.get("class")),
                colours=self.config.channels,
                size=self.config.size,
                count=len(ask),
            )
        return Canvas(self.drawing(ask.conditions.get("class")), len(ask))

    def drawing(self, classes_B: Tensor | None) -> PixelNet:
        """The weights as they are laid out for drawing; a class for each picture, or none."""
        with torch.no_grad():
            return PixelNet.of(
                self.first,
                [block for block in self.blocks if isinstance(block, Block)],
                self.head,
                self.logits,
                colours=self.config.channels,
                levels=self.config.levels,
                size=self.config.size,
                wishes=self._wish(classes_B),
            )
