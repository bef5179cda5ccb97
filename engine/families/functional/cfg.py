"""CFG: composite functional gradients (Johnson & Zhang 2018, algorithm 1)."""

from __future__ import annotations

from typing import Annotated

from engine.families.functional.icfg import Walk, WalkConfig
from engine.families.phases import Stage
from engine.families.schema import about


class CFGConfig(WalkConfig, frozen=True):
    steps: Annotated[
        int, about("Steps", "Of the discriminators: U for each of the T steps of the pictures.", low=1, high=10_000_000)
    ] = 2000
    gradient_steps: Annotated[
        int, about("Gradient steps", "T: discriminators that are kept, each a step of every picture.", low=1, high=200)
    ] = 20
    updates: Annotated[
        int,
        about("Updates", "Steps in which each discriminator comes near its optimum before pictures walk.",
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

    def stage(self, step: int) -> Stage:
        updates = self.config.updates
        t = min(step // updates, self.walk_length)
        return Stage(name=f"step {t + 1}", began=t * updates, fresh=frozenset({"discriminator"}))
