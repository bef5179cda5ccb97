"""Composite functional gradients (Johnson & Zhang 2018, "Composite functional gradient learning of GANs").

G_t(z) = G_{t-1}(z) + η s_t(G_{t-1}(z)) ∇D_t(G_{t-1}(z)): a generator is a first map and the discriminators that were
kept on the way; what it draws walks up their slopes. With D_t near the optimum of the logistic loss, D = log p*/p, and
KL(p* || p_t) falls by η E_p* s |∇D|² to first order (theorem 1).
Shape legend: B batch, N pool, C channels, H height, W width, D latent coordinates, T gradient steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.families.adversarial.game import Net
from engine.families.ask import NO_CONDITIONS, Ask, Conditions, Followed
from engine.families.base import DataShape, Family
from engine.families.functional.settings import CompositeConfig
from engine.families.latent import Latent
from engine.families.layers import connected, strided
from engine.families.layers.classes import Critic, Wishes
from engine.families.layers.slopes import lines, slope, slope_of, step_along
from engine.families.phases import Batch, Losses, Optimiser, OptimiserKind
from engine.protocol.values import Better, Capability, Monitor, Setting

STEPS = "gradient_steps"


C = TypeVar("C", bound=CompositeConfig)


class Composite(Family[C]):
    """What the three algorithms share: the networks, the walk, the discriminators that were kept."""

    capabilities = frozenset({Capability.DECODE})
    differentiable = False
    training_only: ClassVar[tuple[str, ...]] = ("discriminator",)
    begins_alone = False
    monitors: ClassVar[tuple[Monitor, ...]] = (
        Monitor(
            name="discriminator_loss", label="Judging",
            help="What the judging network lowers (the discriminator's logistic loss).",
        ),
        Monitor(
            name="lead", label="Judge's lead", better=Better.LOWER,
            help="How much more real it finds real pictures: at 0 it is fooled (D(x) - D(G(z))).",
        ),
        Monitor(
            name="unlike", label="Copies' error", better=Better.LOWER,
            help="How far off the drawing network is from where pictures walked (error a pixel).",
        ),
    )  # fmt: skip

    kept_steps: Tensor
    """How many of the kept discriminators belong to the present walk."""

    def __init__(self, config: C, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.discriminator = self._make_critic()
        self.kept = nn.ModuleList(self._make_critic() for _ in range(self.walk_length))
        self.register_buffer("kept_steps", torch.zeros((), dtype=torch.int64))

    @property
    def walk_length(self) -> int:
        """How many steps a walk has at most."""
        return self.config.gradient_steps

    def origin(self, z_BD: Tensor) -> Tensor:
        """G_0(z), where the walk begins."""
        raise TypeError(f"{type(self).__name__} says not where walks begin")

    def _make_critic(self) -> nn.Module:
        """Without batch norm: pictures of a batch must not know of each other when each walks by itself."""
        config = self.config
        body: strided.Features | connected.Features
        if config.net is Net.CONVOLUTIONAL:
            body = strided.Features(config.size, config.channels, config.width, norm=False)
        else:
            body = connected.Features(config.channels * config.size**2, config.width)
        return Critic(body, body.count, 0, Wishes.NONE)

    # ------------------------------------------------------------ the walk

    def step_along(self, x_BCHW: Tensor, critic: nn.Module) -> Tensor:
        """The step of pictures up a discriminator's slope."""
        return step_along(x_BCHW, critic, self.config.eta, self.config.scale)

    def walk(self, x_BCHW: Tensor, steps_B: Tensor) -> Iterator[Tensor]:
        """G_0, G_1, … of each picture, as far as each is asked to go."""
        yield x_BCHW
        for t in range(min(int(steps_B.max()), int(self.kept_steps))):
            goes_B = steps_B > t
            x_BCHW = x_BCHW.clone()
            x_BCHW[goes_B] = self.step_along(x_BCHW[goes_B], self.kept[t])
            yield x_BCHW

    def advance(self, pool_NCHW: Tensor, t: int) -> None:
        """The whole pool takes the step of D_{t+1}, in place: it is never drawn anew through all that were kept."""
        for piece_BCHW in torch.split(pool_NCHW, self.config.batch):
            piece_BCHW.copy_(self.step_along(piece_BCHW, self.kept[t]))

    def keep(self, t: int) -> None:
        """Remember the discriminator as D_{t+1}."""
        self.kept[t].load_state_dict(self.discriminator.state_dict())
        self.kept_steps.fill_(t + 1)

    # ------------------------------------------------------------ what it can be asked

    @property
    def latent(self) -> Latent:
        return Latent(coordinates=self.config.latent)

    @property
    def steps_by_default(self) -> int:
        """How far a picture walks that is asked for nothing."""
        return self.walk_length

    @property
    def settings(self) -> tuple[Setting, ...]:
        last = self.walk_length
        words = f"How far each picture walks: 0 is where it begins, {last} the last discriminator that was kept."
        return (
            Setting(
                name=STEPS,
                label="Steps t",
                low=0,
                high=last,
                default=self.steps_by_default,
                step=1,
                help=words,
                walks=True,
            ),
        )

    def sample(self, ask: Ask) -> Iterator[Tensor]:
        """The end of each walk only; with other steps asked for, each G_t can be seen."""
        assert ask.points_BD is not None
        with torch.no_grad():
            begun_BCHW = self.origin(ask.points_BD)
        *_, x_BCHW = self.walk(begun_BCHW, ask.settings[STEPS].round())
        yield x_BCHW.clamp(-1.0, 1.0)

    def follow(self, ask: Ask) -> Iterator[Followed]:
        """G_0, G_1, … with what D_{t+1}, up whose slope the next step goes, thinks of each; the last D judges G_T."""
        assert ask.points_BD is not None
        with torch.no_grad():
            x_BCHW = self.origin(ask.points_BD)
        last = int(self.kept_steps)
        for t in range(last + 1):
            critic = self.kept[max(0, min(t, last - 1))]  # before the first step none has learned anything
            score_B, slope_BCHW = slope_of(x_BCHW, critic)
            yield Followed(x_BCHW.clamp(-1.0, 1.0), score_B, slope_BCHW.flatten(1).norm(dim=1))
            if t < last:
                x_BCHW = self.step_along(x_BCHW, critic)

    def decode(self, z_BD: Tensor, conditions: Conditions = NO_CONDITIONS) -> Tensor:
        with torch.no_grad():
            x_BCHW = self.origin(z_BD)
        steps_B = torch.full((len(z_BD),), float(self.steps_by_default), device=z_BD.device)
        *_, x_BCHW = self.walk(x_BCHW, steps_B)
        return x_BCHW.clamp(-1.0, 1.0)

    # ------------------------------------------------------------ how the discriminator learns

    def optimiser(self) -> Optimiser:
        return Optimiser(kind=OptimiserKind.RMSPROP, rate=self.config.rate, betas=(0.0, 0.95))

    def logistic(self, x_BCHW: Tensor, made_BCHW: Tensor) -> Losses:
        """E ln(1 + e^-D(x)) + E ln(1 + e^D(G(z))), whose minimum is D = ln p*/p (Johnson & Zhang 2018, algorithm 1)."""
        real_B, made_B = self.discriminator(x_BCHW), self.discriminator(made_BCHW)
        loss = F.softplus(-real_B).mean() + F.softplus(made_B).mean()
        return {
            "loss": loss,
            "discriminator_loss": loss.detach(),
            "lead": (real_B.mean() - made_B.mean()).detach(),
        }

    def discriminate(self, batch: Batch) -> Losses:
        """The logistic loss of real pictures and of those that walk, and γ/2 E |∇D(x^)|² between them.

        Without the second D is steep where a few pixels tell the two apart, and pictures walk to specks; with it D is
        smoother and points the same way (Mescheder et al. 2018 hold the D of a GAN so).
        """
        made_BCHW = self.from_pool(self.carried["pool_x"], batch)
        losses = self.logistic(batch.x, made_BCHW)
        batch.shared["lead"] = losses["lead"]
        dear = self.config.penalty * self.config.thinned
        if dear > 0.0 and batch.step % self.config.thinned == 0:
            between = lines(batch.x, made_BCHW, batch.generator)
            losses["loss"] = losses["loss"] + 0.5 * dear * slope(self.discriminator, between).square().mean()
        return losses

    def from_pool(self, pool_NCHW: Tensor, batch: Batch) -> Tensor:
        """As many pictures of the pool as the batch has, by chance."""
        noise = batch.generator
        rows_B = torch.randint(len(pool_NCHW), (len(batch),), generator=noise, device=noise.device)
        return pool_NCHW[rows_B.to(pool_NCHW.device)]
