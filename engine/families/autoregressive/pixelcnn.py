"""PixelCNN (van den Oord, Kalchbrenner & Kavukcuoglu 2016): masked convolutions, one pixel after another.

Shape legend: B batch, C channels, H height, W width, L levels of a pixel, F features, K classes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families import schema
from engine.families.ask import Ask
from engine.families.autoregressive.masked import Block, MaskedConv
from engine.families.autoregressive.pixel_sampling import PixelNet, draw, looks
from engine.families.base import DataShape, Family
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.families.schema import about
from engine.protocol.values import Better, Capability, Condition, Monitor


class PixelCNNConfig(schema.PictureConfig, frozen=True):
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
    levels: Annotated[
        int,
        about(
            "Shades", "How many shades a pixel can take from black to white; fewer are learned sooner.", low=2, high=256
        ),
    ] = 256
    conditional: Annotated[
        bool, about("Use classes", "Learn to draw a wished class, where the pictures have classes.")
    ] = True


class PixelCNN(Family[PixelCNNConfig]):
    """p(x) = prod_i p(x_i | x_1 … x_{i-1}), pixels in reading order, colours red, green, blue (eq. 1 and 2)."""

    Config = PixelCNNConfig
    name = "pixelcnn"
    label = "PixelCNN"
    summary = "Draws pixel by pixel, each from all before; an exact likelihood, and slow to draw."
    when = (
        "Choose it to watch a picture being drawn, to finish half a picture, or to ask how likely one is; slow to draw."
    )
    capabilities = frozenset({Capability.LIKELIHOOD, Capability.PROGRESSIVE, Capability.CONDITION})
    monitors: ClassVar[tuple[Monitor, ...]] = (
        Monitor(
            name="bits_per_dim",
            label="Surprise",
            help="How hard each pixel is to guess (bits per dimension, -log2 p(x)).",
            better=Better.LOWER,
        ),
    )

    def __init__(self, config: PixelCNNConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        groups = config.channels
        features = math.ceil(config.width / (2 * groups)) * 2 * groups
        self.first = MaskedConv("A", config.channels, features, 7, groups)
        self.blocks = nn.ModuleList(Block(features, groups) for _ in range(config.depth))
        self.head = MaskedConv("B", features, features, 1, groups)
        self.logits = MaskedConv("B", features, config.channels * config.levels, 1, groups)
        nn.init.zeros_(self.logits.weight)
        self.wishes: nn.Parameter | None = None
        if config.conditional and shape.classes:
            self.wishes = nn.Parameter(torch.zeros(len(shape.classes), config.depth, features // 2))

    @property
    def sample_steps(self) -> int:
        return looks(self.config.size)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        if self.wishes is None:
            return ()
        return (Condition(name="class", label="Class", choices=self.shape.classes),)

    def phases(self) -> tuple[Phase, ...]:
        optimiser = Optimiser(rate=self.config.rate, clip_norm=1.0)
        return (Phase(name="likelihood", modules=(self,), loss=self._loss, optimiser=optimiser),)

    def levels_of(self, x_BCHW: Tensor) -> Tensor:
        """Pictures in [-1, 1] as whole levels 0 … L-1; with 256 levels, the bytes themselves."""
        bytes_BCHW = ((x_BCHW + 1.0) * 127.5).round().clamp(0, 255).long()
        return bytes_BCHW * self.config.levels // 256

    def pictures_of(self, levels_BCHW: Tensor) -> Tensor:
        """Levels as pictures in [-1, 1]; what the network sees, too."""
        return levels_BCHW.float() * (2.0 / (self.config.levels - 1)) - 1.0

    def forward(self, x_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        """Logits (B, C, L, H, W) of every pixel given those before it; class -1 is no wish."""
        wishes = self._wishes(classes_B)
        f_BFHW = self.first(x_BCHW)
        for place, block in enumerate(self.blocks):
            f_BFHW = block(f_BFHW, None if wishes is None else wishes[:, place])
        out: Tensor = self.logits(F.relu(self.head(F.relu(f_BFHW))))
        count, _, height, width = out.shape
        return out.view(count, self.config.channels, self.config.levels, height, width)

    def _wishes(self, classes_B: Tensor | None) -> Tensor | None:
        """What a class adds inside each block, (B, blocks, F/2) (Gated PixelCNN, van den Oord 2016b, eq. 4)."""
        if self.wishes is None or classes_B is None:
            return None
        known = (classes_B >= 0).float()[:, None, None]
        return self.wishes[classes_B.clamp_min(0)] * known

    def _nats(self, x_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        """-log p(x) of the quantised picture, (B,)."""
        levels_BCHW = self.levels_of(x_BCHW)
        logits = self(self.pictures_of(levels_BCHW), classes_B).transpose(1, 2)
        return F.cross_entropy(logits, levels_BCHW, reduction="none").sum((1, 2, 3))

    def _loss(self, batch: Batch) -> Losses:
        """-log p(x | class) per pixel and colour, in nats for the optimiser and in bits to read."""
        loss = self._nats(batch.x, batch.labels_B).mean() / batch.x[0].numel()
        return {"loss": loss, "bits_per_dim": loss.detach() / math.log(2.0)}

    def log_likelihood(self, x_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        """Exact log p(x) of the quantised picture; a class is summed out, all being equally likely."""
        if self.wishes is None:
            return -self._nats(x_BCHW, None)
        each = [
            -self._nats(x_BCHW, torch.full((len(x_BCHW),), place, device=x_BCHW.device))
            for place in range(len(self.shape.classes))
        ]
        return torch.logsumexp(torch.stack(each), 0) - math.log(len(each))

    def sample(self, ask: Ask) -> Iterator[Tensor]:
        """Pictures that grow in reading order, grey where nothing is drawn yet. Without a wish, a class comes first."""
        config = self.config
        count = (config.size, config.size, config.channels)
        generators = ask.generators()
        classes_B = self._classes(ask, generators)
        uniforms = torch.stack([torch.rand(count, generator=each, device=each.device) for each in generators])
        device = self.first.weight.device
        net = self.drawing(None if classes_B is None else classes_B.to(device))
        yield from draw(net, uniforms.to(device))

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
                wishes=self._wishes(classes_B),
            )

    def _classes(self, ask: Ask, generators: Sequence[torch.Generator]) -> Tensor | None:
        """The class each picture is asked for; where it is asked for none, one by chance."""
        if self.wishes is None:
            return None
        choices = len(self.shape.classes)
        wishes = ask.conditions["class"].tolist() if "class" in ask.conditions else [-1] * len(ask)
        return torch.stack(
            [
                torch.tensor(wish) if wish >= 0 else torch.randint(choices, (), generator=each)
                for wish, each in zip(wishes, generators, strict=True)
            ]
        )
