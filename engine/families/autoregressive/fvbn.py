"""Fully visible belief networks: a chain of simple laws, linear (Frey 1998), NADE (Larochelle & Murray 2011) or MADE
(Germain et al. 2015).

Shape legend: B batch, C channels, H height, W width, P pixels, D = P · C numbers in the order of drawing, L levels.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.disk.files import BadConfig
from engine.families.ask import Ask
from engine.families.autoregressive.drawing import GLANCE, Order
from engine.families.autoregressive.orders import Ordering, places
from engine.families.autoregressive.pixelwise import PixelConfig, PixelFamily
from engine.families.autoregressive.visible import Linear, Masked, Pen, Shared, Visible
from engine.families.base import DataShape
from engine.families.phases import Optimiser, OptimiserKind, Phase
from engine.families.schema import about
from engine.protocol.values import Tier

MOST_WEIGHTS = 150_000_000
_STRETCH = 64
"""Given pixels that are taken at once: a few milliseconds."""


class Net(StrEnum):
    """What tells a number's law from those before it."""

    LINEAR = "linear"
    NADE = "nade"
    MADE = "made"


class FVBNConfig(PixelConfig, frozen=True):
    size: Annotated[
        int,
        about(
            "Picture size", "Pixels on a side; each pixel looks at all before it, so that small pictures do best.",
            low=8, high=64, step=4, unit="px",
        ),
    ] = 28  # fmt: skip
    channels: Annotated[int, about("Colours", "3 for colour, 1 for grey.", low=1, high=3, tier=Tier.EXPERT)] = 1
    levels: Annotated[
        int,
        about(
            "Shades", "How many shades a pixel can take from black to white; fewer are learned sooner.", low=2, high=16
        ),
    ] = 2
    net: Annotated[
        Net,
        about(
            "Network",
            "What each pixel is guessed with: a weighted sum of those before it, hidden units that all pixels share,"
            " or hidden layers in which a part of the ways is shut.",
            symbol="FVBN, NADE or MADE",
            names={"linear": "weighted sum", "nade": "shared units", "made": "masked layers"},
        ),
    ] = Net.NADE
    ordering: Annotated[
        Ordering,
        about(
            "Drawn in",
            "In which order pixels are drawn. Each order gives an exact likelihood, and not each an equally good one.",
            symbol="ordering",
            names={
                "raster": "rows",
                "columns": "columns",
                "spiral": "from the middle",
                "random": "random order",
            },
        ),
    ] = Ordering.RASTER
    hidden: Annotated[
        int,
        about(
            "Hidden units", "How much it can notice beyond weighted sums; a weighted sum has none.", low=8, high=4096
        ),
    ] = 256
    depth: Annotated[
        int,
        about("Network depth", "Hidden layers of MADE.", low=1, high=4, symbol="hidden layers", tier=Tier.EXPERT),
    ] = 1
    decay: Annotated[
        float,
        about(
            "Forgetting",
            "How strongly weights are drawn back to nothing: a little keeps it from learning pictures by heart.",
            symbol="weight decay",
            low=0.0,
            high=10.0,
            tier=Tier.EXPERT,
        ),
    ] = 0.0

    def check(self) -> None:
        super().check()
        numbers = self.size**2 * self.channels
        pairs = numbers * (self.levels - 1)
        weights = {Net.LINEAR: numbers * pairs, Net.NADE: self.hidden * (numbers + pairs)}
        needed = weights.get(self.net, numbers * pairs + self.hidden * (numbers + pairs + self.depth * self.hidden))
        if needed > MOST_WEIGHTS:
            raise BadConfig(
                "bad-config",
                f"This takes {needed // 1_000_000} million weights, more than {MOST_WEIGHTS // 1_000_000} million:"
                " choose smaller pictures (size), fewer shades (levels) or grey (channels 1).",
                field="size",
            )


class FVBN(PixelFamily[FVBNConfig]):
    """p(x) = prod_d p(x_d | x_<d) in a chosen order of pixels, each law logistic in what the net makes of x_<d."""

    Config = FVBNConfig
    name = "fvbn"
    label = "Fully visible belief network"
    summary = "Guesses each pixel from those before it by a sum or hidden units (NADE, MADE); an exact likelihood."
    when = (
        "Choose it for the plainest exact likelihood, or to see what the order of drawing changes; small grey pictures."
    )
    pause: ClassVar[int] = GLANCE

    order_D: Tensor
    """Where in (C, H, W) each number of the chain stands."""
    rank_D: Tensor
    """Where in the chain each number of (C, H, W) stands."""

    def __init__(self, config: FVBNConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        area = config.size**2
        pixels = places(config.ordering, config.size, config.size, config.seed).tolist()
        # Red, green and blue of a pixel follow each other.
        order_D = torch.tensor(
            [colour * area + pixel for pixel in pixels for colour in range(config.channels)], device="cpu"
        )
        self.register_buffer("order_D", order_D, persistent=False)
        self.register_buffer("rank_D", order_D.argsort(), persistent=False)
        self.net = _net(config, len(order_D), len(self.classes))

    def order(self, height: int, width: int) -> Order:
        pixels_P = places(self.config.ordering, height, width, self.config.seed)
        return [divmod(place, width) for place in pixels_P.tolist()]

    def phases(self) -> tuple[Phase, ...]:
        optimiser = Optimiser(
            kind=OptimiserKind.ADAMW, rate=self.config.rate, weight_decay=self.config.decay, clip_norm=5.0
        )
        return (Phase(name="likelihood", modules=(self,), loss=self._loss, optimiser=optimiser),)

    def log_weights(self, x_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        ink_BD = (x_BCHW.flatten(1)[:, self.order_D] + 1.0) / 2.0
        law_BDL = F.pad(self.net(ink_BD, classes_B), (1, 0))
        count, channels, height, width = x_BCHW.shape
        return law_BDL[:, self.rank_D].view(count, channels, height, width, -1).permute(0, 1, 4, 2, 3)

    def sampler(self, ask: Ask) -> Chain:
        pen = self.net.pen(len(ask), ask.conditions.get("class"))
        return Chain(pen, self.net.bias.new_zeros(len(ask), self.config.levels))


class Chain:
    """Draws along the chain: a law from the pen, then what stands there as ink from 0 to 1."""

    def __init__(self, pen: Pen, law_BL: Tensor) -> None:
        """`law` is all 0, as the logit of the lowest level stays; of the others it is overwritten by the next."""
        self._pen, self._law_BL, self._free_BL = pen, law_BL, law_BL[:, 1:]
        self._ink_L = torch.linspace(0.0, 1.0, law_BL.shape[1], device=law_BL.device)

    def law(self, row: int, column: int, colour: int) -> Tensor:
        self._free_BL.copy_(self._pen.logits())
        return self._law_BL

    def put(self, row: int, column: int, colour: int, level_B: Tensor) -> None:
        self._pen.put(self._ink_L[level_B])

    def skip(self, some: Order, levels_PCB: Tensor) -> int:
        """A stretch of them: the pen needs no law of what is given."""
        count = min(len(some), _STRETCH)
        for level_B in levels_PCB[:count].flatten(0, 1):
            self._pen.put(self._ink_L[level_B])
        return count


def _net(config: FVBNConfig, numbers: int, classes: int) -> Visible:
    free = config.levels - 1
    match config.net:
        case Net.LINEAR:
            return Linear(numbers, free, classes)
        case Net.NADE:
            return Shared(numbers, free, classes, config.hidden)
        case Net.MADE:
            return Masked(numbers, free, classes, (config.hidden,) * config.depth)
