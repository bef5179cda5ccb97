"""CFG: composite functional gradients (Johnson & Zhang 2018, algorithm 1)."""

from __future__ import annotations

from typing import Annotated

from engine.families.functional.icfg import Walk, WalkConfig
from engine.families.functional.settings import WALK_STEPS
from engine.families.phases import Stage
from engine.families.schema import about


class CFGConfig(WalkConfig, frozen=True):
    steps: Annotated[
        int,
        about("Steps", "How long to train: so many for each step of the walk.", symbol="U · T", low=1, high=10_000_000),
    ] = 2000
    gradient_steps: Annotated[
        int,
        WALK_STEPS,
    ] = 20
    updates: Annotated[
        int,
        about("Judge's steps", "How often the judging network learns before pictures walk on.", symbol="U",
              low=1, high=10_000),
    ] = 100  # fmt: skip


class CFG(Walk[CFGConfig]):
    """D_t ← argmin of the logistic loss, near enough; its optimiser begins anew with each t, its weights where it was.

    With D_t at the optimum the theorem holds as it stands: KL(p* || p_t) falls with every small step.
    """

    Config = CFGConfig
    name = "cfg"
    label = "CFG"
    summary = "Each discriminator is fitted to its end before noise takes its next step: the theorem as it stands."
    when = "Choose it to watch noise become pictures step by step, as the theory has it; slow, for small pictures."

    def stage(self, step: int) -> Stage:
        updates = self.config.updates
        t = min(step // updates, self.walk_length)
        return Stage(name=f"step {t + 1}", began=t * updates, fresh=frozenset({"discriminator"}))
