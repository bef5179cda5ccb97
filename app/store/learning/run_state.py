"""What the window knows of the run that trains: folded from events, one frozen value after the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.protocol.answers import Event, Finished, Preparing, Progressed, Sampled, Snapshotted, TrainingStarted
from engine.protocol.requests import Train
from engine.protocol.values import Image, Stop

STARTING = "Starting"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """A run as it stands; `reason` is None while it goes on."""

    run: str = ""
    """The run's id and folder; empty until the engine has begun it."""
    ticket: int = 0
    """Under which it was asked for."""
    name: str
    family: str
    stage: str = STARTING
    """What is being prepared; empty once steps are taken."""
    stage_done: int = 0
    stage_of: int = 0
    step: int = 0
    steps: int = 0
    images: int = 0
    images_planned: int = 0
    images_per_s: float = 0.0
    eta_s: float = 0.0
    health: str = ""
    paused: bool = False
    stopping: bool = False
    grid: tuple[Image, ...] = field(default=(), compare=False)
    grid_images: int = 0
    reason: Stop | None = None
    failure: str = ""
    """Why it could not start or go on, when it ended without a reason of its own."""
    sentence: str = ""
    model_path: str = ""
    seconds: float = 0.0

    @property
    def is_over(self) -> bool:
        """True once nothing more will come."""
        return self.reason is not None or bool(self.failure)

    @property
    def progress(self) -> float:
        """What a bar shows, 0 to 1: of what is being prepared where its length is known, else of all steps."""
        return min(1.0, self.stage_done / self.stage_of) if self.stage and self.stage_of > 1 else self.share

    @property
    def share(self) -> float:
        """How much of the run is done, 0 to 1."""
        return min(1.0, self.step / self.steps) if self.steps else 0.0


class LossHistory:
    """The curves of one run, append-only; x is images seen."""

    def __init__(self) -> None:
        self.images: dict[str, list[int]] = {}
        self.values: dict[str, list[float]] = {}

    def append(self, images: int, losses: tuple[tuple[str, float], ...]) -> None:
        """Add one moment; each named loss is its own curve."""
        for name, value in losses:
            self.images.setdefault(name, []).append(images)
            self.values.setdefault(name, []).append(value)

    @property
    def names(self) -> tuple[str, ...]:
        """The curves in the order they first came."""
        return tuple(self.values)

    def __len__(self) -> int:
        return max((len(values) for values in self.values.values()), default=0)


def began(train: Train) -> RunState:
    """A run that was just asked for."""
    return RunState(name=train.name, family=train.family, ticket=train.ticket)


def advanced(run: RunState | None, event: Event) -> RunState | None:
    """The run after `event`; the same object when the event is about something else."""
    match event:
        case TrainingStarted():
            fresh = run if run is not None and not run.is_over else RunState(name=event.name, family=event.family)
            return replace(
                fresh,
                run=event.run,
                name=event.name,
                family=event.family,
                images_planned=event.images_planned,
                stage="",
            )
        case Preparing() if run is not None and not run.is_over and run.ticket == event.ticket:
            return replace(run, stage=event.what, stage_done=event.done, stage_of=event.of)
        case Progressed() if run is not None and run.run == event.run:
            return replace(
                run,
                stage="",
                step=event.step,
                steps=event.steps,
                images=event.images,
                images_per_s=event.images_per_s,
                eta_s=event.eta_s,
                health=event.health or run.health,
            )
        case Sampled() if run is not None and run.run == event.run:
            return replace(run, grid=event.grid, grid_images=event.images)
        case Snapshotted() if run is not None and run.run == event.run:
            return replace(run, model_path=event.path)
        case Finished() if run is not None and run.run in (event.run, ""):
            return replace(
                run,
                run=event.run,
                stage="",
                step=event.step,
                images=event.images,
                reason=event.reason,
                sentence=event.sentence,
                model_path=event.path,
                seconds=event.seconds,
                paused=False,
                stopping=False,
            )
    return run
