"""Settings that the three algorithms of composite functional gradients share."""

from __future__ import annotations

from typing import Annotated

from engine.families import schema
from engine.families.adversarial.game import NETWORKS, Net
from engine.families.layers.blocks import stages
from engine.families.layers.slopes import Scale
from engine.families.schema import RATE, about
from engine.families.settings import LATENT, WIDTH
from engine.protocol.values import Tier

WALK_STEPS = about(
    "Steps of a walk",
    "How many steps each picture walks from noise; every step has a judging network of its own.",
    low=1,
    high=200,
    symbol="T",
)


class CompositeConfig(schema.PictureConfig, frozen=True):
    latent: Annotated[
        int,
        LATENT,
    ] = 100
    net: Annotated[Net, NETWORKS] = Net.CONVOLUTIONAL
    width: Annotated[
        int,
        WIDTH,
    ] = 16  # fmt: skip
    gradient_steps: Annotated[
        int,
        WALK_STEPS,
    ] = 10
    eta: Annotated[
        float,
        about(
            "Step length",
            "How far a picture walks toward what the judging network finds more real.",
            above=0,
            high=100,
            symbol="η",
        ),
    ] = 1.0
    updates: Annotated[
        int,
        about(
            "Judge's steps",
            "How often the judging network learns before pictures walk on.",
            symbol="U",
            low=1,
            high=10_000,
            tier=Tier.EXPERT,
        ),
    ] = 1
    pool: Annotated[
        int,
        about(
            "Walkers", "How many pictures walk together.", symbol="N, the pool", low=32, high=100_000, tier=Tier.EXPERT
        ),
    ] = 640
    scale: Annotated[
        Scale,
        about(
            "Stride",
            "Whether all steps are alike, or scaled as in one of the two games of a GAN.",
            tier=Tier.EXPERT,
            symbol="s(x)",
            names={"one": "all alike", "minimax": "as in minimax", "logd": "as with log D"},
        ),
    ] = Scale.ONE
    penalty: Annotated[
        float,
        about(
            "Calm judge",
            "How dearly the judging network pays for steep slopes: pictures then change as a whole, not in specks.",
            low=0.0,
            high=1000.0,
            tier=Tier.EXPERT,
            symbol="γ",
        ),
    ] = 0.0
    thinned: Annotated[
        int,
        about(
            "Calm, seldom",
            "Pays for that at one step in so many, and so much more then: quicker.",
            low=1,
            high=16,
            tier=Tier.EXPERT,
            symbol="lazy penalty",
        ),
    ] = 1
    rate: Annotated[
        float,
        RATE,
    ] = 2.5e-4
    ema: Annotated[
        float,
        about("Calm", "Judging networks that were kept are those that were followed: 0 blends none.",
              symbol="decay of the moving average of weights",
              low=0.0, high=0.99999, tier=Tier.EXPERT),
    ] = 0.0  # fmt: skip

    def check(self) -> None:
        super().check()
        if self.net is Net.CONVOLUTIONAL:
            stages(self.size)
