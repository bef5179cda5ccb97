"""Variational autoencoder (Kingma & Welling 2014, "Auto-Encoding Variational Bayes").

Shape legend: B batch, C channels, H height, W width, D latent coordinates, F features, K importance samples.
"""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.disk.files import BadConfig
from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.autoencoders.vae_config import VAEConfig
from engine.families.base import AnyFamily, DataShape, Family, Labelled, Latent
from engine.families.judges.attributes import Probe
from engine.families.judges.judge import FaceJudge
from engine.families.judges.likeness import Likeness
from engine.families.layers.blocks import Residual, UpConv, he_init, normal_noise, stages, uniform_noise
from engine.families.layers.likelihoods import Pixels
from engine.families.layers.trunk import disturbed
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.protocol.values import Better, Capability, Monitor


def channels_at(width: int, ups: int) -> tuple[int, ...]:
    """Channels from half the picture's side down to the base: doubled at each halving, at most eightfold."""
    return tuple(width * min(8, 1 << stage) for stage in range(ups))


class Encoder(nn.Module):
    """q(z | x): strided convolutions to the mean and log-variance of each coordinate.

    Batch norm made pictures of 64 pixels sharpen in three fifths of the time, on the same core.
    """

    def __init__(self, size: int, channels: int, width: int, depth: int, latent: int) -> None:
        super().__init__()
        base, ups = stages(size)
        layers: list[nn.Module] = []
        before = channels
        for stage, after in enumerate(channels_at(width, ups)):
            layers.append(nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False))
            he_init(layers[-1])
            layers += [nn.BatchNorm2d(after), nn.ReLU()]
            if 0 < stage < ups - 1:
                layers += [Residual(after) for _ in range(depth)]
            before = after
        self.trunk = nn.Sequential(*layers)
        self.head = nn.Linear(before * base * base, 2 * latent)
        he_init(self.head, 1.0)

    def forward(self, x_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        mean_BD, log_var_BD = self.head(self.trunk(x_BCHW).flatten(1)).chunk(2, 1)
        return mean_BD, log_var_BD.clamp(-12.0, 8.0)


class Decoder(nn.Module):
    """p(x | z): a map of the base size, doubled until it is a picture, one more convolution for fine detail."""

    def __init__(self, size: int, channels: int, width: int, depth: int, latent: int) -> None:
        super().__init__()
        self.base, ups = stages(size)
        before, *others = reversed(channels_at(width, ups))
        self.foot = nn.Linear(latent, before * self.base * self.base)
        he_init(self.foot)
        layers: list[nn.Module] = [nn.BatchNorm2d(before), nn.ReLU()]
        for stage, after in enumerate((*others, max(8, width // 2))):
            layers.append(UpConv(before, after, bias=False))
            he_init(layers[-1])
            layers += [nn.BatchNorm2d(after), nn.ReLU()]
            if stage < len(others) - 1:
                layers += [Residual(after) for _ in range(depth)]
            before = after
        layers.append(nn.Conv2d(before, channels, 3, padding=1))
        he_init(layers[-1], 0.5)
        self.trunk = nn.Sequential(*layers)

    def features(self, z_BD: Tensor) -> Tensor:
        """The maps of full size (B, F, H, W) that the last convolution paints."""
        f_BFHW: Tensor = self.foot(z_BD).unflatten(1, (-1, self.base, self.base))
        for layer in list(self.trunk)[:-1]:
            f_BFHW = layer(f_BFHW)
        return f_BFHW

    def paint(self, f_BFHW: Tensor) -> Tensor:
        x_BCHW: Tensor = self.trunk[-1](f_BFHW)
        return x_BCHW

    def forward(self, z_BD: Tensor) -> Tensor:
        return self.paint(self.features(z_BD))


class VAE(Family[VAEConfig]):
    """Learns an encoder and a decoder by maximising a lower bound of log p(x).

    L = E_q(z|x)[log p(x | z)] - beta KL(q(z | x) || p(z))        (Kingma & Welling 2014, eq. 3; beta: Higgins 2017)
    """

    Config = VAEConfig
    name = "vae"
    label = "Variational autoencoder"
    summary = "An encoder and a decoder that raise a bound of the likelihood; smooth, and finds a picture's point."
    when = "Choose it first: it learns in minutes, gives smooth sliders, and finds the place of a picture of your own."
    capabilities = frozenset({Capability.DECODE, Capability.ENCODE, Capability.LIKELIHOOD})
    likelihood_is_bound = True
    training_only: ClassVar[tuple[str, ...]] = ("probe",)
    replaceable: ClassVar[tuple[str, ...]] = ("encoder",)
    channels_last = True
    folds = True
    monitors: ClassVar[tuple[Monitor, ...]] = (
        Monitor(
            name="elbo",
            label="Likelihood",
            help="How probable it finds the pictures, at least (ELBO, a bound of log p(x)).",
            better=Better.HIGHER,
        ),
        Monitor(
            name="reconstruction",
            label="Copies",
            help="How probable it finds a picture, given its numbers (log p(x | z)).",
            better=Better.HIGHER,
        ),
        Monitor(name="kl", label="Detail kept", help="How much a picture's numbers tell about it (KL, in nats)."),
        Monitor(
            name="pixel_error", label="Pixel error", help="How far off a copy's pixel is, of 1.", better=Better.LOWER
        ),
        Monitor(
            name="unlikeness",
            label="Likeness missed",
            help="What a network that reads faces finds missing in copies.",
            better=Better.LOWER,
        ),
        Monitor(
            name="untold",
            label="Labels missed",
            help="What a picture's numbers do not tell of its labels.",
            better=Better.LOWER,
        ),
    )

    def __init__(self, config: VAEConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.encoder = Encoder(
            config.size, config.channels, config.width, config.depth + config.encoder_depth, config.latent
        )
        self.decoder = Decoder(config.size, config.channels, config.width, config.depth, config.latent)
        self.pixels = Pixels(config.likelihood, config.sigma)
        self.probe: nn.Module = nn.Identity()
        if config.supervision > 0:
            if not shape.attributes:
                raise BadConfig(
                    "no-attributes",
                    "Use of labels (supervision) needs labelled attributes, and these pictures have none.",
                    field="supervision",
                )
            self.probe = Probe(config.latent, shape)
        self._likeness: Likeness | None = None

    @property
    def wants_reader(self) -> bool:
        return self.config.likeness > 0

    def lend(self, reader: AnyFamily) -> None:
        assert isinstance(reader, FaceJudge)
        self._likeness = Likeness(reader)

    def prepare(self, data: Labelled) -> None:
        if isinstance(self.probe, Probe):
            self.probe.prepare(data)

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=self.config.latent)

    def phases(self) -> tuple[Phase, ...]:
        optimiser = Optimiser(rate=self.config.rate, clip_norm=20.0)
        modules = (self.encoder, self.decoder, self.pixels, self.probe)
        return (Phase(name="bound", modules=modules, loss=self._loss, optimiser=optimiser),)

    def _loss(self, batch: Batch) -> Losses:
        """-L per pixel coordinate, with one point per picture by eq. 10: z = mean + sigma · noise."""
        x_BCHW = batch.x
        is_turned_B = torch.zeros(len(x_BCHW), dtype=torch.bool, device=x_BCHW.device)
        if self.config.mirror:
            x_BCHW, is_turned_B = mirrored(x_BCHW, batch.generator)
        seen_BCHW = disturbed(x_BCHW, self.config.disturb, batch.generator, shifts=False)
        mean_BD, log_var_BD = self.encoder(seen_BCHW)
        z_BD = mean_BD + torch.exp(0.5 * log_var_BD) * normal_noise(mean_BD.shape, batch.generator, mean_BD)
        raw_BCHW = self.raw(z_BD)
        reconstruction = self.pixels.log_density(x_BCHW, raw_BCHW).mean()
        kl = kl_to_prior(mean_BD, log_var_BD).mean()
        rise = min(1.0, (batch.step + 1) / (self.config.warmup * batch.steps)) if self.config.warmup > 0 else 1.0
        loss = (self.config.beta * rise * kl - reconstruction) / x_BCHW[0].numel()
        losses = {}
        if self._likeness is not None:
            # Half of the pictures: the reader costs as much as the model. It rises with beta, since what a reader
            # says of a blur of the first steps only shakes the pixels.
            half = (len(x_BCHW) + 1) // 2
            distance = self._likeness.distance(x_BCHW[:half], raw_BCHW[:half], batch.generator)
            loss = loss + self.config.likeness * rise * distance
            losses["unlikeness"] = distance.detach()
        if isinstance(self.probe, Probe):
            untold = self.probe.loss(z_BD, batch, ~is_turned_B)
            loss = loss + self.config.supervision * untold
            losses["untold"] = untold.detach()
        return losses | {
            "loss": loss,
            "elbo": (reconstruction - kl).detach(),
            "reconstruction": reconstruction.detach(),
            "kl": kl.detach(),
            "pixel_error": (self.pixels.picture(raw_BCHW) - x_BCHW).abs().mean().detach() / 2.0,
        }

    def raw(self, z_BD: Tensor) -> Tensor:
        """What the law of pixels is told of each point."""
        x_BCHW: Tensor = self.decoder(z_BD)
        return x_BCHW

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        return self.pixels.picture(self.raw(z_BD))

    def encode(self, x_BCHW: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        mean_BD: Tensor = self.encoder(x_BCHW)[0]
        return mean_BD

    def log_likelihood(self, x_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        """A lower bound of log P(x) for 256-level pixels, tighter with more samples (Burda et al. 2016, eq. 8):

        log 1/K sum_k p(x | z_k) p(z_k) / q(z_k | x), z_k from q.
        """
        mean_BD, log_var_BD = self.encoder(x_BCHW)
        weights = []
        for _ in range(self.config.samples):
            noise_BD = normal_noise(mean_BD.shape, generator, mean_BD)
            z_BD = mean_BD + torch.exp(0.5 * log_var_BD) * noise_BD
            log_prior = -0.5 * z_BD.square().sum(1)
            log_posterior = -0.5 * (noise_BD.square() + log_var_BD).sum(1)
            log_mass = self.pixels.log_mass(x_BCHW, self.raw(z_BD), generator)
            weights.append(log_mass + log_prior - log_posterior)
        return torch.logsumexp(torch.stack(weights), 0) - math.log(len(weights))


def mirrored(x_BCHW: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """About half of the pictures with left and right exchanged, and which (B,)."""
    is_turned_B = uniform_noise((len(x_BCHW),), generator, x_BCHW) < 0.5
    return torch.where(is_turned_B[:, None, None, None], x_BCHW.flip(3), x_BCHW), is_turned_B


def kl_to_prior(mean_BD: Tensor, log_var_BD: Tensor) -> Tensor:
    """KL(N(mean, var) || N(0, 1)) per picture, in closed form (Kingma & Welling 2014, appendix B)."""
    return 0.5 * (mean_BD.square() + torch.exp(log_var_BD) - 1.0 - log_var_BD).sum(1)
