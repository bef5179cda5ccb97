"""The game with the log D trick (Goodfellow et al. 2014, section 3), or with a hinge (Lim & Ye 2017).

Shape legend: B batch.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from torch import Tensor
from torch.nn import functional as F

from engine.families.adversarial.game import Game, GameConfig
from engine.families.adversarial.gan0 import GAN0, scales
from engine.families.phases import Losses
from engine.families.schema import about


class Loss(StrEnum):
    """What both sides follow."""

    LOG = "log"
    HINGE = "hinge"


class GAN1Config(GameConfig, frozen=True):
    loss: Annotated[
        Loss,
        about(
            "Judge's aim",
            "Certainty, or no more than a margin, which goes with a tame judge.",
            symbol="log or hinge loss",
            names={"log": "certainty", "hinge": "a margin"},
        ),
    ] = Loss.LOG


class GAN1(Game[GAN1Config]):
    """max_D E log D(x) + E log(1 - D(G(z))), as in the minimax game, but max_G E log D(G(z)).

    Both have the same fixed point; this one pulls the generator most where it loses.
    """

    Config = GAN1Config
    name = "gan1"
    label = "GAN, log D trick"
    summary = "The game as it is played: the generator learns most where it loses. Fully connected or convolutional."
    when = "Choose it for small, quick pictures, and to see how two networks learn from each other."
    monitors = GAN0.monitors

    def discriminator_loss(self, real_B: Tensor, made_B: Tensor) -> Tensor:
        """-E log D(x) - E log(1 - D(G(z))), or E max(0, 1 - l(x)) + E max(0, 1 + l(G(z))) (Lim & Ye 2017, eq. 12)."""
        if self.config.loss is Loss.HINGE:
            return F.relu(1.0 - real_B).mean() + F.relu(1.0 + made_B).mean()
        return F.softplus(-real_B).mean() + F.softplus(made_B).mean()

    def generator_loss(self, made_B: Tensor) -> Tensor:
        """-E log D(G(z)), or -E l(G(z))."""
        return -made_B.mean() if self.config.loss is Loss.HINGE else F.softplus(-made_B).mean()

    def watched(self, real_B: Tensor, made_B: Tensor) -> Losses:
        return scales(real_B, made_B)
