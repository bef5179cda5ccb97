"""PixelVAE (Gulrajani et al. 2017): a variational autoencoder whose decoder draws the last detail pixel by pixel.

Shape legend: B batch, C channels, H height, W width, D latent coordinates, F features, L levels of a pixel.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.ask import NO_CONDITIONS, Ask, Conditions
from engine.families.autoencoders.vae import kl_by_coordinate, log_ratio, spread
from engine.families.autoregressive.masked import Block, MaskedConv
from engine.families.autoregressive.pixel_sampling import Canvas, PixelNet
from engine.families.autoregressive.stepwise import StepwiseConfig, StepwiseFamily
from engine.families.base import DataShape
from engine.families.latent import Latent
from engine.families.layers.blocks import he_init, normal_noise, stages
from engine.families.layers.bounds import ACTIVE, ELBO, KL
from engine.families.layers.halving import Decoder, Encoder, channels_at
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.families.schema import about
from engine.families.settings import BOUND_SAMPLES, LATENT, WARMUP
from engine.protocol.values import Better, Capability, Monitor


class PixelVAEConfig(StepwiseConfig, frozen=True):
    latent: Annotated[int, LATENT] = 32
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
    pixel_width: Annotated[
        int,
        about(
            "Pen's width",
            "How much is noticed of neighbouring pixels while one is drawn.",
            low=4,
            high=256,
            symbol="feature maps of the PixelCNN",
        ),
    ] = 32
    pixel_depth: Annotated[
        int,
        about(
            "Pen's depth",
            "How far the pen looks by itself: the further, the less a picture's numbers decide.",
            low=1,
            high=12,
            symbol="residual blocks of the PixelCNN",
        ),
    ] = 2
    beta: Annotated[
        float,
        about(
            "Tidiness",
            "Above 1, pictures in between look right; below 1, a picture's numbers decide more, and the pen less.",
            low=0,
            high=100,
            symbol="β, weight of the KL term",
        ),
    ] = 1.0
    warmup: Annotated[float, WARMUP] = 0.2
    samples: Annotated[int, BOUND_SAMPLES] = 16

    def check(self) -> None:
        super().check()
        stages(self.size)


class PixelVAE(StepwiseFamily[PixelVAEConfig]):
    """p(x | z) = prod_i p(x_i | x_1 … x_{i-1}, z): z tells what is drawn, a few masked layers how (section 3.1).

    L = E_q(z|x)[log p(x | z)] - beta KL(q(z | x) || p(z)). What the decoder makes of z is added to what the first
    masked convolution sees. Beside the paper, the decoder also paints a sketch, from features whose gradient it leaves
    alone: what a point shows at once, and what the pen then goes over.
    """

    Config = PixelVAEConfig
    name = "pixelvae"
    label = "PixelVAE"
    summary = "A variational autoencoder that draws pixel by pixel: sliders move what is drawn, the pen adds detail."
    when = "Choose it for sliders and crisp detail at once: a sketch follows your hand, and is then drawn out."
    capabilities = frozenset(
        {
            Capability.DECODE,
            Capability.ENCODE,
            Capability.LIKELIHOOD,
            Capability.PROGRESSIVE,
            Capability.COMPLETE,
        }
    )
    likelihood_is_bound = True
    takes: ClassVar[dict[str, tuple[str, ...]]] = {"encoder": ("vae.encoder",)}
    monitors: ClassVar[tuple[Monitor, ...]] = (
        ELBO,
        Monitor(
            name="reconstruction",
            label="Drawing",
            help="How probable it finds a picture, given its numbers (log p(x | z)).",
            better=Better.HIGHER,
        ),
        KL,
        ACTIVE,
        Monitor(
            name="sketch_error",
            label="Sketch",
            help="How far off a pixel of the sketch is, of 1.",
            better=Better.LOWER,
        ),
    )

    def __init__(self, config: PixelVAEConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        colours = config.channels
        features = math.ceil(config.pixel_width / (2 * colours)) * 2 * colours
        self.encoder = Encoder(config.size, colours, config.width, 0, config.latent)
        self.decoder = Decoder(config.size, colours, config.width, 0, config.latent)
        _, ups = stages(config.size)
        self.hints = nn.Conv2d(max(8, channels_at(config.width, ups)[0] // 2), features, 1)
        he_init(self.hints, 1.0)
        self.first = MaskedConv("A", colours, features, 7, colours)
        self.blocks = nn.ModuleList(Block(features, colours) for _ in range(config.pixel_depth))
        self.head = MaskedConv("B", features, features, 1, colours)
        self.logits = MaskedConv("B", features, colours * config.levels, 1, colours)
        nn.init.zeros_(self.logits.weight)

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=self.config.latent)

    @property
    def sample_steps(self) -> int:
        return 1 + super().sample_steps

    def drawn(self, look: int) -> int:
        return super().drawn(look - 1) if look else 0

    # ------------------------------------------------------------ how it learns

    def phases(self) -> tuple[Phase, ...]:
        pen = (self.encoder, self.decoder, self.hints, self.first, self.blocks, self.head, self.logits)
        sketcher = self.decoder.trunk[-1]
        return (
            Phase(
                name="bound", modules=pen, loss=self._loss, optimiser=Optimiser(rate=self.config.rate, clip_norm=20.0)
            ),
            Phase(name="sketch", modules=(sketcher,), loss=self._sketch, optimiser=Optimiser(rate=self.config.rate)),
        )

    def _loss(self, batch: Batch) -> Losses:
        """-L per pixel coordinate, with one point per picture: z = mean + sigma · noise."""
        x_BCHW = self.pictures_of(self.levels_of(batch.x))
        mean_BD, log_var_BD = self.encoder(x_BCHW)
        z_BD = mean_BD + torch.exp(0.5 * log_var_BD) * normal_noise(mean_BD.shape, batch.generator, mean_BD)
        f_BFHW = self.decoder.features(z_BD)
        batch.shared["features"] = f_BFHW.detach()
        reconstruction = -self._nats(x_BCHW, self.hints(f_BFHW)).mean()
        kl_BD = kl_by_coordinate(mean_BD, log_var_BD)
        kl = kl_BD.sum(1).mean()
        rise = min(1.0, (batch.step + 1) / (self.config.warmup * batch.steps)) if self.config.warmup > 0 else 1.0
        return spread(kl_BD.detach().mean(0)) | {
            "loss": (self.config.beta * rise * kl - reconstruction) / x_BCHW[0].numel(),
            "elbo": (reconstruction - kl).detach(),
            "reconstruction": reconstruction.detach(),
            "kl": kl.detach(),
        }

    def _sketch(self, batch: Batch) -> Losses:
        """The mean square of what the sketch misses: its best is the mean picture of a point."""
        x_BCHW = self.pictures_of(self.levels_of(batch.x))
        f_BFHW: Tensor | None = batch.shared.get("features")
        if f_BFHW is None:
            with torch.no_grad():
                f_BFHW = self.decoder.features(self.encoder(x_BCHW)[0])
        missed_BCHW = torch.tanh(self.decoder.paint(f_BFHW)) - x_BCHW
        return {
            "loss": missed_BCHW.square().mean(),
            "sketch_error": missed_BCHW.detach().abs().mean() / 2.0,
        }

    def log_weights(self, x_BCHW: Tensor, hints_BFHW: Tensor) -> Tensor:
        """Logits (B, C, L, H, W) of every pixel given those before it and what the point tells."""
        f_BFHW = self.first(x_BCHW) + hints_BFHW
        for block in self.blocks:
            f_BFHW = block(f_BFHW, None)
        out: Tensor = self.logits(F.relu(self.head(F.relu(f_BFHW))))
        count, _, height, width = out.shape
        return out.view(count, self.config.channels, self.config.levels, height, width)

    def _nats(self, x_BCHW: Tensor, hints_BFHW: Tensor) -> Tensor:
        """-log p(x | z), (B,)."""
        law_BLCHW = self.log_weights(x_BCHW, hints_BFHW).transpose(1, 2)
        return F.cross_entropy(law_BLCHW, self.levels_of(x_BCHW), reduction="none").sum((1, 2, 3))

    # ------------------------------------------------------------ what it can be asked

    def encode(self, x_BCHW: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        mean_BD: Tensor = self.encoder(self.pictures_of(self.levels_of(x_BCHW)))[0]
        return mean_BD

    def draw_code(self, x_BCHW: Tensor, conditions: Conditions, generator: torch.Generator) -> Tensor:
        mean_BD, log_var_BD = self.encoder(self.pictures_of(self.levels_of(x_BCHW)))
        z_BD: Tensor = mean_BD + torch.exp(0.5 * log_var_BD) * normal_noise(mean_BD.shape, generator, mean_BD)
        return z_BD

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        """The sketch of a point, in one go."""
        return torch.tanh(self.decoder(z_BD))

    def sampler(self, ask: Ask) -> Canvas:
        assert ask.points_BD is not None
        net = PixelNet.of(
            self.first,
            [block for block in self.blocks if isinstance(block, Block)],
            self.head,
            self.logits,
            colours=self.config.channels,
            levels=self.config.levels,
            size=self.config.size,
            wishes=None,
            hints=self.hints(self.decoder.features(ask.points_BD)),
        )
        return Canvas(net, len(ask))

    def sample(self, ask: Ask) -> Iterator[Tensor]:
        """The sketch of each point, and then the pen going over it."""
        assert ask.points_BD is not None
        with torch.no_grad():
            sketch_BCHW = self.decode(ask.points_BD)
            if ask.known_BCHW is not None and ask.mask_BHW is not None:
                sketch_BCHW = torch.where(ask.mask_BHW[:, None], ask.known_BCHW, sketch_BCHW)
        yield sketch_BCHW.clone()
        last_BCHW = shown_BCHW = sketch_BCHW
        for look, look_BCHW in enumerate(super().sample(ask), 1):
            if look_BCHW is not last_BCHW:
                drawn = self.drawn(look)
                left = sketch_BCHW.flatten(2)[:, :, drawn:]
                last_BCHW = look_BCHW
                shown_BCHW = torch.cat((look_BCHW.flatten(2)[:, :, :drawn], left), 2).view_as(look_BCHW)
            yield shown_BCHW

    @property
    def likelihood_terms(self) -> str:
        return super().likelihood_terms.replace("a bound", f"a bound by {self.config.samples} points a picture", 1)

    def log_likelihood(self, x_BCHW: Tensor, generator: torch.Generator) -> Tensor:
        """A lower bound of log p(x), tighter with more samples (Burda et al. 2016, eq. 8):

        log 1/K sum_k p(x | z_k) p(z_k) / q(z_k | x), z_k from q.
        """
        x_BCHW = self.pictures_of(self.levels_of(x_BCHW))
        mean_BD, log_var_BD = self.encoder(x_BCHW)
        weights = []
        for _ in range(self.config.samples):
            z_BD = mean_BD + torch.exp(0.5 * log_var_BD) * normal_noise(mean_BD.shape, generator, mean_BD)
            log_mass = -self._nats(x_BCHW, self.hints(self.decoder.features(z_BD)))
            weights.append(log_mass + log_ratio(z_BD, mean_BD, log_var_BD))
        return torch.logsumexp(torch.stack(weights), 0) - math.log(len(weights))
