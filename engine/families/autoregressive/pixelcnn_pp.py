"""PixelCNN++ (Salimans, Karpathy, Chen & Kingma 2017): levels as a mixture of logistics, and short-cuts over scales.

Shape legend: B batch, C colours, H height, W width, L levels of a pixel, N numbers of its mixture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from engine.families.ask import Ask
from engine.families.autoregressive.pixelwise import PixelConfig, PixelFamily
from engine.families.autoregressive.rowwise import RowwiseSampler
from engine.families.autoregressive.scales import Added, ScalesNet
from engine.families.autoregressive.streaming import Past
from engine.families.base import DataShape
from engine.families.layers.mixtures import Mixture
from engine.families.phases import Batch, Losses
from engine.families.schema import about
from engine.protocol.values import Tier


class PlusPlusConfig(PixelConfig, frozen=True):
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
            "More layers at each size of the picture see more, and take longer.",
            low=1,
            high=12,
            symbol="blocks at each scale, as many again on the way up",
        ),
    ] = 2
    scales: Annotated[
        int,
        about(
            "Sizes",
            "At how many sizes it looks at the picture, each half of the one before: more see further.",
            low=1,
            high=3,
            symbol="scales",
        ),
    ] = 3
    components: Annotated[
        int,
        about(
            "Choices for a pixel",
            "How many likely shades it weighs against each other for each pixel.",
            low=1,
            high=20,
            tier=Tier.EXPERT,
            symbol="M, logistic components",
        ),
    ] = 5
    dropout: Annotated[
        float,
        about(
            "Forgetting",
            "Share of what it noticed that it overlooks at random while learning: more, and it learns less by heart.",
            low=0.0,
            high=0.9,
            tier=Tier.EXPERT,
            symbol="dropout",
        ),
    ] = 0.2


class PixelCNNPlusPlus(PixelFamily[PlusPlusConfig]):
    """p(x | h) = prod_i p(x_i | x_1 … x_{i-1}, h); all colours of a pixel come of one mixture.

    What is drawn is drawn from the levels' law itself, not from a logistic that is rounded: so known pixels, a
    temperature and equal seeds mean here what they mean elsewhere.
    """

    Config = PlusPlusConfig
    name = "pixelcnn++"
    label = "PixelCNN++"
    summary = "Draws whole colours pixel by pixel, all 256 shades of them, looking at the picture at several sizes."
    when = "Choose it for colour and photographs drawn pixel by pixel, with an exact likelihood; slow to draw."
    glance: ClassVar[int] = 4

    def __init__(self, config: PlusPlusConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.net = ScalesNet(
            config.channels,
            config.width,
            config.depth,
            config.scales,
            config.components,
            len(self.classes),
            config.dropout,
        )

    def forward(self, x_BCHW: Tensor, classes_B: Tensor | None, noise: torch.Generator | None = None) -> Mixture:
        """The law of every pixel given those before it."""
        return self.mixture(self.net(x_BCHW, classes_B, noise))

    def mixture(self, numbers_BN: Tensor) -> Mixture:
        """The law of pixels from the network's numbers (B, N, …)."""
        return Mixture(numbers_BN, self.config.channels, self.config.components, self.config.levels)

    def log_weights(self, x_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        mixture, values_L = self(x_BCHW, classes_B), self.values
        return torch.stack([mixture.law(x_BCHW, colour, values_L) for colour in range(self.config.channels)], 1)

    def law_at(self, x_BCHW: Tensor, row: int, column: int, classes_B: Tensor | None) -> Tensor:
        mixture, values_L = self.mixture(self.net(x_BCHW, classes_B)[..., row, column]), self.values
        x_BC = x_BCHW[..., row, column]
        return torch.stack([mixture.law(x_BC, colour, values_L) for colour in range(self.config.channels)], 1)

    def nats_of_levels(self, levels_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        x_BCHW = self.pictures_of(levels_BCHW)
        mixture: Mixture = self(x_BCHW, classes_B)
        return -mixture.log_p(x_BCHW)

    def nats_and_law(
        self, levels_BCHW: Tensor, row: int, column: int, classes_B: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        x_BCHW, values_L = self.pictures_of(levels_BCHW), self.values
        numbers_BNHW = self.net(x_BCHW, classes_B)
        mixture, x_BC = self.mixture(numbers_BNHW[..., row, column]), x_BCHW[..., row, column]
        law_BCL = torch.stack([mixture.law(x_BC, colour, values_L) for colour in range(self.config.channels)], 1)
        return -self.mixture(numbers_BNHW).log_p(x_BCHW), law_BCL

    def _loss(self, batch: Batch) -> Losses:
        x_BCHW = self.pictures_of(self.levels_of(batch.x))
        mixture: Mixture = self(x_BCHW, batch.labels_B, batch.generator)
        loss = -mixture.log_p(x_BCHW).mean()
        return {"loss": loss, "bits_per_dim": loss.detach() / math.log(2.0)}

    def sampler(self, ask: Ask) -> RowwiseSampler:
        net = _Streamed(self, ask.conditions.get("class"))
        return RowwiseSampler(net, self.values, self.config.size, self.config.channels, len(ask))


class _Streamed:
    """The network along pictures that are being drawn: once a pixel, and its mixture for each colour."""

    def __init__(self, family: PixelCNNPlusPlus, classes_B: Tensor | None) -> None:
        self._family, self._classes_B, self._values_L = family, classes_B, family.values
        self._mixture: Mixture | None = None

    def rows(self, above_BC1W: Tensor, past: Past) -> tuple[Tensor, Added]:
        return self._family.net.rows(above_BC1W, self._classes_B, past)

    def columns(self, added: tuple[Tensor, Added]) -> Sequence[tuple[Tensor, Added]]:
        first_BF1W, blocks = added
        return list(zip(first_BF1W[:, :, 0].unbind(2), blocks.columns(), strict=True))

    def pass_row(self, before_BC1W: Tensor, added: tuple[Tensor, Added], past: Past) -> None:
        self._family.net.features(before_BC1W, *added, past)

    def law(self, before_BC: Tensor, own_BC: Tensor, added: tuple[Tensor, Added], colour: int, past: Past) -> Tensor:
        if self._mixture is None or colour == 0:
            self._mixture = self._family.mixture(self._family.net.pixels(before_BC, *added, past))
        return self._mixture.law(own_BC, colour, self._values_L)
