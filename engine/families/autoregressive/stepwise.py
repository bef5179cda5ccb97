"""Families that draw pixel by pixel, whatever else they are: levels, order, temperature, known pixels, one loop.

A family says how a pixel's law is had after those before it (`sampler`) and, if not in reading order, in which order.
Shape legend: B batch, C channels, H height, W width, L levels of a pixel.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Annotated, ClassVar, TypeVar

import torch
from torch import Tensor

from engine.families import schema
from engine.families.ask import Ask
from engine.families.autoregressive.drawing import GLANCE, Given, Order, PixelSampler, draw, pauses, raster, seen
from engine.families.base import Family
from engine.families.schema import about
from engine.protocol.values import Setting

TEMPERATURE = Setting(
    name="temperature",
    label="Temperature",
    low=0.05,
    high=1.5,
    default=1.0,
    help="How freely each pixel is chosen: lower keeps to what is likely, higher dares more.",
)


class StepwiseConfig(schema.PictureConfig, frozen=True):
    """Settings of families that draw pixel by pixel."""

    levels: Annotated[
        int,
        about(
            "Shades", "How many shades a pixel can take from black to white; fewer are learned sooner.", low=2, high=256
        ),
    ] = 256


S = TypeVar("S", bound=StepwiseConfig)


class StepwiseFamily(Family[S]):
    """A family that draws pixel by pixel."""

    glance: ClassVar[int] = GLANCE
    """Pixels between two looks; fewer for networks that take long for one."""
    pause: ClassVar[int] = 1
    """Pixels after which drawing can be left; more where one takes next to no time."""

    @abstractmethod
    def sampler(self, ask: Ask) -> PixelSampler:
        """The law of each pixel, one after another, for so many pictures; every class of `ask` is told."""

    def order(self, height: int, width: int) -> Order:
        """The pixels of such a picture in drawing order; reading order unless a family says otherwise."""
        return raster(height, width)

    def told(self, ask: Ask, generators: Sequence[torch.Generator]) -> Ask:
        """What is asked for, with what chance decides first where nothing is."""
        return ask

    @property
    def settings(self) -> tuple[Setting, ...]:
        return (TEMPERATURE,)

    @property
    def sample_steps(self) -> int:
        return pauses(self._own_order, self.pause)

    def drawn(self, look: int) -> int:
        return seen(self._own_order, look, glance=self.glance, pause=self.pause)

    @cached_property
    def _own_order(self) -> Order:
        return self.order(self.config.size, self.config.size)

    @property
    def values(self) -> Tensor:
        """The levels (L,) as the network sees them and pictures show them, from -1 to 1."""
        return torch.linspace(-1.0, 1.0, self.config.levels, device=next(self.parameters()).device)

    def levels_of(self, x_BCHW: Tensor) -> Tensor:
        """Pictures in [-1, 1] as whole levels 0 … L-1; with 256 levels, the bytes themselves."""
        bytes_BCHW = ((x_BCHW + 1.0) * 127.5).round().clamp(0, 255).long()
        return bytes_BCHW * self.config.levels // 256

    def pictures_of(self, levels_BCHW: Tensor) -> Tensor:
        """Levels as pictures in [-1, 1]; what the network sees, too."""
        return levels_BCHW.float() * (2.0 / (self.config.levels - 1)) - 1.0

    @property
    def likelihood_terms(self) -> str:
        shades = (
            "pixels that are black or white, split at mid grey"
            if self.config.levels == 2
            else (f"pixels of {self.config.levels} shades")
        )
        bound = "a bound" if self.likelihood_is_bound else "exact"
        return f"{bound}, of {shades}; of whole levels, so nothing is dequantised"

    def sample(self, ask: Ask) -> Iterator[Tensor]:
        """Pictures that grow in the family's order."""
        config = self.config
        count = (config.size, config.size, config.channels)
        generators = ask.generators()
        told = self.told(ask, generators)
        uniforms = torch.stack([torch.rand(count, generator=each, device=each.device) for each in generators])
        values_L = self.values
        with torch.no_grad():
            sampler = self.sampler(told)
        yield from draw(
            sampler,
            self._own_order,
            values_L,
            uniforms.to(values_L.device),
            warmth_B1=_warmth(ask.settings.get(TEMPERATURE.name)),
            given=self._given(ask),
            glance=self.glance,
            pause=self.pause,
        )

    def _given(self, ask: Ask) -> Given | None:
        if ask.known_BCHW is None or ask.mask_BHW is None:
            return None
        return Given(x_BCHW=ask.known_BCHW, levels_BCHW=self.levels_of(ask.known_BCHW), mask_BHW=ask.mask_BHW)


def _warmth(temperature_B: Tensor | None) -> Tensor | None:
    """None where all are 1, as a division less for each number that is drawn."""
    if temperature_B is None or bool((temperature_B == 1.0).all()):
        return None
    return temperature_B[:, None]
