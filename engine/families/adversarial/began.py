"""Boundary equilibrium GAN (Berthelot, Schumm & Metz 2017).

Shape legend: B batch, C channels, H height, W width, D coordinates of points and of codes, K classes.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.disk.files import BadConfig
from engine.families.adversarial.game import DISCRIMINATOR_LOSS, GENERATOR_LOSS, Game, GameConfig, Net
from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.base import DataShape, Labelled
from engine.families.latent import Latent, Prior
from engine.families.layers.autoencoding import ConnectedDecoder, ConnectedEncoder, Decoder, Encoder
from engine.families.layers.blocks import uniform_noise
from engine.families.layers.classes import Wishes, joined
from engine.families.layers.connected import UNITS
from engine.families.phases import Batch, Losses
from engine.families.schema import about
from engine.protocol.values import Better, Monitor, Tier


class Copier(nn.Module):
    """L(x) = |x - D(x)|, D an autoencoder: how badly a picture is copied (eq. 1), per pixel, (B,).

    A wished class is told to the decoder, beside the code.
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x: Tensor, y_BK: Tensor | None = None) -> Tensor:
        copy: Tensor = self.decoder(joined(self.encoder(x), y_BK))
        return (x - copy).abs().flatten(1).mean(1)


class BEGANConfig(GameConfig, frozen=True):
    width: Annotated[
        int,
        about(
            "Network width",
            "How much each layer can notice: twice as much is about four times the work.",
            symbol="feature maps at every size",
            low=4,
            high=256,
        ),
    ] = 32
    gamma: Annotated[
        float,
        about("Diversity", "Low is neat, high is varied.", symbol="γ",
              above=0.0, high=1.0),
    ] = 0.7  # fmt: skip
    pace: Annotated[
        float,
        about(
            "Pace of balance",
            "How fast a lost balance is answered.",
            symbol="λ of k",
            above=0.0,
            high=1.0,
            tier=Tier.EXPERT,
        ),
    ] = 1e-3

    apart: Annotated[
        float,
        about(
            "Keep apart",
            "What the drawing network pays for pictures that are all alike; 0 is the game as it was published.",
            symbol="weight of the pulling-away term",
            low=0.0,
            high=10.0,
            tier=Tier.EXPERT,
        ),
    ] = 0.0

    def check(self) -> None:
        super().check()
        if self.net is Net.SHORTCUTS:
            raise BadConfig(
                "bad-config", "Networks (net) cannot be shortcuts: both of its networks are autoencoders; "
                "choose connected.", field="net",
            )  # fmt: skip
        if self.classes is Wishes.PROJECTION:
            raise BadConfig(
                "bad-config", "Classes (classes) cannot be projection: an autoencoder has no score to add to; "
                "choose concatenation.", field="classes",
            )  # fmt: skip


class BEGAN(Game[BEGANConfig]):
    """L_D = L(x) - k L(G(z)),  L_G = L(G(z)),  k <- k + λ (γ L(x) - L(G(z))), L the error of an autoencoder's copy.

    It matches the laws of these errors, not of pictures; k keeps E L(G(z)) = γ E L(x) (sections 3.2 to 3.4).
    """

    Config = BEGANConfig
    name = "began"
    label = "Boundary equilibrium GAN"
    summary = (
        "The discriminator copies pictures; a balance keeps both sides in step, and one number says how far it is."
    )
    when = "Choose it for neat, calm faces, and for one number that says how far it is."
    monitors: ClassVar[tuple[Monitor, ...]] = (
        Monitor(
            name="measure",
            label="Distance left",
            help="L(x) + |γ L(x) - L(G(z))|: copies are good and the game is in balance.",
            better=Better.LOWER,
        ),
        Monitor(
            name="k",
            label="Judge's care",
            help="How much the discriminator cares for spoiling copies of drawn pictures.",
        ),
        DISCRIMINATOR_LOSS,
        GENERATOR_LOSS,
    )

    def __init__(self, config: BEGANConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.carried["k"] = torch.zeros(())

    def _make_generator(self) -> nn.Module:
        return self._decoder(self.config.latent + self.classes)

    def _make_discriminator(self) -> nn.Module:
        config = self.config
        if config.net is Net.CONVOLUTIONAL:
            encoder: nn.Module = Encoder(config.size, config.channels, config.width, config.latent)
        else:
            encoder = ConnectedEncoder(config.channels * config.size**2, UNITS * config.width, config.latent)
        return Copier(encoder, self._decoder(config.latent + self.classes))

    def _decoder(self, code: int) -> Decoder | ConnectedDecoder:
        """The generator is another one of the discriminator's decoder (section 3.5)."""
        config = self.config
        if config.net is Net.CONVOLUTIONAL:
            return Decoder(config.size, config.channels, config.width, code)
        return ConnectedDecoder((config.channels, config.size, config.size), UNITS * config.width, code)

    def prepare(self, data: Labelled) -> None:
        """Both start around the mean picture: grey, where they would start else, is copied well and never left."""
        super().prepare(data)
        few = data.pictures[:: max(1, len(data.pictures) // 2000)]
        mean_CHW = few.float().mean(0) / 127.5 - 1.0
        with torch.no_grad():
            for decoder in (self.generator, self.discriminator.get_submodule("decoder")):
                assert isinstance(decoder, Decoder | ConnectedDecoder)
                decoder.start_at(mean_CHW)

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=self.config.latent, prior=Prior.UNIFORM)

    def _points(self, batch: Batch) -> Tensor:
        return 2.0 * uniform_noise((len(batch), self.config.latent), batch.generator, batch.x) - 1.0

    def discriminator_loss(self, real_B: Tensor, made_B: Tensor) -> Tensor:
        return real_B.mean() - self.carried["k"] * made_B.mean()

    def generator_loss(self, made_B: Tensor) -> Tensor:
        return made_B.mean()

    def watched(self, real_B: Tensor, made_B: Tensor) -> Losses:
        """M = L(x) + |γ L(x) - L(G(z))|  (section 3.4.1)."""
        return {"measure": real_B.mean() + self._lead(real_B, made_B).abs(), "k": self.carried["k"].clone()}

    def _lead(self, real_B: Tensor, made_B: Tensor) -> Tensor:
        return self.config.gamma * real_B.mean() - made_B.mean()

    def keeping_apart(self, made_BCHW: Tensor) -> Tensor | None:
        """Mean squared cosine of the codes of two drawn pictures (Zhao et al. 2017, eq. 4)."""
        if self.config.apart == 0.0:
            return None
        code_BD = F.normalize(self.discriminator.get_submodule("encoder")(made_BCHW))
        count = len(code_BD)
        squares = (code_BD @ code_BD.T).square().sum() - count
        return self.config.apart * squares / (count * (count - 1))

    def after_discriminator(self, batch: Batch) -> None:
        """Proportional control of the balance (eq. of section 3.4)."""
        self.carried["k"] = (self.carried["k"] + self.config.pace * self._lead(*batch.shared["scores"])).clamp(0.0, 1.0)

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        return super().decode(z_BD, conditions).clamp(-1.0, 1.0)
