"""All that is under way in the engine's thread: each piece of work takes one step in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.disk.files import Cancelled
from engine.disk.problems import problem_of
from engine.machine.work import Work
from engine.protocol.answers import Event, Failed, answering
from engine.protocol.requests import ExportGrid, ExportPicture, ExportWalk, Request
from engine.protocol.scoring import Measure

Emit = Callable[[Event], None]


@dataclass(slots=True, eq=False)
class Going:
    """Work under way. `end` asks it to finish early with what there is; without it, ended work leaves nothing.
    `over` hears when nothing more comes of it by itself."""

    request: Request
    work: Work[object]
    end: Callable[[], None] | None = None
    over: Callable[[], None] | None = None


class Agenda:
    """Work under way, its answers and its failures, each with the ticket of what asked for it."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._going: list[Going] = []

    def __bool__(self) -> bool:
        return bool(self._going)

    def __iter__(self) -> Iterator[Going]:
        return iter(tuple(self._going))

    def begin(self, going: Going) -> None:
        self._going.append(going)

    def of_kind(self, kind: type[Request]) -> Going | None:
        return next((going for going in self._going if isinstance(going.request, kind)), None)

    def only(self, kind: type[Request]) -> bool:
        return all(isinstance(going.request, kind) for going in self._going)

    def answer(self, request: Request, event: Event) -> None:
        self._emit(answering(event, request.ticket))

    def fail(self, request: Request, error: Exception) -> None:
        self._emit(Failed(command=request, problem=problem_of(error), ticket=request.ticket))

    def advance(self) -> None:
        """One step of everything."""
        for going in self:
            if going in self._going:
                self._step(going)

    def _step(self, going: Going) -> None:
        try:
            event = next(going.work)
        except StopIteration:
            self._over(going)
            return
        except Exception as error:
            self._over(going)
            self.fail(going.request, error)
            return
        if event is not None:
            self.answer(going.request, event)

    def _over(self, going: Going) -> None:
        self._going.remove(going)
        if going.over is not None:
            going.over()

    def end(self, going: Going) -> None:
        """Let it finish with what there is, or close it at the seam where it stands."""
        if going.end is not None:
            going.end()
        else:
            self._going.remove(going)
            going.work.close()

    def cancel(self, ticket: int) -> None:
        for going in self:
            if going.request.ticket == ticket:
                self.end(going)
                if going.end is None:
                    self.fail(going.request, _stopped(going.request))


def _stopped(request: Request) -> Cancelled:
    """What is left of work that was stopped."""
    match request:
        case ExportPicture() | ExportGrid() | ExportWalk():
            return Cancelled("The export was cancelled; nothing was written.")
        case Measure():
            return Cancelled("Stopped, as asked; what is measured stays.")
        case _:
            return Cancelled()
