"""Wasserstein GAN (Arjovsky, Chintala & Bottou 2017), its critic held by clipping weights.

Shape legend: B batch.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import torch
from torch import Tensor

from engine.families.adversarial.game import GENERATOR_LOSS, Game, GameConfig
from engine.families.phases import Batch, Losses, Optimiser, OptimiserKind
from engine.families.schema import RATE, about
from engine.protocol.values import Better, Monitor

DISTANCE = Monitor(
    name="distance",
    label="Distance",
    help="E f(x) - E f(G(z)): how far drawn pictures are from real ones, as far as the critic can tell.",
    better=Better.LOWER,
)


class WGANConfig(GameConfig, frozen=True):
    clip: Annotated[
        float,
        about(
            "Judge's limit",
            "No weight of the judging network is larger; small ones hold it flat.",
            symbol="c",
            above=0.0,
            high=1.0,
        ),
    ] = 0.05
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
    rate: Annotated[
        float,
        RATE,
    ] = 5e-5


class WGAN(Game[WGANConfig]):
    """min_G max_{|f|_L <= K} E f(x) - E f(G(z)): K times the earth mover's distance of both laws (eqs. 2 and 3).

    Weights in a box [-c, c] keep the critic K-Lipschitz for some K. The distance has a slope also where the two laws
    do not meet, so that a better critic teaches better. Batch norm would undo the box, and one picture's score would
    depend on its neighbours; without it c may be larger than the paper's .01.
    """

    Config = WGANConfig
    name = "wgan"
    label = "Wasserstein GAN, clipped"
    summary = "A critic with bounded weights measures a distance instead of telling truth; its loss says how it goes."
    when = "Choose it to see a contest whose number says how far it is; its sister with a penalty does better."
    norm = False
    monitors: ClassVar[tuple[Monitor, ...]] = (
        DISTANCE,
        GENERATOR_LOSS,
        Monitor(name="at_the_wall", label="At the wall", help="Share of the critic's weights that are clipped."),
    )

    def optimiser(self, rate: float) -> Optimiser:
        """Momentum shakes the critic (section 4): RMSprop, of α .99."""
        return Optimiser(kind=OptimiserKind.RMSPROP, rate=rate, betas=(0.0, 0.99))

    def discriminator_loss(self, real_B: Tensor, made_B: Tensor) -> Tensor:
        """-(E f(x) - E f(G(z)))  (algorithm 1)."""
        return made_B.mean() - real_B.mean()

    def generator_loss(self, made_B: Tensor) -> Tensor:
        """-E f(G(z))."""
        return -made_B.mean()

    def watched(self, real_B: Tensor, made_B: Tensor) -> Losses:
        c = 0.999 * self.config.clip
        weights = torch.cat([p.detach().reshape(-1) for p in self.discriminator.parameters()])
        return {"distance": real_B.mean() - made_B.mean(), "at_the_wall": (weights.abs() >= c).float().mean()}

    def after_discriminator(self, batch: Batch) -> None:
        """w <- clip(w, -c, c)  (algorithm 1, line 7)."""
        for weight in self.discriminator.parameters():
            weight.clamp_(-self.config.clip, self.config.clip)
