"""Multi-scale PixelCNN (van den Oord, Kalchbrenner & Kavukcuoglu 2016, section 3.6): the small picture first.

Every second pixel of every second row is a small picture. One network draws it; another one draws the rest around it,
in reading order, and in every layer sees the whole small picture, enlarged. The likelihood stays exact:
p(x) = p(small) prod_i p(x_i | small, all before i), as Reed et al. 2017 (*Parallel multiscale*) split it.
Shape legend: B batch, C channels, H height, W width, L levels of a pixel, F features, N layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.ask import Ask
from engine.families.autoregressive.drawing import Order, PixelSampler, raster
from engine.families.autoregressive.gated_pixelcnn import GatedConfig, GatedNet, StreamedGated
from engine.families.autoregressive.pixelwise import PixelFamily
from engine.families.autoregressive.rowwise import RowwiseSampler
from engine.families.base import DataShape
from engine.families.layers.blocks import he_init
from engine.families.schema import about


class Smaller(StrEnum):
    """How much smaller the first picture is."""

    HALF = "half"
    QUARTER = "quarter"


class MultiscaleConfig(GatedConfig, frozen=True):
    smaller: Annotated[
        Smaller, about("Small picture", "How large the picture is that is drawn first: its side over the whole one's.")
    ] = Smaller.HALF

    @property
    def every(self) -> int:
        """The small picture is every so many pixels of every so many rows."""
        return 4 if self.smaller is Smaller.QUARTER else 2


class Enlarged(nn.Module):
    """The small picture as each layer of the large net sees it: convolutions see far, then one number becomes many."""

    def __init__(self, channels: int, features: int, layers: int, every: int) -> None:
        super().__init__()
        self.see = nn.ModuleList(
            nn.Conv2d(channels if reach == 1 else features, features, 3, padding=reach, dilation=reach)
            for reach in (1, 2, 4)
        )
        self.enlarge = nn.ConvTranspose2d(features, features, every, every)
        self.tell = nn.ModuleList(nn.Conv2d(features, 4 * features, 1) for _ in range(layers))
        for layer in (*self.see, self.enlarge):
            he_init(layer)
        for layer in self.tell:
            he_init(layer, 0.1)

    def forward(self, small_BCHW: Tensor, height: int, width: int) -> list[Tensor]:
        """What is added to both stacks of every layer, (B, 2, 2F, H, W)."""
        f_BFHW = small_BCHW
        for layer in self.see:
            f_BFHW = F.relu(layer(f_BFHW))
        f_BFHW = F.relu(self.enlarge(f_BFHW))[:, :, :height, :width]
        return [layer(f_BFHW).unflatten(1, (2, -1)) for layer in self.tell]


class MultiscalePixelCNN(PixelFamily[MultiscaleConfig]):
    """p(x | h) = p(small | h) prod_i p(x_i | small, all before i, h)."""

    Config = MultiscaleConfig
    name = "multiscale-pixelcnn"
    label = "Multi-scale PixelCNN"
    summary = "Draws a small picture first and then the pixels between, which all see the small one."
    when = "Choose it where the whole should agree: what is large is settled before what is fine."

    def __init__(self, config: MultiscaleConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        size = (config.channels, config.width, config.depth, config.levels, len(self.classes))
        self.small, self.large = GatedNet(*size), GatedNet(*size)
        self.enlarged = Enlarged(config.channels, self.large.features, len(self.large.layers), config.every)

    def order(self, height: int, width: int) -> Order:
        """The small picture, then what is between its pixels."""
        every, whole = self.config.every, raster(height, width)
        first = [place for place in whole if not (place[0] % every or place[1] % every)]
        return [*first, *(place for place in whole if place[0] % every or place[1] % every)]

    def instead(self, height: int, width: int) -> Order:
        """The small picture, enlarged."""
        every = self.config.every
        return [(row // every * every, column // every * every) for row, column in raster(height, width)]

    def forward(self, x_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        """Logits (B, C, L, H, W): the small net's where its pixels are, else the large one's."""
        every = self.config.every
        small_BCHW = x_BCHW[:, :, ::every, ::every]
        logits: Tensor = self.large(x_BCHW, self.seen(small_BCHW, x_BCHW.shape[2], x_BCHW.shape[3], classes_B)).clone()
        logits[..., ::every, ::every] = self.small(small_BCHW, self.small.wish(classes_B))
        return logits

    def seen(self, small_BCHW: Tensor, height: int, width: int, classes_B: Tensor | None) -> Sequence[Tensor]:
        """What the small picture and a class add to each layer of the large net."""
        maps, wishes = self.enlarged(small_BCHW, height, width), self.large.wish(classes_B)
        return [each if wish is None else each + wish for each, wish in zip(maps, wishes, strict=True)]

    def log_weights(self, x_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        logits: Tensor = self(x_BCHW, classes_B)
        return logits

    def sampler(self, ask: Ask) -> PixelSampler:
        return _SmallFirst(self, ask.conditions.get("class"), len(ask))


class _SmallFirst:
    """The sampler of the small net and then that of the large one, which is told the small picture's pixels."""

    def __init__(self, family: MultiscalePixelCNN, classes_B: Tensor | None, count: int) -> None:
        config = family.config
        self._family, self._classes_B, self._count = family, classes_B, count
        self._every, self._size, self._colours = config.every, config.size, config.channels
        side = config.size // config.every
        small = StreamedGated(family.small, family.small.wish(classes_B))
        self._small = RowwiseSampler(small, family.values, side, config.channels, count)
        self._levels_BCHW = torch.zeros(
            count, config.channels, side, side, dtype=torch.int64, device=family.values.device
        )
        self._large: RowwiseSampler | None = None
        self._next = 0
        """The place in reading order at which the large net stands."""

    def law(self, row: int, column: int, colour: int) -> Tensor:
        if self._is_small(row, column):
            return self._small.law(row // self._every, column // self._every, colour)
        if self._large is None:
            self._large = self._begun()
        while self._next < row * self._size + column:
            self._pass(self._large, *divmod(self._next, self._size))
        return self._large.law(row, column, colour)

    def put(self, row: int, column: int, colour: int, level_B: Tensor) -> None:
        if self._is_small(row, column):
            self._small.put(row // self._every, column // self._every, colour, level_B)
            self._levels_BCHW[:, colour, row // self._every, column // self._every] = level_B
            return
        assert self._large is not None
        self._large.put(row, column, colour, level_B)
        self._next = row * self._size + column + 1

    def skip(self, some: Order, levels_PCB: Tensor) -> int:
        """Whole rows of the small picture, then whole rows of the large one, whose small pixels stand by then."""
        row, column = some[0]
        if self._is_small(row, column):
            return self._skip_small(some, levels_PCB)
        between = [place for place in raster(self._size, self._size)[row * self._size :][: self._size]
                   if not self._is_small(*place)]  # fmt: skip
        if list(some[: len(between)]) != between:
            return 0
        if self._large is None:
            self._large = self._begun()
        while self._next < row * self._size:
            self._pass(self._large, *divmod(self._next, self._size))
        levels_WCB = levels_PCB.new_empty(self._size, *levels_PCB.shape[1:])
        levels_WCB[[column for _, column in between]] = levels_PCB[: len(between)]
        if row % self._every == 0:
            levels_WCB[:: self._every] = self._levels_BCHW[:, :, row // self._every].permute(2, 1, 0)
        self._large.skip([(row, column) for column in range(self._size)], levels_WCB)
        self._next = (row + 1) * self._size
        return len(between)

    def _skip_small(self, some: Order, levels_PCB: Tensor) -> int:
        every = self._every
        small = [(row // every, column // every) for row, column in some if self._is_small(row, column)]
        count = self._small.skip(small, levels_PCB)
        for (row, column), levels_CB in zip(small[:count], levels_PCB, strict=False):
            self._levels_BCHW[:, :, row, column] = levels_CB.T
        return count

    def _is_small(self, row: int, column: int) -> bool:
        return not (row % self._every or column % self._every)

    def _begun(self) -> RowwiseSampler:
        small_BCHW = self._family.pictures_of(self._levels_BCHW)
        seen = self._family.seen(small_BCHW, self._size, self._size, self._classes_B)
        net = StreamedGated(self._family.large, seen)
        return RowwiseSampler(net, self._family.values, self._size, self._colours, self._count)

    def _pass(self, large: RowwiseSampler, row: int, column: int) -> None:
        """Walk past a pixel of the small picture, so that the next ones see it."""
        for colour in range(self._colours):
            large.law(row, column, colour)
            large.put(row, column, colour, self._levels_BCHW[:, colour, row // self._every, column // self._every])
        self._next += 1
