"""PixelRNN (van den Oord, Kalchbrenner & Kavukcuoglu 2016): LSTMs that read a picture as they draw it.

Shape legend: B batch, C channels, H height, W width, L levels of a pixel, F = 2N features, N units, G = 4N gates.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.ask import Ask
from engine.families.autoregressive.masked import MaskedConv
from engine.families.autoregressive.pixelwise import PixelConfig, PixelFamily
from engine.families.autoregressive.recurrent import GATES, DiagonalBiLSTM, RowLSTM
from engine.families.autoregressive.recurrent_sampling import Reader, RecurrentNet
from engine.families.base import DataShape
from engine.families.schema import about


class Walk(StrEnum):
    """How the LSTMs go over a picture."""

    ROW = "row"
    DIAGONAL = "diagonal"


class PixelRNNConfig(PixelConfig, frozen=True):
    walk: Annotated[
        Walk,
        about(
            "Reads by",
            "Rows are faster and see a triangle above each pixel; diagonals see all that is drawn, and take longer.",
            symbol="Row LSTM or Diagonal BiLSTM",
            names={"row": "rows", "diagonal": "diagonals"},
        ),
    ] = Walk.ROW
    width: Annotated[
        int,
        about(
            "Network width",
            "How much each layer can remember: twice as much is about four times the work.",
            low=2,
            high=256,
            symbol="units of an LSTM",
        ),
    ] = 16
    depth: Annotated[
        int, about("Network depth", "More layers notice more, and take longer.", low=1, high=12, symbol="LSTM layers")
    ] = 3


class PixelRNN(PixelFamily[PixelRNNConfig]):
    """p(x) = prod_i p(x_i | x_1 … x_{i-1}), pixels in reading order, colours red, green, blue (eq. 1 and 2)."""

    Config = PixelRNNConfig
    name = "pixelrnn"
    label = "PixelRNN"
    summary = "Draws pixel by pixel and remembers all of the picture so far; an exact likelihood, and slow to train."
    when = "Choose it where far corners of a picture depend on each other; a PixelCNN trains faster and sees less far."

    def __init__(self, config: PixelRNNConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        colours = config.channels
        units = math.ceil(config.width / colours) * colours
        self.first = MaskedConv("A", colours, 2 * units, 7, colours)
        layer = RowLSTM if config.walk is Walk.ROW else DiagonalBiLSTM
        self.layers = nn.ModuleList(layer(units, colours) for _ in range(config.depth))
        self.own = MaskedConv("B", colours, 2 * units, 1, colours) if config.walk is Walk.DIAGONAL else None
        """What the way from the right also reads in the first layer: the pixel itself, drawn when that is used.
        Without it the last pixel of the row above stays unseen where the first convolution does not reach it.
        """
        self.head = MaskedConv("B", 2 * units, 2 * units, 1, colours)
        self.logits = MaskedConv("B", 2 * units, colours * config.levels, 1, colours)
        nn.init.zeros_(self.logits.weight)
        self.wishes = (
            nn.Parameter(torch.zeros(len(self.classes), config.depth, GATES * units)) if self.classes else None
        )

    def wished(self, classes_B: Tensor | None) -> Tensor | None:
        """What a class adds to the gates of each layer, (B, layers, G)."""
        if self.wishes is None or classes_B is None:
            return None
        return self.wishes[classes_B.clamp_min(0)] * (classes_B >= 0).float()[:, None, None]

    def log_weights(self, x_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        told = self.wished(classes_B)
        f_BFHW = self.first(x_BCHW)
        done_BFHW = None if self.own is None else f_BFHW + self.own(x_BCHW)
        for place, layer in enumerate(self.layers):
            told_BG = None if told is None else told[:, place]
            if isinstance(layer, DiagonalBiLSTM) and place == 0:
                f_BFHW = layer(f_BFHW, told_BG, done_BFHW)
            else:
                f_BFHW = layer(f_BFHW, told_BG)
        out: Tensor = self.logits(F.relu(self.head(F.relu(f_BFHW))))
        count, _, height, width = out.shape
        return out.view(count, self.config.channels, self.config.levels, height, width)

    def sampler(self, ask: Ask) -> Reader:
        told = self.wished(ask.conditions.get("class"))
        net = RecurrentNet(
            first=self.first,
            own=self.own,
            layers=[layer for layer in self.layers if isinstance(layer, RowLSTM | DiagonalBiLSTM)],
            head=self.head,
            logits=self.logits,
            colours=self.config.channels,
            levels=self.config.levels,
            size=self.config.size,
        )
        return Reader(net, len(ask), None if told is None else told.detach())
