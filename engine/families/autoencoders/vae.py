"""Variational autoencoder (Kingma & Welling 2014, "Auto-Encoding Variational Bayes").

Shape legend: B batch, C channels, H height, W width, D latent coordinates, F features, K importance samples.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.disk.files import BadConfig
from engine.families.ask import NO_CONDITIONS, Ask, Conditions
from engine.families.autoencoders.vae_config import BoundConfig, VAEConfig
from engine.families.base import AnyFamily, DataShape, Family, Labelled
from engine.families.judges.attributes import Probe
from engine.families.judges.judge import FaceJudge
from engine.families.judges.likeness import Likeness
from engine.families.latent import Latent
from engine.families.layers.blocks import normal_noise
from engine.families.layers.bounds import ACTIVE, ELBO, KL, WEIGHTED
from engine.families.layers.classes import frequencies, joined, told, wished, with_classes
from engine.families.layers.halving import Decoder, Encoder
from engine.families.layers.likelihoods import Pixels
from engine.families.layers.moving import mirrored
from engine.families.layers.planar import PlanarFlow
from engine.families.layers.trunk import disturbed
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.protocol.values import Better, Capability, Condition, Monitor

SILENT = 0.02
"""Nats below which a number tells nothing."""
FEW = 64
"""Numbers whose every part of the KL is told: a bar for each has room in a window."""


class VAE(Family[VAEConfig]):
    """Learns an encoder and a decoder by maximising a lower bound of log p(x), or of log p(x | y) of a class y.

    L   = E_q(z|x)[log p(x | z)] - beta KL(q(z | x) || p(z))      (Kingma & Welling 2014, eq. 3; beta: Higgins 2017)
    L_K = E log 1/K sum_k p(x | z_k) p(z_k) / q(z_k | x)          (Burda et al. 2016, eq. 8), with several tries

    With a planar flow q is no Gaussian but one that was bent: z = f_T(… f_1(z_0)), and
    log q(z | x) = log q_0(z_0 | x) - sum_t log |det ∂f_t/∂z|     (Rezende & Mohamed 2015, eq. 13)
    """

    Config: ClassVar[type[VAEConfig]] = BoundConfig
    name = "vae"
    label = "Variational autoencoder"
    summary = "An encoder and a decoder that raise a bound of the likelihood; smooth, and finds a picture's point."
    when = "Choose it first: it learns in minutes, gives smooth sliders, and finds the place of a picture of your own."
    capabilities = frozenset({Capability.DECODE, Capability.ENCODE, Capability.LIKELIHOOD})
    likelihood_is_bound = True
    gives_law = True
    training_only: ClassVar[tuple[str, ...]] = ("probe",)
    replaceable: ClassVar[tuple[str, ...]] = ("encoder",)
    channels_last = True
    folds = True
    monitors: ClassVar[tuple[Monitor, ...]] = (
        ELBO,
        WEIGHTED,
        Monitor(
            name="reconstruction",
            label="Copies",
            help="How probable it finds a picture, given its numbers (log p(x | z), in nats).",
            better=Better.HIGHER,
        ),
        KL,
        ACTIVE,
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

    often_K: Tensor
    """How often each class comes, of families with classes."""

    def __init__(self, config: VAEConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.bound = config if isinstance(config, BoundConfig) else BoundConfig()
        self.classes = len(shape.classes) if self.bound.classes else 0
        if self.bound.classes:
            if self.classes < 2:
                raise BadConfig("no-classes", "Use of classes needs pictures of at least two; these have none.")
            self.register_buffer("often_K", torch.full((self.classes,), 1.0 / self.classes))
        self.encoder = Encoder(
            config.size,
            config.channels + self.classes,
            config.width,
            config.depth + config.encoder_depth,
            config.latent,
        )
        self.decoder = Decoder(config.size, config.channels, config.width, config.depth, config.latent + self.classes)
        self.pixels = Pixels(config.likelihood, config.sigma)
        self.flow = PlanarFlow(config.latent, self.bound.flow) if self.bound.flow else None
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
        if self.classes:
            self.often_K.copy_(frequencies(data, self.classes))

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=self.config.latent)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return (Condition(name="class", label="Class", choices=self.shape.classes),) if self.classes else ()

    def sample(self, ask: Ask) -> Iterator[Tensor]:
        return super().sample(with_classes(ask, self.often_K) if self.classes else ask)

    def phases(self) -> tuple[Phase, ...]:
        optimiser = Optimiser(rate=self.config.rate, clip_norm=20.0)
        modules = (self.encoder, self.decoder, self.pixels, self.probe, *((self.flow,) if self.flow else ()))
        return (Phase(name="bound", modules=modules, loss=self._loss, optimiser=optimiser),)

    def _loss(self, batch: Batch) -> Losses:
        """-L per pixel coordinate, with one point per picture by eq. 10: z = mean + sigma · noise."""
        x_BCHW = batch.x
        is_turned_B = torch.zeros(len(x_BCHW), dtype=torch.bool, device=x_BCHW.device)
        if self.config.mirror:
            x_BCHW, is_turned_B = mirrored(x_BCHW, batch.generator)
        seen_BCHW = disturbed(x_BCHW, self.config.disturb, batch.generator, shifts=False)
        y_BK = told(batch, self.classes)
        mean_BD, log_var_BD = self.encoder(joined(seen_BCHW, y_BK))
        z_BD, ratio_B = self.tried(mean_BD, log_var_BD, batch.generator)
        raw_BCHW = self.raw(joined(z_BD, y_BK))
        likelihood_B = self.pixels.log_density(x_BCHW, raw_BCHW)
        reconstruction = likelihood_B.mean()
        kl_BD = kl_by_coordinate(mean_BD, log_var_BD)
        kl = kl_BD.sum(1).mean() if self.flow is None else -ratio_B.mean()
        rise = min(1.0, (batch.step + 1) / (self.config.warmup * batch.steps)) if self.config.warmup > 0 else 1.0
        losses = spread(kl_BD.detach().mean(0))
        if self.bound.importance > 1:
            weights_B = [likelihood_B + self.config.beta * rise * ratio_B]
            for _ in range(self.bound.importance - 1):
                z_BD, ratio_B = self.tried(mean_BD, log_var_BD, batch.generator)
                likelihood_B = self.pixels.log_density(x_BCHW, self.raw(joined(z_BD, y_BK)))
                weights_B.append(likelihood_B + self.config.beta * rise * ratio_B)
            bound = (torch.logsumexp(torch.stack(weights_B), 0) - math.log(len(weights_B))).mean()
            losses["weighted_bound"] = bound.detach()
            loss = -bound / x_BCHW[0].numel()
        else:
            paid = free(kl_BD, self.bound.free_bits) if self.bound.free_bits > 0 else kl
            loss = (self.config.beta * rise * paid - reconstruction) / x_BCHW[0].numel()
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

    def tried(self, mean_BD: Tensor, log_var_BD: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """A point of each picture's posterior, and log p(z) - log q(z | x) of it."""
        z_BD = mean_BD + torch.exp(0.5 * log_var_BD) * normal_noise(mean_BD.shape, generator, mean_BD)
        if self.flow is None:
            return z_BD, log_ratio(z_BD, mean_BD, log_var_BD)
        bent_BD, log_det_B = self.flow(z_BD, mean_BD, log_var_BD)
        further_B = 0.5 * (z_BD.square() - bent_BD.square()).sum(1)  # log p(z) - log p(z_0)
        return bent_BD, log_ratio(z_BD, mean_BD, log_var_BD) + further_B + log_det_B

    def raw(self, z_BD: Tensor) -> Tensor:
        """What the law of pixels is told of each point."""
        x_BCHW: Tensor = self.decoder(z_BD)
        return x_BCHW

    @property
    def first_layer(self) -> Tensor:
        return self.decoder.foot.weight[:, : self.config.latent]

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        return self.pixels.picture(self.raw(joined(z_BD, wished(conditions, z_BD, self.classes))))

    def encode(self, x_BCHW: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        mean_BD, log_var_BD = self.encoder(joined(x_BCHW, wished(conditions, x_BCHW, self.classes)))
        z_BD: Tensor = mean_BD if self.flow is None else self.flow(mean_BD, mean_BD, log_var_BD)[0]
        return z_BD

    def draw_code(self, x_BCHW: Tensor, conditions: Conditions, generator: torch.Generator) -> Tensor:
        mean_BD, log_var_BD = self.encoder(joined(x_BCHW, wished(conditions, x_BCHW, self.classes)))
        return self.tried(mean_BD, log_var_BD, generator)[0]

    @property
    def likelihood_terms(self) -> str:
        return f"a bound by {self.config.samples} points a picture, of {self.pixels.mass_of}"

    def log_likelihood(self, x_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        return self.weighted_bound(x_BCHW, generator, self.config.samples)

    def log_given(self, x_BCHW: Tensor, z_BD: Tensor, generator: torch.Generator) -> Tensor:
        y_BK = wished(NO_CONDITIONS, z_BD, self.classes)
        return self.pixels.log_mass(x_BCHW, self.raw(joined(z_BD, y_BK)), generator)

    def drawn_given(self, z_BD: Tensor, generator: torch.Generator) -> Tensor:
        return self.pixels.drawn(self.raw(joined(z_BD, wished(NO_CONDITIONS, z_BD, self.classes))), generator)

    def weighted_bound(self, x_BCHW: Tensor, generator: torch.Generator, samples: int) -> Tensor:
        """A lower bound of log P(x) for 256-level pixels, tighter with more samples (Burda et al. 2016, eq. 8):

        log 1/K sum_k p(x | z_k) p(z_k) / q(z_k | x), z_k from q.
        """
        y_BK = wished(NO_CONDITIONS, x_BCHW, self.classes)
        mean_BD, log_var_BD = self.encoder(joined(x_BCHW, y_BK))
        weights = []
        for _ in range(samples):
            z_BD, ratio_B = self.tried(mean_BD, log_var_BD, generator)
            weights.append(self.pixels.log_mass(x_BCHW, self.raw(joined(z_BD, y_BK)), generator) + ratio_B)
        return torch.logsumexp(torch.stack(weights), 0) - math.log(len(weights))


def kl_to_prior(mean_BD: Tensor, log_var_BD: Tensor) -> Tensor:
    """KL(N(mean, var) || N(0, 1)) per picture, in closed form (Kingma & Welling 2014, appendix B)."""
    return kl_by_coordinate(mean_BD, log_var_BD).sum(1)


def kl_by_coordinate(mean_BD: Tensor, log_var_BD: Tensor) -> Tensor:
    """Each coordinate's part of it: how much that number tells."""
    return 0.5 * (mean_BD.square() + torch.exp(log_var_BD) - 1.0 - log_var_BD)


def log_ratio(z_BD: Tensor, mean_BD: Tensor, log_var_BD: Tensor) -> Tensor:
    """log p(z) - log q(z | x), per picture; the constants of both cancel."""
    noise_BD = (z_BD - mean_BD) * torch.exp(-0.5 * log_var_BD)
    return 0.5 * (noise_BD.square() + log_var_BD - z_BD.square()).sum(1)


def free(kl_BD: Tensor, bits: float) -> Tensor:
    """sum_d max(λ, E KL_d): telling less than λ is no cheaper (Kingma et al. 2016, eq. 15)."""
    return kl_BD.mean(0).clamp_min(bits).sum()


def spread(kl_D: Tensor) -> Losses:
    """How many coordinates tell anything, and where there are few, how much each."""
    each = {f"kl_{place}": value for place, value in enumerate(kl_D.unbind())} if len(kl_D) <= FEW else {}
    return {"active": (kl_D > SILENT).float().sum(), **each}
