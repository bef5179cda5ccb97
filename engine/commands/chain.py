"""train --chain: the runs of a preset's parts, which of them are done, and how long all of them still take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.commands.values import minutes
from engine.protocol.answers import Progressed

if TYPE_CHECKING:
    from engine.protocol.values import Preset
    from engine.training.loop import Job

_SECONDS_AN_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Part:
    """One run of a chain, and what its preset says of the time that a step takes."""

    job: Job
    steps: int
    step_s: float = 0.0
    """Seconds of one core on the machine that the presets were measured on; 0 where that is not said."""

    @classmethod
    def of(cls, job: Job, preset: Preset | None) -> Part:
        from engine.families import family_class

        steps = family_class(job.family).Config.build(job.values).steps
        hours = preset.hours if preset is not None else 0.0
        usual = dict(preset.config).get("steps", 0) if preset is not None else 0
        return cls(job, steps, hours * _SECONDS_AN_HOUR / usual if usual else 0.0)

    def is_done(self) -> bool:
        """Whether an earlier part, which goes on where it stopped, has taken all its steps."""
        from engine.disk.runs import RunFolder
        from engine.opened.checkpoints import load_model

        model = RunFolder(self.job.run).model
        if not self.job.resume or not model.is_file():
            return False
        return int(load_model(model).card.get("steps", 0)) >= self.steps


class Course:
    """Where in a chain the training is. A plain run is a chain of one part, of which nothing is said."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self._now = 0
        self._pace = 0.0
        """Seconds of a step of the part that is being trained."""

    def enter(self, number: int) -> Part:
        """Go to a part, the first is 1."""
        self._now, self._pace = number - 1, 0.0
        return self.parts[self._now]

    @property
    def is_chain(self) -> bool:
        return len(self.parts) > 1

    @property
    def words(self) -> str:
        """What is said of every step."""
        return f"part {self._now + 1} of {len(self.parts)}, step" if self.is_chain else "step"

    def told(self) -> dict[str, Any]:
        """The same for programs."""
        return {"part": self._now + 1, "parts": len(self.parts)} if self.is_chain else {}

    def left_s(self, event: Progressed) -> float:
        """Seconds until all parts are done: others take as much longer or shorter than their presets say as this one.

        Where a preset says nothing, its steps are reckoned to take what these do.
        """
        if event.step < event.steps:
            self._pace = event.eta_s / (event.steps - event.step)
        now = self.parts[self._now]
        left = event.eta_s
        for part in self.parts[self._now + 1 :]:
            known = part.step_s > 0.0 and now.step_s > 0.0
            left += part.steps * self._pace * (part.step_s / now.step_s if known else 1.0)
        return left

    def left(self, event: Progressed) -> str:
        """How long it takes in words, of this part and of all."""
        own = f"{minutes(event.eta_s)} left"
        return f"{own}, {minutes(self.left_s(event))} for all" if self._now + 1 < len(self.parts) else own
