"""How true a slider is, measured against pictures that were drawn again with just its attribute changed."""

from __future__ import annotations

from engine.protocol.record import record


@record
class EditTruth:
    """How true a slider is, as was measured on heads that were drawn again with just its attribute changed."""

    name: str
    hit: float
    """Change of the attribute as a share of the wished one."""
    spill: float | None
    """Share of the change outside of where the true one is; None where that may be anywhere."""
    identity: float
    """How far the edit is from the truth, over how far any copy is from its picture."""

    @property
    def is_true(self) -> bool:
        """Whether it does about what it says."""
        return 0.8 <= self.hit <= 1.2
