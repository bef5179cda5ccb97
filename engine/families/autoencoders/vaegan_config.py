"""Settings of the VAE/GAN beside those of its VAE."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from engine.families.autoencoders.vae_config import VAEConfig
from engine.families.schema import about
from engine.protocol.values import Tier


class Origin(StrEnum):
    """Where the points come from that the decoder has to draw besides its copies."""

    PRIOR = "prior"
    FITTED = "fitted"


class VAEGANConfig(VAEConfig, frozen=True):
    detail: Annotated[
        int,
        about(
            "Fine detail",
            "Further layers at the picture's full size, for clean edges.",
            low=0,
            high=4,
            symbol="residual blocks",
        ),
    ] = 1
    adversarial: Annotated[
        float,
        about(
            "Sharpness",
            "How much it counts that a judging network takes its pictures for real ones; 0 is a plain VAE.",
            low=0,
            high=10,
            symbol="weight of the discriminator",
        ),
    ] = 0.1
    matching: Annotated[
        float,
        about(
            "Judge's likeness",
            "How much it counts that a copy looks like its picture to the judging network.",
            symbol="weight of the discriminator's features",
            low=0,
            high=10,
            tier=Tier.EXPERT,
        ),
    ] = 0.05
    penalty: Annotated[
        float,
        about(
            "Calm judge",
            "Keeps the judging network (the discriminator) from changing its mind too sharply.",
            low=0,
            high=100,
            tier=Tier.EXPERT,
            symbol="γ of R1",
        ),
    ] = 0.5
    d_width: Annotated[
        int,
        about(
            "Judge's width",
            "How much each layer of the judging network can notice.",
            symbol="feature maps of D at half the side",
            low=4,
            high=256,
            tier=Tier.EXPERT,
        ),
    ] = 32
    points: Annotated[
        Origin,
        about(
            "Practise on",
            "What it draws besides copies: any place, or such places as pictures are found at by a finished encoder.",
            symbol="p(z)",
            names={"prior": "any place", "fitted": "near pictures"},
            tier=Tier.EXPERT,
        ),
    ] = Origin.PRIOR
    keep_encoder: Annotated[
        bool,
        about(
            "Keep the eye",
            "Only drawing is learned, reading stays as it is; for a run that begins with a model.",
            tier=Tier.EXPERT,
        ),
    ] = False
