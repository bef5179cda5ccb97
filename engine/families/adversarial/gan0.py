"""The minimax game (Goodfellow et al. 2014, "Generative Adversarial Nets", eq. 1 and algorithm 1).

Shape legend: B batch.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.families.adversarial.game import DISCRIMINATOR_LOSS, GENERATOR_LOSS, Game, GameConfig
from engine.families.phases import Losses
from engine.protocol.values import Monitor


class GAN0Config(GameConfig, frozen=True):
    pass


class GAN0(Game[GAN0Config]):
    """min_G max_D E log D(x) + E log(1 - D(G(z))), D a sigmoid of the discriminator's logit.

    The generator's gradient fades when the discriminator wins: its scale is D(G(z)) itself (section 3).
    """

    Config = GAN0Config
    name = "gan0"
    label = "GAN, minimax"
    summary = "The game as it was first written; its generator stops learning where it loses. For seeing why."
    when = "Choose it to see why the first recipe of the game gets stuck, beside its sister that does not."
    monitors: ClassVar[tuple[Monitor, ...]] = (
        Monitor(
            name="told",
            label="Judge's eye",
            help="How sure the judging network is which pictures are real: half is guessing, 1 is certain.",
            low=0.55,
            high=0.97,
            below="The judging network is guessing; the drawing one has the upper hand.",
            between="In balance: the judging network is {percent} % sure of the truth.",
            above="The judging network tells nearly every picture; the drawing one gets little to learn from.",
        ),
        Monitor(
            name="minimax_scale",
            label="Push, minimax",
            help="1 / (1 + exp(-D(G(z)))): what is left of the gradient in the minimax game.",
            is_companion=True,
        ),
        Monitor(
            name="logd_scale",
            label="Push, log D",
            help="1 / (1 + exp(D(G(z)))): what is left of it with the log D trick.",
            is_companion=True,
        ),
        GENERATOR_LOSS,
        DISCRIMINATOR_LOSS,
    )

    def discriminator_loss(self, real_B: Tensor, made_B: Tensor) -> Tensor:
        """-E log D(x) - E log(1 - D(G(z)))."""
        return F.softplus(-real_B).mean() + F.softplus(made_B).mean()

    def generator_loss(self, made_B: Tensor) -> Tensor:
        """E log(1 - D(G(z)))."""
        return -F.softplus(made_B).mean()

    def watched(self, real_B: Tensor, made_B: Tensor) -> Losses:
        return scales(real_B, made_B)


def scales(real_B: Tensor, made_B: Tensor) -> Losses:
    """How sure D is, and how strongly G is pulled: the slope of either loss in the logit l of made pictures.

    d log(1 - D) / dl = -1 / (1 + e^-l)  and  d(-log D) / dl = -1 / (1 + e^l).
    """
    return {
        "told": 0.5 * (torch.sigmoid(real_B).mean() + torch.sigmoid(-made_B).mean()),
        "minimax_scale": torch.sigmoid(made_B).mean(),
        "logd_scale": torch.sigmoid(-made_B).mean(),
    }
