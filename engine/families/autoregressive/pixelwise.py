"""What all families share that give each pixel from those drawn before it: p(x) = prod_i p(x_i | x_1 … x_{i-1}).

A family says how its network sees (`log_weights`), how that is had pixel by pixel (`sampler`) and, if it is not reading
order, in which order. Likelihood, completion, classes, temperature and what is told of single pixels follow from these.
Shape legend: B batch, C channels, H height, W width, L levels of a pixel, K classes, N = HWC numbers in drawing order.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, ClassVar, TypeVar

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.families.ask import NO_CONDITIONS, Ask, Conditions
from engine.families.autoregressive.stepwise import StepwiseConfig, StepwiseFamily
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.families.schema import about
from engine.protocol.values import Better, Capability, Condition, Monitor

SURPRISE = Monitor(
    name="bits_per_dim",
    label="Surprise",
    help="How hard each pixel is to guess (bits per dimension, -log2 p(x)).",
    better=Better.LOWER,
)


class PixelConfig(StepwiseConfig, frozen=True):
    """Settings of families that draw pixel by pixel, and know how likely each pixel was."""

    conditional: Annotated[
        bool, about("Use classes", "Learn to draw a wished class, where the pictures have classes.")
    ] = True


P = TypeVar("P", bound=PixelConfig)


class PixelFamily(StepwiseFamily[P]):
    """A family that draws pixel by pixel and knows how likely each pixel was."""

    capabilities = frozenset(
        {
            Capability.LIKELIHOOD,
            Capability.PIXELWISE,
            Capability.PROGRESSIVE,
            Capability.COMPLETE,
            Capability.CONDITION,
        }
    )
    monitors: ClassVar[tuple[Monitor, ...]] = (SURPRISE,)

    # ------------------------------------------------------------ what a family says

    @abstractmethod
    def log_weights(self, x_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        """log p + constant (B, C, L, H, W) of the levels of every pixel given those before; class -1 is no wish."""

    def law_at(self, x_BCHW: Tensor, row: int, column: int, classes_B: Tensor | None) -> Tensor:
        """The same of one pixel, (B, C, L)."""
        return self.log_weights(x_BCHW, classes_B)[..., row, column]

    def nats_of_levels(self, levels_BCHW: Tensor, classes_B: Tensor | None) -> Tensor:
        """-log p (B, C, H, W) of each level given those before it."""
        law_BLCHW = self.log_weights(self.pictures_of(levels_BCHW), classes_B).transpose(1, 2)
        return F.cross_entropy(law_BLCHW, levels_BCHW, reduction="none")

    def nats_and_law(
        self, levels_BCHW: Tensor, row: int, column: int, classes_B: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The nats of all levels, and the law of one pixel, from one pass."""
        law_BCLHW = self.log_weights(self.pictures_of(levels_BCHW), classes_B)
        nats_BCHW = F.cross_entropy(law_BCLHW.transpose(1, 2), levels_BCHW, reduction="none")
        return nats_BCHW, law_BCLHW[..., row, column]

    # ------------------------------------------------------------ what follows

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that can be wished for."""
        return self.shape.classes if self.config.conditional else ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return (Condition(name="class", label="Class", choices=self.classes),) if self.classes else ()

    def phases(self) -> tuple[Phase, ...]:
        optimiser = Optimiser(rate=self.config.rate, clip_norm=1.0)
        return (Phase(name="likelihood", modules=(self,), loss=self._loss, optimiser=optimiser),)

    def _loss(self, batch: Batch) -> Losses:
        """-log p(x | class) per pixel and colour, in nats for the optimiser and in bits to read."""
        nats_B = self.nats_of_levels(self.levels_of(batch.x), batch.labels_B).sum((1, 2, 3))
        loss = nats_B.mean() / batch.x[0].numel()
        return {"loss": loss, "bits_per_dim": loss.detach() / math.log(2.0)}

    # ------------------------------------------------------------ drawing

    def told(self, ask: Ask, generators: Sequence[torch.Generator]) -> Ask:
        """Without a wish, a class comes first, from the seed."""
        return replace(ask, conditions={**ask.conditions, **self._wishes(ask, generators)})

    def _wishes(self, ask: Ask, generators: Sequence[torch.Generator]) -> Conditions:
        """The class each picture is asked for; where it is asked for none, one by chance."""
        if not self.classes:
            return {}
        wishes = ask.conditions["class"].tolist() if "class" in ask.conditions else [-1] * len(ask)
        drawn = [
            torch.tensor(wish) if wish >= 0 else torch.randint(len(self.classes), (), generator=each)
            for wish, each in zip(wishes, generators, strict=True)
        ]
        return {"class": torch.stack(drawn).to(self.values.device)}

    # ------------------------------------------------------------ what is told of pictures

    def log_likelihood(self, x_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        """Exact log p(x) of the quantised picture; a class is summed out, all being equally likely."""
        return -self.nats(x_BCHW).flatten(1).sum(1)

    def nats(self, x_BCHW: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        """-log p (B, C, H, W) of each colour of each pixel given what is drawn before it."""
        levels_BCHW = self.levels_of(x_BCHW)
        each_GBCHW, weight_GBCHW = self._by_class(levels_BCHW, conditions)
        return -torch.logsumexp(weight_GBCHW - each_GBCHW, 0).to(x_BCHW.dtype)

    def chances(self, x_BCHW: Tensor, row: int, column: int, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        """p (B, C, L) of every level of the colours of one pixel, each given what is drawn before it."""
        levels_BCHW = self.levels_of(x_BCHW)
        looks = [
            self.nats_and_law(levels_BCHW, row, column, classes_B) for classes_B in self._guesses(x_BCHW, conditions)
        ]
        weight_GBCHW = self._weights(torch.stack([nats_BCHW for nats_BCHW, _ in looks]))
        law_GBCL = torch.stack([law_BCL for _, law_BCL in looks]).softmax(3)
        return (weight_GBCHW[..., row, column, None].exp().to(law_GBCL) * law_GBCL).sum(0)

    def noticed(self, x_BCHW: Tensor, row: int, column: int, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        """How much the law of one pixel moves with each other one (B, H, W): the gradient of its colours' laws.

        Nothing where it cannot see: pixels drawn later, and those in a blind spot. A class that is not told is taken to
        be the likeliest by what is drawn before.
        """
        classes_B = self._likeliest(x_BCHW, row, column, conditions)
        with torch.enable_grad():
            x_BCHW = self.pictures_of(self.levels_of(x_BCHW)).requires_grad_()
            law_BCL = self.law_at(x_BCHW, row, column, classes_B).log_softmax(2)
            (slope_BCHW,) = torch.autograd.grad(law_BCL.square().sum(), x_BCHW)
        return slope_BCHW.abs().sum(1)

    def _likeliest(self, x_BCHW: Tensor, row: int, column: int, conditions: Conditions) -> Tensor | None:
        """The class of each picture, (B,): the one that is told, else the likeliest when a pixel's turn comes."""
        guesses = self._guesses(x_BCHW, conditions)
        if len(guesses) == 1:
            return guesses[0]
        with torch.no_grad():
            _, weight_GBCHW = self._by_class(self.levels_of(x_BCHW), conditions)
        best_B = weight_GBCHW[:, :, 0, row, column].argmax(0)
        return torch.stack([each_B for each_B in guesses if each_B is not None])[best_B, torch.arange(len(best_B))]

    def _guesses(self, x_BCHW: Tensor, conditions: Conditions) -> list[Tensor | None]:
        """The classes that the pictures may be of: the one that is told, or each in its turn."""
        if not self.classes:
            return [None]
        wish_B = conditions.get("class")
        if wish_B is not None and bool((wish_B >= 0).all()):
            return [wish_B.to(x_BCHW.device)]
        every = [torch.full((len(x_BCHW),), place, device=x_BCHW.device) for place in range(len(self.classes))]
        return list(every) if wish_B is None else [torch.where(wish_B >= 0, wish_B, each_B) for each_B in every]

    def _by_class(self, levels_BCHW: Tensor, conditions: Conditions) -> tuple[Tensor, Tensor]:
        """For each class that it may be (G): -log p(x_i | before, class), and log p(class | before), (G, B, C, H, W).

        With no class told, p(x_i | before) = sum_k p(k | before) p(x_i | before, k): the map adds up to log p(x).
        """
        guesses = self._guesses(levels_BCHW, conditions)
        each_GBCHW = torch.stack([self.nats_of_levels(levels_BCHW, classes_B) for classes_B in guesses])
        return each_GBCHW, self._weights(each_GBCHW)

    def _weights(self, each_GBCHW: Tensor) -> Tensor:
        """log p(class | before) from what each class says of all numbers."""
        if len(each_GBCHW) == 1:
            return torch.zeros_like(each_GBCHW)
        height, width = each_GBCHW.shape[3:]
        order = self.order(height, width)
        places_P = torch.tensor([row * width + column for row, column in order], device=each_GBCHW.device)
        each_GBPC = each_GBCHW.flatten(3).transpose(2, 3)[:, :, places_P].double()
        before_GBN = each_GBPC.flatten(2).cumsum(2) - each_GBPC.flatten(2)
        weight_GBN = torch.log_softmax(-before_GBN, 0)
        weight_GBPC = torch.empty_like(each_GBPC)
        weight_GBPC[:, :, places_P] = weight_GBN.view_as(each_GBPC)
        return weight_GBPC.transpose(2, 3).reshape(each_GBCHW.shape)
