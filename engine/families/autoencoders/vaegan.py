"""VAE/GAN (Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric").

A discriminator tells the decoder what pixels cannot: that a blur is no eye. Its game is the relativistic one with
pairs of Jolicoeur-Martineau 2019 and Huang et al. 2024, which gives a decoder that already draws no reason to drift.
Shape legend: B batch, E copies (the first half of the batch), C channels, H height, W width, D latent coordinates,
F features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import torch
from torch import Tensor, nn

from engine.families.adversarial.relativistic import THINNED, discriminator_loss, generator_loss, squared_slope
from engine.families.autoencoders.vae import VAE, kl_to_prior
from engine.families.autoencoders.vaegan_config import Origin, VAEGANConfig
from engine.families.base import DataShape, Labelled
from engine.families.judges.attributes import Probe
from engine.families.layers.blocks import Residual, normal_noise, uniform_noise
from engine.families.layers.halving import Discriminator
from engine.families.layers.likelihoods import Law
from engine.families.layers.moving import mirrored, shift_of, shifted
from engine.families.layers.trunk import disturbed
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.latents.fit import KERNELS, parzen
from engine.protocol.values import Better, Monitor

FITTED = 10_000
"""Pictures whose points are fitted, at most."""


class Points(nn.Module):
    """Draws points of the prior or, once fitted, of where the encoder puts its pictures, as explorers draw them."""

    means: Tensor
    factor: Tensor

    def __init__(self, coordinates: int) -> None:
        super().__init__()
        self.register_buffer("means", torch.zeros(KERNELS, coordinates))
        self.register_buffer("factor", torch.eye(coordinates))

    def fit(self, points_ND: Tensor) -> None:
        """Few points are kernels several times."""
        density = parzen(points_ND)
        self.means.copy_(density.means_KD[torch.arange(KERNELS) % len(density.means_KD)])
        self.factor.copy_(density.factors_KDD[0])

    def draw(self, count: int, randomness: torch.Generator) -> Tensor:
        which_B = (uniform_noise((count,), randomness, self.means) * KERNELS).long()
        noise_BD = normal_noise((count, self.means.shape[1]), randomness, self.means)
        return self.means[which_B] + noise_BD @ self.factor.T


@dataclass(slots=True)
class Sampled:
    """One batch as both networks see it: pictures, copies of the first half, pictures of other points beside the rest.

    The decoder's step goes on from the discriminator's: what was drawn, and what was said of the real pictures.
    """

    x_BCHW: Tensor
    is_turned_E: Tensor
    mean_ED: Tensor
    log_var_ED: Tensor
    z_ED: Tensor
    raw_BCHW: Tensor
    real_B: Tensor
    maps: list[Tensor]
    """The discriminator's maps of the pictures that were copied."""
    shift: tuple[int, int] = (0, 0)


class VAEGAN(VAE):
    """The encoder and decoder of a VAE, and a discriminator that the decoder has to convince.

    L = L_prior + L_pixels + L_llike(Dis_l) + L_GAN        (Larsen et al. 2016, eq. 8; pixels and a reader kept beside)
    """

    Config = VAEGANConfig
    name = "vaegan"
    label = "VAE/GAN"
    summary = "A VAE whose decoder has to convince a discriminator: sharp pictures, and it finds a picture's point."
    when = "Choose it when smooth sliders and your own photos matter, and the plain one is too soft; takes longer."
    training_only = ("probe", "discriminator", "points")
    replaceable = ("encoder", "fine")
    takes = {part: (f"vae.{part}",) for part in ("encoder", "flow", "decoder", "pixels")}
    monitors: ClassVar[tuple[Monitor, ...]] = (
        Monitor(
            name="pixel_error", label="Pixel error", help="How far off a copy's pixel is, of 1.", better=Better.LOWER
        ),
        Monitor(
            name="lead",
            label="Judge's lead",
            help="How much more real the judging network finds real pictures: near 0 it is fooled.",
        ),
        Monitor(
            name="unmatched",
            label="Detail missed",
            help="What the judging network finds missing in copies.",
            better=Better.LOWER,
        ),
        *(each for each in VAE.monitors if each.name in ("unlikeness", "kl", "untold")),
    )

    config: VAEGANConfig

    def __init__(self, config: VAEGANConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        features = max(8, config.width // 2)
        self.fine: nn.Module = nn.Sequential(*[Residual(features) for _ in range(config.detail)])
        self.discriminator: nn.Module = Discriminator(config.size, config.channels, config.d_width)
        self.points: nn.Module = Points(config.latent)

    @property
    def needs_start(self) -> bool:
        return self.config.keep_encoder

    def train(self, mode: bool = True) -> Self:
        """A kept encoder measures nothing anew."""
        super().train(mode)
        if self.config.keep_encoder:
            self.encoder.eval()
        return self

    def prepare(self, data: Labelled) -> None:
        super().prepare(data)
        if self.config.points is Origin.FITTED:
            assert isinstance(self.points, Points)
            was_training = self.training
            self.eval()
            with torch.no_grad():
                pieces = torch.split(data.pictures[:: 1 + (len(data.pictures) - 1) // FITTED], 256)
                self.points.fit(torch.cat([self.encode(u_BCHW.float() / 127.5 - 1.0) for u_BCHW in pieces]))
            self.train(was_training)

    def raw(self, z_BD: Tensor) -> Tensor:
        return self.decoder.paint(self.fine(self.decoder.features(z_BD)))

    def phases(self) -> tuple[Phase, ...]:
        optimiser = Optimiser(rate=self.config.rate, betas=(0.0, 0.99))
        learning: list[nn.Module] = [self.decoder, self.fine, self.pixels]
        if not self.config.keep_encoder:
            learning += [self.encoder, self.probe]
        return (
            Phase(
                name="discriminator",
                modules=(self.discriminator,),
                loss=self._discriminate,
                optimiser=optimiser,
                hands_on=tuple(learning),
            ),
            Phase(name="decoder", modules=tuple(learning), loss=self._teach, optimiser=optimiser),
        )

    def _sampled(self, batch: Batch) -> Sampled:
        """Points of the first half by the encoder (Kingma & Welling 2014, eq. 10), others beside the second half."""
        assert isinstance(self.points, Points)
        x_BCHW = batch.x
        is_turned_B = torch.zeros(len(x_BCHW), dtype=torch.bool, device=x_BCHW.device)
        if self.config.mirror:
            x_BCHW, is_turned_B = mirrored(x_BCHW, batch.generator)
        copies = (len(x_BCHW) + 1) // 2
        with torch.set_grad_enabled(not self.config.keep_encoder):
            seen_ECHW = disturbed(x_BCHW[:copies], self.config.disturb, batch.generator, shifts=False)
            mean_ED, log_var_ED = self.encoder(seen_ECHW)
        z_ED = mean_ED
        if not self.config.keep_encoder:
            z_ED = z_ED + torch.exp(0.5 * log_var_ED) * normal_noise(z_ED.shape, batch.generator, z_ED)
        others_BD = self.points.draw(len(x_BCHW) - copies, batch.generator)
        raw_BCHW = self.raw(torch.cat((z_ED, others_BD)))
        return Sampled(x_BCHW, is_turned_B[:copies], mean_ED, log_var_ED, z_ED, raw_BCHW, x_BCHW.new_zeros(0), [])

    def _discriminate(self, batch: Batch) -> Losses:
        """E softplus(D(x~) - D(x)) + γ/2 (R1 + R2): each picture against its own copy, or one drawn beside it.

        (Huang et al. 2024, eqs. 2 to 4.)
        """
        sampled = self._sampled(batch)
        sampled.shift = shift_of(batch.x, batch.generator)
        both_BCHW = shifted(torch.cat((sampled.x_BCHW, self.pixels.picture(sampled.raw_BCHW).detach())), sampled.shift)
        logits, maps = self.discriminator(both_BCHW)
        real_B, fake_B = logits.chunk(2)
        loss = discriminator_loss(real_B, fake_B)
        copies = len(sampled.mean_ED)
        batch.shared["sampled"] = sampled
        sampled.real_B, sampled.maps = real_B.detach(), [each[:copies].detach() for each in maps]
        losses = {"discriminator_loss": loss.detach(), "lead": (real_B - fake_B).mean().detach()}
        if self.config.penalty > 0:
            loss = loss + self.config.penalty * squared_slope(self._logit, both_BCHW[::THINNED]).mean()
        return {"loss": loss, **losses}

    def _logit(self, x_BCHW: Tensor) -> Tensor:
        logit_B: Tensor = self.discriminator(x_BCHW)[0]
        return logit_B

    def _teach(self, batch: Batch) -> Losses:
        """Pixels, a reader and the discriminator's own maps compare the copies; the adversary looks at all it drew."""
        sampled: Sampled = batch.shared.pop("sampled", None) or self._sampled(batch)
        copies = len(sampled.mean_ED)
        logits, maps = self.discriminator(shifted(self.pixels.picture(sampled.raw_BCHW), sampled.shift))
        if not sampled.maps:
            with torch.no_grad():
                sampled.real_B, own = self.discriminator(sampled.x_BCHW)
            sampled.maps = [each[:copies] for each in own]
        x_ECHW, raw_ECHW = sampled.x_BCHW[:copies], sampled.raw_BCHW[:copies]
        reconstruction = self.pixels.log_density(x_ECHW, raw_ECHW).mean()
        kl = kl_to_prior(sampled.mean_ED, sampled.log_var_ED).mean()
        rise = min(1.0, (batch.step + 1) / (self.config.warmup * batch.steps)) if self.config.warmup > 0 else 1.0
        # In units of the law's spread, so that a pixel's error counts the same however well pixels are known.
        bound = self._spread() * (self.config.beta * rise * kl - reconstruction) / x_ECHW[0].numel()
        adversarial = generator_loss(sampled.real_B, logits)
        unmatched = unlike(sampled.maps, [each[:copies] for each in maps])
        loss = bound + rise * (self.config.adversarial * adversarial + self.config.matching * unmatched)
        losses = {"adversarial": adversarial.detach(), "unmatched": unmatched.detach()}
        if self._likeness is not None:
            distance = self._likeness.distance(x_ECHW, raw_ECHW, batch.generator)
            loss = loss + self.config.likeness * rise * distance
            losses["unlikeness"] = distance.detach()
        if isinstance(self.probe, Probe) and not self.config.keep_encoder:
            untold = self.probe.loss(sampled.z_ED, batch.part(slice(copies)), ~sampled.is_turned_E)
            loss = loss + self.config.supervision * untold
            losses["untold"] = untold.detach()
        return losses | {
            "loss": loss,
            "elbo": (reconstruction - kl).detach(),
            "kl": kl.detach(),
            "pixel_error": (self.pixels.picture(raw_ECHW) - x_ECHW).abs().mean().detach() / 2.0,
        }

    def _spread(self) -> Tensor:
        """What turns -log p of a pixel into an error of about its own size."""
        if self.pixels.law is Law.BERNOULLI:
            return torch.ones(())
        return self.pixels.log_scale.detach().exp()


def unlike(own: list[Tensor], copy: list[Tensor]) -> Tensor:
    """-log N(Dis_l(x) | Dis_l(x~), I) up to a constant (Larsen et al. 2016, eq. 7), over every layer l, each in units
    of its own variance."""
    parts = [(c - o).square().mean() / o.var().clamp_min(1e-6) for o, c in zip(own, copy, strict=True)]
    return torch.stack(parts).mean()
