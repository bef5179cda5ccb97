"""Settings of R3GAN."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from engine.disk.files import BadConfig
from engine.families import schema
from engine.families.layers.blocks import stages
from engine.families.schema import about
from engine.families.settings import AUGMENT, JUDGES_RATE, LATENT, Augment
from engine.protocol.values import Tier


class Net(StrEnum):
    """Which networks play."""

    RESIDUAL = "residual"
    HALVING = "halving"


class R3GANConfig(schema.PictureConfig, frozen=True):
    latent: Annotated[
        int,
        LATENT,
    ] = 64
    width: Annotated[
        int,
        about(
            "Network width",
            "How much each layer can notice: twice as much is about four times the work.",
            low=4,
            high=128,
            symbol="feature maps at full side",
        ),
    ] = 16
    depth: Annotated[
        int,
        about(
            "Network depth",
            "Further layers at each size: they see more, and take longer.",
            symbol="residual blocks",
            low=0,
            high=4,
            tier=Tier.EXPERT,
        ),
    ] = 1
    net: Annotated[
        Net,
        about(
            "Networks",
            "The paper's, which begin with noise; or a VAE's, which may begin with what such a model has learned.",
            symbol="G and D",
            names={"residual": "the paper's", "halving": "a VAE's"},
            tier=Tier.EXPERT,
        ),
    ] = Net.RESIDUAL
    detail: Annotated[
        int,
        about(
            "Fine detail",
            "Further layers at the picture's full size, of a VAE's network.",
            symbol="residual blocks",
            low=0,
            high=4,
            tier=Tier.EXPERT,
        ),
    ] = 1
    d_width: Annotated[
        int,
        about(
            "Judge's width",
            "How much each layer of the judging network can notice; 0: as much as the drawing one.",
            symbol="feature maps of D",
            low=0,
            high=256,
            tier=Tier.EXPERT,
        ),
    ] = 0
    d_rate: Annotated[
        float,
        JUDGES_RATE,
    ] = 0.0
    penalty: Annotated[
        float,
        about(
            "Calm judge",
            "Keeps the judging network (the discriminator) from changing its mind too sharply.",
            symbol="γ of R1 and R2",
            low=0,
            high=1000,
        ),
    ] = 1.0
    augment: Annotated[Augment, AUGMENT] = Augment.FEW
    mirror: Annotated[
        bool, about("Mirror too", "Learns from each picture's mirror image as well; not for letters.", tier=Tier.EXPERT)
    ] = False

    def check(self) -> None:
        super().check()
        stages(self.size)
        if self.net is Net.RESIDUAL and self.depth < 1:
            raise BadConfig("bad-config", "The paper's networks have a depth of at least 1.", field="depth")
