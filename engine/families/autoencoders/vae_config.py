"""Settings of the variational autoencoder."""

from __future__ import annotations

from typing import Annotated

from engine.disk.files import BadConfig
from engine.families import schema
from engine.families.layers.blocks import stages
from engine.families.layers.likelihoods import Law
from engine.families.schema import about
from engine.families.settings import BOUND_SAMPLES, LATENT, WARMUP
from engine.protocol.values import Tier


class VAEConfig(schema.PictureConfig, frozen=True):
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
            high=256,
            symbol="feature maps at half the side",
        ),
    ] = 32
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
    ] = 0
    encoder_depth: Annotated[
        int,
        about(
            "Deeper eye",
            "Further layers that read a picture: copies come closer, and drawing stays as fast.",
            symbol="residual blocks of the encoder",
            low=0,
            high=4,
            tier=Tier.EXPERT,
        ),
    ] = 0
    beta: Annotated[
        float,
        about(
            "Tidiness",
            "Above 1, faces in between look right; below 1, copies are sharper.",
            low=0,
            high=100,
            symbol="β, weight of the KL term",
        ),
    ] = 1.0
    warmup: Annotated[float, WARMUP] = 0.1
    likelihood: Annotated[
        Law,
        about(
            "Pixels",
            "How copies are compared: soft forgives small errors, tolerant a few large ones; the last is for letters.",
            symbol="p(x | z)",
            names={
                "gaussian": "soft",
                "laplace": "tolerant",
                "bernoulli": "black or white",
                "logistic": "by its 256 levels",
            },
        ),
    ] = Law.GAUSSIAN
    sigma: Annotated[
        float,
        about(
            "Pixel tolerance",
            "How far off a pixel may be; 0 lets it find out.",
            symbol="σ of p(x | z)",
            low=0,
            high=2,
            tier=Tier.EXPERT,
        ),
    ] = 0.0
    likeness: Annotated[
        float,
        about(
            "Likeness",
            "How much it counts that a copy looks right to a network that reads faces; 0 compares pixels alone.",
            symbol="weight of the perceptual loss",
            low=0,
            high=100,
            tier=Tier.EXPERT,
        ),
    ] = 0.0
    supervision: Annotated[
        float,
        about(
            "Use of labels",
            "How much it counts that labels (smile, glasses) can be read from a picture's numbers; 0 uses none.",
            symbol="weight of a linear probe",
            low=0,
            high=100,
            tier=Tier.EXPERT,
        ),
    ] = 0.0
    disturb: Annotated[
        float,
        about(
            "Rough pictures",
            "Practises on blurred, shaded and noisy pictures, so that it does not learn yours by heart.",
            symbol="corruption before the encoder",
            low=0,
            high=1,
            tier=Tier.EXPERT,
        ),
    ] = 0.0
    mirror: Annotated[
        bool,
        about("Mirror too", "Learns from each picture's mirror image as well; not for letters.", tier=Tier.EXPERT),
    ] = False
    samples: Annotated[int, BOUND_SAMPLES] = 16

    def check(self) -> None:
        super().check()
        stages(self.size)
        if self.likelihood is Law.BERNOULLI and self.channels != 1:
            raise BadConfig(
                "bad-config",
                "Pixels (likelihood) can be black or white (bernoulli) only for grey (channels 1).",
                field="likelihood",
            )
        if self.likeness > 0 and self.channels != 3:
            raise BadConfig(
                "bad-config", "Likeness (likeness) needs pictures in colour (channels 3).", field="likeness"
            )


class BoundConfig(VAEConfig, frozen=True):
    """Settings of the bound itself, which only a plain VAE raises."""

    importance: Annotated[
        int,
        about(
            "Tries per picture",
            "How many points each picture may try in a step; the better ones count more. Each costs a drawing.",
            symbol="K of IWAE",
            low=1,
            high=64,
            tier=Tier.EXPERT,
        ),
    ] = 1
    free_bits: Annotated[
        float,
        about(
            "Free detail",
            "What each number may tell before tidiness counts, so that none falls silent.",
            symbol="λ of free bits, in nats",
            low=0.0,
            high=8.0,
            tier=Tier.EXPERT,
        ),
    ] = 0.0
    flow: Annotated[
        int,
        about(
            "Bends",
            "How often the cloud of points that a picture may come from is bent; 0 leaves it round.",
            symbol="steps of a planar flow of q(z | x)",
            low=0,
            high=64,
            tier=Tier.EXPERT,
        ),
    ] = 0
    classes: Annotated[
        bool,
        about("Use of classes", "Learns to draw a wished class, where the pictures have some.", symbol="p(x | z, y)"),
    ] = False

    def check(self) -> None:
        super().check()
        if self.importance > 1 and self.free_bits > 0:
            raise BadConfig(
                "bad-config",
                "Free detail (free_bits) is of the KL term, which several tries (importance) have not.",
                field="free_bits",
            )
        if self.flow > 0 and self.free_bits > 0:
            raise BadConfig(
                "bad-config",
                "Free detail (free_bits) is of each number's KL, which a bent cloud (flow) has not.",
                field="free_bits",
            )
        if self.importance > 1 and (self.likeness > 0 or self.supervision > 0):
            raise BadConfig(
                "bad-config",
                "Several tries (importance) go with neither likeness nor use of labels.",
                field="importance",
            )
