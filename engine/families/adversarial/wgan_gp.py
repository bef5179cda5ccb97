"""Wasserstein GAN with a gradient penalty (Gulrajani et al. 2017, "Improved Training of Wasserstein GANs").

Shape legend: B batch, C channels, H height, W width, K classes.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import torch
from torch import Tensor

from engine.families.adversarial.game import GENERATOR_LOSS, Game, GameConfig
from engine.families.adversarial.wgan import DISTANCE
from engine.families.layers.slopes import lines, slope
from engine.families.phases import Losses, Optimiser
from engine.families.schema import RATE, about
from engine.families.settings import MOMENTUM
from engine.protocol.values import Monitor, Tier


class WGANGPConfig(GameConfig, frozen=True):
    penalty: Annotated[
        float,
        about(
            "Calm judge",
            "How dearly the judging network pays for changing its mind too sharply, or too little.",
            symbol="λ",
            low=0.0,
            high=1000.0,
        ),
    ] = 10.0
    thinned: Annotated[
        int,
        about(
            "Calm, seldom",
            "Looks at one in so many pictures for that: quicker.",
            symbol="lazy penalty",
            low=1,
            high=16,
            tier=Tier.EXPERT,
        ),
    ] = 1
    d_steps: Annotated[
        int,
        about(
            "Judge's steps",
            "How often the judging network (the critic) learns for each time of the drawing one.",
            symbol="n_critic",
            low=1,
            high=20,
        ),
    ] = 5
    beta1: Annotated[
        float,
        MOMENTUM,
    ] = 0.0
    rate: Annotated[
        float,
        RATE,
    ] = 1e-4


class WGANGP(Game[WGANGPConfig]):
    """L = E f(G(z)) - E f(x) + λ E (|grad f(x^)| - 1)², x^ on lines between real and drawn pictures  (eq. 3).

    The best critic has slope 1 almost everywhere on these lines (proposition 1). It has no batch norm, which would let
    one picture's score depend on its neighbours (section 4).
    """

    Config = WGANGPConfig
    name = "wgan-gp"
    label = "Wasserstein GAN, gradient penalty"
    summary = (
        "A critic that is asked to have slope 1 measures the distance of drawn from real pictures; steady, slower."
    )
    when = "Choose it when other contests fall apart: it is steady, varied and slower."
    norm = False
    monitors: ClassVar[tuple[Monitor, ...]] = (
        DISTANCE,
        Monitor(name="penalty", label="Penalty", help="What the critic pays for slopes other than 1."),
        GENERATOR_LOSS,
    )

    def optimiser(self, rate: float) -> Optimiser:
        return Optimiser(rate=rate, betas=(self.config.beta1, 0.9))

    def discriminator_loss(self, real_B: Tensor, made_B: Tensor) -> Tensor:
        return made_B.mean() - real_B.mean()

    def generator_loss(self, made_B: Tensor) -> Tensor:
        return -made_B.mean()

    def watched(self, real_B: Tensor, made_B: Tensor) -> Losses:
        return {"distance": real_B.mean() - made_B.mean()}

    def penalty(self, x_BCHW: Tensor, made_BCHW: Tensor, y_BK: Tensor | None, noise: torch.Generator) -> Tensor | None:
        if self.config.penalty == 0.0:
            return None
        some = slice(None, None, self.config.thinned)
        between = lines(x_BCHW[some], made_BCHW[some], noise)
        wished = None if y_BK is None else y_BK[some]
        return self.config.penalty * (slope(lambda x: self.discriminator(x, wished), between) - 1.0).square().mean()
