"""What every module here hands back: how often a promise held, of how many times, and what was lost."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

from bench.figures import Figure

SHOWN = 12


@dataclass(slots=True)
class Count:
    """A promise tried many times. `check` notes one try; a loss is a sentence that says which and how."""

    id: str
    case: str
    held: int = 0
    tried: int = 0
    losses: list[str] = field(default_factory=list)

    def check(self, trouble: str) -> None:
        """One more try; empty words mean that it held."""
        self.tried += 1
        if trouble:
            self.losses.append(trouble)
            if len(self.losses) <= SHOWN:
                print(f"  {self.id} {self.case}: {trouble}", file=sys.stderr, flush=True)
        else:
            self.held += 1

    def figure(self, metric: str = "held", note: str = "") -> Figure:
        """`held` of `tried`, which is also the bar."""
        return Figure(
            id=self.id, case=self.case, metric=metric, value=self.held, unit=f"of {self.tried}", n=self.tried,
            min=self.held, max=self.held, bar=self.tried, better="higher", note=note,
        ).judged()  # fmt: skip


class Steps:
    """Says now and then how far a long count is."""

    def __init__(self, what: str, of: int) -> None:
        self._what, self._of, self._done, self._next = what, of, 0, time.monotonic() + 15.0

    def step(self) -> None:
        self._done += 1
        if time.monotonic() > self._next:
            self._next = time.monotonic() + 15.0
            print(f"  {self._what}: {self._done} of {self._of}", file=sys.stderr, flush=True)
