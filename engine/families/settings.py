"""Settings that several families share, in the same words everywhere."""

from __future__ import annotations

from enum import StrEnum

from engine.families.schema import about
from engine.protocol.values import Tier

LATENT = about(
    "Numbers per picture",
    "How many numbers describe a picture: more keep more detail, fewer give clearer sliders.",
    low=1,
    high=4096,
    symbol="dim z",
)
WIDTH = about(
    "Network width",
    "How much each layer can notice: twice as much is about four times the work.",
    low=4,
    high=256,
    symbol="feature maps at half the side; 16 units of a connected layer for each",
)
MOMENTUM = about(
    "Momentum", "How long it keeps going the way it went.", low=0, high=0.999, tier=Tier.EXPERT, symbol="β₁ of Adam"
)
JUDGES_RATE = about(
    "Judge's rate",
    "Learning rate of the judging network (the discriminator); 0 takes that of the drawing one.",
    low=0,
    high=1,
    tier=Tier.EXPERT,
    symbol="α of D",
)
WARMUP = about(
    "Tidy late",
    "Share of the run in which tidiness grows from nothing: first it learns to copy.",
    symbol="KL warm-up",
    low=0,
    high=1,
    tier=Tier.EXPERT,
)
FEW_PICTURES = 20_000
"""Learning from fewer, a discriminator knows them by heart before the generator is done: `bench augmentation`."""


class Augment(StrEnum):
    """When the discriminator sees pictures only shifted and shaded."""

    FEW = "few"
    ALWAYS = "always"
    NEVER = "never"


AUGMENT = about(
    "Stretch pictures",
    "Shifts and shades what the judging network sees, so that few pictures go further; many need it not.",
    symbol="DiffAugment",
    names={Augment.FEW: "by itself", Augment.ALWAYS: "on", Augment.NEVER: "off"},
    few=FEW_PICTURES,
)


def augments(wish: Augment, pictures: int) -> bool:
    """Whether a discriminator that learns from so many pictures sees them stretched."""
    return wish is Augment.ALWAYS or (wish is Augment.FEW and pictures < FEW_PICTURES)


BOUND_SAMPLES = about(
    "Exact score",
    "How often each picture is tried for the likelihood that is reported: more is exact, and slow.",
    symbol="K of the IWAE bound",
    low=1,
    high=512,
    tier=Tier.EXPERT,
)
