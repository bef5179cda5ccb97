"""Autoencoders: linear, of one layer of sigmoids, fully connected, convolutional (Hinton & Salakhutdinov 2006).

Shape legend: B batch, C channels, H height, W width, P pixels times colours, D coordinates of a code.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn

from engine.families import schema
from engine.families.ask import NO_CONDITIONS, Conditions
from engine.families.base import DataShape, Family
from engine.families.latent import Latent
from engine.families.layers import strided
from engine.families.layers.blocks import normal_noise, stages, uniform_noise
from engine.families.layers.connected import UNITS
from engine.families.layers.halving import Decoder
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.families.schema import about
from engine.families.settings import LATENT, WIDTH
from engine.protocol.values import Better, Capability, Monitor, Tier


class Net(StrEnum):
    """What encoder and decoder are made of."""

    LINEAR = "linear"
    SIGMOID = "sigmoid"
    CONNECTED = "connected"
    CONVOLUTIONAL = "convolutional"


class Flat(nn.Module):
    """Picture → numbers → code."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), *layers)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        z_BD: Tensor = self.layers(x_BCHW)
        return z_BD


class Square(nn.Module):
    """Code → numbers → picture."""

    def __init__(self, shape: tuple[int, ...], *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers, nn.Unflatten(1, shape))

    def forward(self, z_BD: Tensor) -> Tensor:
        x_BCHW: Tensor = self.layers(z_BD)
        return x_BCHW


class Ink(nn.Module):
    """Sigmoid of the logit of ink, in [-1, 1]: 2 σ(l) - 1 = tanh(l / 2)."""

    def forward(self, l_BP: Tensor) -> Tensor:
        return torch.tanh(0.5 * l_BP)


def networks(net: Net, size: int, channels: int, width: int, latent: int) -> tuple[nn.Module, nn.Module]:
    """(encoder, decoder) of one kind."""
    shape = (channels, size, size)
    pixels, units = math.prod(shape), UNITS * width
    match net:
        case Net.LINEAR:
            return Flat(nn.Linear(pixels, latent)), Square(shape, nn.Linear(latent, pixels))
        case Net.SIGMOID:
            return Flat(nn.Linear(pixels, latent), nn.Sigmoid()), Square(shape, nn.Linear(latent, pixels), Ink())
        case Net.CONNECTED:
            return (
                Flat(nn.Linear(pixels, 2 * units), nn.ReLU(), nn.Linear(2 * units, units), nn.ReLU(),
                     nn.Linear(units, latent)),
                Square(shape, nn.Linear(latent, units), nn.ReLU(), nn.Linear(units, 2 * units), nn.ReLU(),
                       nn.Linear(2 * units, pixels)),
            )  # fmt: skip
        case Net.CONVOLUTIONAL:
            body = strided.Features(size, channels, width, norm=True)
            return nn.Sequential(body, nn.Linear(body.count, latent)), Decoder(size, channels, width, 0, latent)


class AutoencoderConfig(schema.PictureConfig, frozen=True):
    latent: Annotated[
        int,
        LATENT,
    ] = 32
    net: Annotated[
        Net,
        about(
            "Networks",
            "Straight lines find principal components; connected and convolutional ones are deep, and copy better with"
            " as few numbers.",
            names={"linear": "straight lines", "sigmoid": "one layer"},
        ),
    ] = Net.CONVOLUTIONAL
    width: Annotated[
        int,
        WIDTH,
    ] = 32
    l2: Annotated[
        float,
        about(
            "Plainness",
            "What large weights cost: points lie more smoothly, copies get worse.",
            symbol="λ of L2",
            low=0.0,
            high=1.0,
            tier=Tier.EXPERT,
        ),
    ] = 0.0
    noise: Annotated[
        float,
        about(
            "Noise to undo",
            "How noisy the pictures are of which it has to make clean copies.",
            symbol="σ of a denoising autoencoder",
            low=0.0,
            high=2.0,
        ),
    ] = 0.0
    hidden: Annotated[
        float,
        about(
            "Hidden pixels",
            "Share of pixels that it does not see and has to make up.",
            symbol="ν of a denoising autoencoder",
            low=0.0,
            high=0.95,
        ),
    ] = 0.0

    def check(self) -> None:
        super().check()
        if self.net is Net.CONVOLUTIONAL:
            stages(self.size)


class Autoencoder(Family[AutoencoderConfig]):
    """min E |x - g(f(x~))|² + λ |W|²: f makes a code of a picture, g a picture of a code, x~ is x or what noise left.

    Linear f and g span what the first principal components span (Baldi & Hornik 1989). Nothing says how codes are
    spread: one draws from a mixture that is fitted to them after training.
    """

    Config = AutoencoderConfig
    name = "autoencoder"
    label = "Autoencoder"
    summary = "Squeezes pictures into a few numbers and unfolds them; the plainest way to a latent space."
    when = "Choose it for near copies from few numbers, and to see what principal components miss; draws less well."
    capabilities = frozenset({Capability.DECODE, Capability.ENCODE})
    channels_last = True
    folds = True
    monitors: ClassVar[tuple[Monitor, ...]] = (
        Monitor(name="error", label="Error", help="Mean squared error of a copy's pixel.", better=Better.LOWER),
        Monitor(name="pixel_error", label="Pixel error", help="Mean error of a copy's pixel.", better=Better.LOWER),
        Monitor(name="weights", label="Weights", help="|W|², what L2 makes dear."),
    )

    def __init__(self, config: AutoencoderConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.encoder, self.decoder = networks(config.net, config.size, config.channels, config.width, config.latent)
        # Points are codes in their own standard deviations, so that all coordinates have one scale.
        self.spread = nn.BatchNorm1d(config.latent, affine=False, momentum=0.05)

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=self.config.latent, is_followed=False)

    def phases(self) -> tuple[Phase, ...]:
        modules = (self.encoder, self.decoder)
        return (Phase(name="copies", modules=modules, loss=self._loss, optimiser=Optimiser(rate=self.config.rate)),)

    def _loss(self, batch: Batch) -> Losses:
        code_BD = self.encoder(self._spoilt(batch))
        with torch.no_grad():
            self.spread(code_BD)  # takes note of mean and variance
        copy_BCHW = self.decoder(code_BD)
        error = (copy_BCHW - batch.x).square().mean()
        weights = sum((p.square().sum() for p in self.parameters() if p.ndim > 1), torch.zeros_like(error))
        return {
            "loss": error + self.config.l2 * weights,
            "error": error.detach(),
            "pixel_error": (copy_BCHW.detach() - batch.x).abs().mean() / 2.0,
            "weights": weights.detach(),
        }

    def _spoilt(self, batch: Batch) -> Tensor:
        """x~: noise added, pixels blackened (Vincent et al. 2008, section 2.2)."""
        x_BCHW = batch.x
        if self.config.noise > 0.0:
            x_BCHW = x_BCHW + self.config.noise * normal_noise(x_BCHW.shape, batch.generator, x_BCHW)
        if self.config.hidden > 0.0:
            seen_B1HW = uniform_noise((len(x_BCHW), 1, *x_BCHW.shape[2:]), batch.generator, x_BCHW)
            x_BCHW = torch.where(seen_B1HW < self.config.hidden, -1.0, x_BCHW)
        return x_BCHW

    def encode(self, x_BCHW: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        code_BD: Tensor = self.encoder(x_BCHW)
        return (code_BD - self._mean_D) / self._sigma_D

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        x_BCHW: Tensor = self.decoder(self._mean_D + self._sigma_D * z_BD)
        return x_BCHW.clamp(-1.0, 1.0)

    @property
    def _mean_D(self) -> Tensor:
        assert self.spread.running_mean is not None
        return self.spread.running_mean

    @property
    def _sigma_D(self) -> Tensor:
        assert self.spread.running_var is not None
        return (self.spread.running_var + 1e-6).sqrt()
