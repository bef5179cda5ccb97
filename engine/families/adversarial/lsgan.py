"""Least squares GAN (Mao et al. 2017, "Least Squares Generative Adversarial Networks").

Shape legend: B batch.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from torch import Tensor

from engine.families.adversarial.game import DISCRIMINATOR_LOSS, GENERATOR_LOSS, Game, GameConfig
from engine.families.phases import Losses
from engine.families.schema import about
from engine.protocol.values import Monitor, Tier


class Codes(StrEnum):
    """The numbers (a, b, c) for drawn, for real, and for what the generator would like its pictures to be."""

    ZERO_ONE = "zero-one"
    PEARSON = "pearson"


CODES = {Codes.ZERO_ONE: (0.0, 1.0, 1.0), Codes.PEARSON: (-1.0, 1.0, 0.0)}


class LSGANConfig(GameConfig, frozen=True):
    codes: Annotated[
        Codes,
        about(
            "Marks",
            "Which marks the judging network gives: 0 and 1, or -1 and 1 where drawings aim for the middle.",
            symbol="a, b, c",
            tier=Tier.EXPERT,
        ),
    ] = Codes.ZERO_ONE


class LSGAN(Game[LSGANConfig]):
    """The discriminator fits numbers to pictures, by least squares; the generator's pictures want to be called real.

    With codes b - c = 1 and b - a = 2 the generator lowers the Pearson χ² divergence (eqs. 5 to 8).
    """

    Config = LSGANConfig
    name = "lsgan"
    label = "Least squares GAN"
    summary = "Squares in place of logarithms: drawn pictures that pass by far are still pulled toward the real ones."
    when = "Choose it for crisp pictures from a contest that seldom gets stuck."
    monitors: ClassVar[tuple[Monitor, ...]] = (
        Monitor(
            name="told",
            label="Judge's eye",
            help="Share of pictures, real and drawn, that lie on the right side of the middle.",
            low=0.55,
            high=0.99,
            below="The discriminator is guessing; the generator has the upper hand.",
            between="In balance: the discriminator tells {percent} % of the pictures.",
            above="The discriminator tells nearly every picture; squares still pull the drawn ones.",
        ),
        GENERATOR_LOSS,
        DISCRIMINATOR_LOSS,
        Monitor(name="real_score", label="Real pictures", help="D(x): aims at b."),
        Monitor(name="fake_score", label="Made pictures", help="D(G(z)): D aims at a, the generator at c."),
    )

    def discriminator_loss(self, real_B: Tensor, made_B: Tensor) -> Tensor:
        """½ E (D(x) - b)² + ½ E (D(G(z)) - a)²  (eq. 2)."""
        a, b, _ = CODES[self.config.codes]
        return 0.5 * (real_B - b).square().mean() + 0.5 * (made_B - a).square().mean()

    def generator_loss(self, made_B: Tensor) -> Tensor:
        """½ E (D(G(z)) - c)²."""
        _, _, c = CODES[self.config.codes]
        return 0.5 * (made_B - c).square().mean()

    def watched(self, real_B: Tensor, made_B: Tensor) -> Losses:
        a, b, _ = CODES[self.config.codes]
        middle = 0.5 * (a + b)
        told = 0.5 * ((real_B > middle).float().mean() + (made_B < middle).float().mean())
        return {"told": told, "real_score": real_B.mean(), "fake_score": made_B.mean()}
