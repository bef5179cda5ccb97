"""xICFG: incremental composite functional gradients with an approximator (Johnson & Zhang 2018, algorithm 3).

Shape legend: B batch, N pool, C channels, H height, W width, D latent coordinates.
"""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor, nn

from engine.datasets.batches import batch_indices
from engine.families.adversarial.game import GENERATORS
from engine.families.base import DataShape
from engine.families.functional.composite import Composite
from engine.families.functional.settings import CompositeConfig
from engine.families.layers.slopes import clipped, linear_start, twin
from engine.families.phases import Batch, Losses, Phase, Stage
from engine.families.schema import about
from engine.machine.seeds import mix
from engine.protocol.values import Tier

START, WALK, APPROXIMATION = "start", "gradient steps", "approximation"
LEAD_LIMIT, FIRST_WALKS = 40.0, 10
"""D(x) - D(G(z)), the mean of a walk, above which a run is over; what the first walks find says nothing yet."""
LOST = (
    "The judging network is sure of every picture, and pictures no longer follow it. "
    "Try a shorter step length, or a calmer judge."
)
CUTS, CUT = 3, 0.1
"""An epoch that ends worse than the one before lowers the approximator's rate so; after so many times it ends."""


class XICFGConfig(CompositeConfig, frozen=True):
    epochs: Annotated[
        int,
        about(
            "Repetitions",
            "How often the drawing network looks at where each picture walked.",
            symbol="epochs of the approximator",
            low=1,
            high=100,
            tier=Tier.EXPERT,
        ),
    ] = 10


class XICFG(Composite[XICFGConfig]):
    """Pictures of a pool walk T steps, each up the slope of the discriminator as it is then; then a network learns to
    draw at once where they arrived, and the next walk begins there.

    G~ ← argmin ½ E |G~(z) - G_T(z)|², with an optimiser that begins anew each time. An approximation whose error rises
    from epoch to epoch slows down and then ends; the run ends when D leads by far, and pictures have lost their way.
    """

    Config = XICFGConfig
    name = "xicfg"
    label = "xICFG"
    summary = "Pictures walk up the discriminator's slope, and a generator learns where they arrive; no game is played."
    when = "Choose it for varied, small pictures without a contest that can fail, and to watch how each one came about."
    training_only = ("discriminator", "generator")
    channels_last = False

    def __init__(self, config: XICFGConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.generator = self._make_generator()
        self.first = twin(self.generator)
        """G_0 of the present walk: the approximator as it was when the walk began."""
        pictures = (config.channels, config.size, config.size)
        self.carried = {
            "pool_z": torch.zeros(config.pool, config.latent),
            "pool_x": torch.zeros(config.pool, *pictures),
        }

    def _make_generator(self) -> nn.Module:
        config = self.config
        return GENERATORS[config.net](config.size, config.channels, config.width, config.latent)

    def origin(self, z_BD: Tensor) -> Tensor:
        x_BCHW: Tensor = self.first(z_BD)
        return x_BCHW

    @property
    def steps_by_default(self) -> int:
        """The approximator alone: at once, and nearly as good."""
        return 0

    # ------------------------------------------------------------ stages

    @property
    def _fit_steps(self) -> int:
        """Steps in which the approximator sees the pool `epochs` times."""
        config = self.config
        return config.epochs * (config.pool // min(config.batch, config.pool))

    def stage(self, step: int) -> Stage:
        """The start is fitted to a random linear map; then walks of T·U steps and approximations take turns.

        Steps that an approximation which ended early has left out are carried: later stages begin so much sooner.
        """
        if self._number("lost"):
            return Stage(name=WALK, began=step, over=LOST)
        saved = int(self._number("saved"))
        step += saved
        fit, walk = self._fit_steps, self.config.gradient_steps * self.config.updates
        if step < fit:
            return Stage(name=START, phases=("approximator",), fresh=frozenset({"approximator"}))
        turn, place = divmod(step - fit, walk + fit)
        began = fit + turn * (walk + fit) - saved
        if place < walk:
            return Stage(name=WALK, began=began, phases=("discriminator",))
        return Stage(
            name=APPROXIMATION, began=began + walk, phases=("approximator",), fresh=frozenset({"approximator"})
        )

    def begin(self, stage: Stage, generator: torch.Generator) -> None:
        """A walk begins with new points, where the approximator draws them; the start, with a clipped linear map."""
        for name in ("lead", "error", "before", "rises"):
            self._carry(name).zero_()
        if stage.name == APPROXIMATION:
            return
        z_ND = self.carried["pool_z"]
        z_ND.copy_(torch.randn(z_ND.shape, generator=generator, device=generator.device))
        if stage.name == START:
            weight_DCHW = linear_start(self.config.latent, self.carried["pool_x"].shape[1:], generator)
            self.carried["pool_x"].copy_(clipped(z_ND, weight_DCHW))
            return
        self.first.load_state_dict(self.generator.state_dict())
        self.first.eval()
        self.kept_steps.zero_()
        pieces = [self.first(z_BD) for z_BD in torch.split(z_ND, self.config.batch)]
        self.carried["pool_x"].copy_(torch.cat(pieces))

    # ------------------------------------------------------------ both phases

    def phases(self) -> tuple[Phase, ...]:
        return (
            Phase(
                name="discriminator",
                modules=(self.discriminator,),
                loss=self.discriminate,
                optimiser=self.optimiser(),
                after_step=self._walk_on,
            ),
            Phase(
                name="approximator",
                modules=(self.generator,),
                loss=self._approximate,
                optimiser=self.optimiser(),
                needs_data=False,
                pace=lambda: CUT ** min(CUTS, int(self._number("rises"))),
                after_step=self._looked,
            ),
        )

    def _walk_on(self, batch: Batch) -> None:
        """After U updates the discriminator is kept, and the pool takes its step."""
        place = batch.step - batch.stage.began + 1
        self._carry("lead").add_(batch.shared["lead"] / (self.config.gradient_steps * self.config.updates))
        if place % self.config.updates:
            return
        t = place // self.config.updates - 1
        self.keep(t)
        self.advance(self.carried["pool_x"], t)
        if t + 1 == self.walk_length:
            walks = self._carry("walks").add_(1)
            self._carry("lost").copy_((walks > FIRST_WALKS) & (self.carried["lead"] > LEAD_LIMIT))

    def _looked(self, batch: Batch) -> None:
        """After each epoch of an approximation: slower where the last one made it worse, and over after a few times."""
        epoch = self._fit_steps // self.config.epochs
        place = batch.step - batch.stage.began + 1
        error, before = self._carry("error").add_(batch.shared["error"]), self._carry("before")
        if place % epoch:
            return
        is_worse = place > epoch and bool(error > before)
        if is_worse and int(self._carry("rises").add_(1)) > CUTS:
            self._carry("saved").add_(self._fit_steps - place)
        before.copy_(error)
        error.zero_()

    def _carry(self, name: str) -> Tensor:
        """A number that is carried from the first time it is asked for: runs begun before there was one go on."""
        return self.carried.setdefault(name, torch.zeros((), device=self.carried["pool_x"].device))

    def _number(self, name: str) -> float:
        return float(self.carried[name]) if name in self.carried else 0.0

    def _approximate(self, batch: Batch) -> Losses:
        """½ |G~(z) - G_T(z)|² of a picture, over the pool in an order of its own each time."""
        config, place = self.config, batch.step - batch.stage.began
        count = min(config.batch, config.pool)
        rows_B = batch_indices(config.pool, count, seed=mix(config.seed, batch.stage.began), step=place)
        z_BD, target_BCHW = self.carried["pool_z"][rows_B], self.carried["pool_x"][rows_B]
        error_BCHW: Tensor = (self.generator(z_BD) - target_BCHW).square()
        loss = 0.5 * error_BCHW.flatten(1).sum(1).mean()
        batch.shared["error"] = loss.detach()
        return {"loss": loss, "unlike": error_BCHW.mean().sqrt().detach()}
