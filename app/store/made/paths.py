"""The path that is being made: its keyframes are edited and undone, its frames come from the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.store import recipes
from app.store.client import Client
from app.store.edits import Edits, Step
from app.store.models import Models
from app.store.place import Place
from app.store.shown.cells import CellBoards
from engine.protocol import fitting
from engine.protocol.answers import Event, Rendered
from engine.protocol.made import WalkMeasured, WalkPlanned
from engine.protocol.requests import Cancel, PlanWalk
from engine.protocol.values import Capability, Image, ModelDescribed, Recipe
from engine.protocol.walks import KEYFRAMES_LIMIT, LEAST_S, MOST_S, Easing, Keyframe, Measured, Walk, Way

PLANNED_PER_S = 30
PLANNED_MOST = 900
"""Frames that are played; a film has as many as it was asked to."""
FILM_CELLS = 20
"""Pictures of the film under the timeline."""
WANDERED = 5


class Paths(QObject):
    """Setters change the edited value; its change comes back and, while somebody looks, is planned anew."""

    changed = Signal()
    """Keyframes, way or loop are other ones."""
    planned = Signal()
    """The frames are other ones."""
    measured = Signal()
    """One more way is known by its speeds, or none is any more."""
    key_changed = Signal(int)
    """A keyframe has its picture."""
    film_changed = Signal(int)
    """A picture of the film came."""

    def __init__(
        self, client: Client, edits: Edits, place: Place, models: Models, boards: CellBoards,
        draw_seed: Callable[[], int], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._client = client
        self._edits = edits
        self._place = place
        self._models = models
        self._draw_seed = draw_seed
        self._keys = boards.board("path.key", KEYFRAMES_LIMIT)
        self._film = boards.board("path.film", FILM_CELLS)
        self._asked: tuple[Recipe, ...] = ()
        self._is_wanted = False
        self._ticket = 0
        self._is_compared = False
        self.frames: tuple[Recipe, ...] = ()
        self.reached: tuple[float, ...] = ()
        """When each keyframe is passed, as far as that is known."""
        self.is_final = True
        """False while the even way is not measured yet, and walked as the spherical one."""
        self.looks: dict[Way, Measured] = {}
        self._looked_at: tuple[Recipe, ...] = ()
        """The places of the path whose looks these are."""
        edits.watch("walk", self._on_edits_walk_changed)
        edits.remembered.connect(self._on_edits_remembered)
        models.model_changed.connect(self._on_models_model_changed)
        self._keys.changed.connect(lambda _key, index, _cell: self.key_changed.emit(index))
        self._film.changed.connect(lambda _key, index, _cell: self.film_changed.emit(index))

    # ------------------------------------------------------------ what is

    @property
    def walk(self) -> Walk:
        """Keyframes, way and loop."""
        return self._edits.value.walk

    @property
    def is_here(self) -> bool:
        """True if its places are the open model's, or there are none."""
        model = self._models.model
        return model is not None and self.walk.model in ("", model.fingerprint)

    def why_not(self) -> str:
        """Why no path can be made with the open model; empty when one can."""
        model = self._models.model
        if model is None:
            return "Open a model first"
        if Capability.DECODE not in model.capabilities or not model.latent:
            return f"{model.name} draws pixel by pixel and has no places to walk between"
        return ""

    @property
    def starts(self) -> tuple[float, ...]:
        """When each keyframe is passed: as measured on the even way, else as its times say."""
        walk = self.walk
        is_known = walk.way is Way.EVEN and len(self.reached) == len(walk.keyframes)
        return self.reached if is_known else walk.starts

    def key_image(self, index: int) -> Image | None:
        """The picture of a keyframe, once it is drawn."""
        cell = self._keys.cell(index)
        keyframes = self.walk.keyframes
        return cell.image if cell is not None and index < len(keyframes) else None

    def film_image(self, index: int) -> Image | None:
        """A picture of the film."""
        cell: Rendered | None = self._film.cell(index)
        return cell.image if cell is not None else None

    def frame_at(self, seconds: float) -> int:
        """The number of the frame that is shown at a moment."""
        count, whole = len(self.frames), self.walk.seconds
        if count < 2 or whole <= 0:
            return 0
        share = min(max(seconds / whole, 0.0), 1.0)
        return int(share * count + 1e-9) % count if self.walk.closed else round(share * (count - 1))

    # ------------------------------------------------------------ editing

    def add(self, recipe: Recipe | None = None, at: int | None = None) -> bool:
        """Put a place (the present one) into the path, at its end or before another; False where there is none.

        Places of another model begin a new path: undo brings the old one back.
        """
        place = recipe or self._place.recipe
        if place is None or self.why_not() or not self._models.is_open(place):
            return False
        place = replace(place, app="")
        old = self.walk if self.is_here else Walk(way=self.walk.way, closed=self.walk.closed)
        keyframes = list(old.keyframes)
        if len(keyframes) >= KEYFRAMES_LIMIT:
            return False
        keyframes.insert(len(keyframes) if at is None else at, Keyframe(recipe=place))
        self._put(replace(old, keyframes=tuple(keyframes)), "Add keyframe")
        return True

    def set_place(self, index: int) -> None:
        """Let a keyframe be where we are now."""
        if (place := self._place.recipe) is not None and self._models.is_open(place):
            self._replace(index, "Replace keyframe", recipe=replace(place, app=""))

    def move(self, index: int, to: int) -> None:
        """Put a keyframe at another place in the order; how long it takes goes with it."""
        keyframes = list(self.walk.keyframes)
        to = min(max(to, 0), len(keyframes) - 1)
        if 0 <= index < len(keyframes) and to != index:
            keyframes.insert(to, keyframes.pop(index))
            self._put(replace(self.walk, keyframes=tuple(keyframes)), "Move keyframe")

    def duplicate(self, index: int) -> None:
        """Put the same keyframe once more behind it."""
        keyframes = list(self.walk.keyframes)
        if 0 <= index < len(keyframes) and len(keyframes) < KEYFRAMES_LIMIT:
            keyframes.insert(index + 1, keyframes[index])
            self._put(replace(self.walk, keyframes=tuple(keyframes)), "Duplicate keyframe")

    def remove(self, index: int) -> None:
        """Take a keyframe out."""
        keyframes = list(self.walk.keyframes)
        if 0 <= index < len(keyframes):
            del keyframes[index]
            self._put(replace(self.walk, keyframes=tuple(keyframes)), "Delete keyframe")

    def clear(self) -> None:
        """Begin anew."""
        self._put(replace(self.walk, keyframes=()), "Clear path")

    def set_seconds(self, index: int, seconds: float) -> None:
        """How long it takes from a keyframe to the next."""
        self._replace(index, "Duration", seconds=round(fitting.bounded(seconds, MOST_S, low=LEAST_S), 2))

    def set_whole_seconds(self, seconds: float) -> None:
        """How long all of it takes: every part becomes longer or shorter alike."""
        walk = self.walk
        if walk.seconds <= 0:
            return
        times = fitting.bounded(seconds, 600.0, low=0.5) / walk.seconds
        keyframes = tuple(
            replace(key, seconds=round(fitting.bounded(key.seconds * times, MOST_S, low=LEAST_S), 3))
            for key in walk.keyframes
        )
        self._put(replace(walk, keyframes=keyframes), "Duration")

    def set_easing(self, index: int, easing: Easing) -> None:
        """How the time from a keyframe to the next passes."""
        self._replace(index, "Easing", easing=easing)

    def set_way(self, way: Way) -> None:
        """How it runs between keyframes."""
        self._put(replace(self.walk, way=way), "Way")

    def set_closed(self, closed: bool) -> None:
        """Whether it goes on from the last keyframe to the first."""
        self._put(replace(self.walk, closed=closed), "Loop")

    def set_walk(self, walk: Walk, label: str = "Open path") -> None:
        """Take another path."""
        self._put(walk, label)

    def wander(self) -> None:
        """A path through places that nobody chose."""
        here, model = self._place.recipe, self._models.model
        if here is None or model is None or self.why_not():
            return
        root = recipes.plain(here)
        keyframes = tuple(
            Keyframe(recipe=replace(recipes.with_seed(root, self._draw_seed()), app="")) for _ in range(WANDERED)
        )
        self._put(replace(self.walk, keyframes=keyframes), "Random walk")

    def begin_edit(self) -> None:
        """From here to `end_edit` everything is one step."""
        self._edits.begin()

    def end_edit(self, label: str) -> None:
        """Close the edit."""
        self._edits.end(label)
        self._plan()

    def restore(self, walk: Walk) -> None:
        """Take over what a session remembered."""
        self._edits.amend(replace(self._edits.value, walk=walk))

    def _replace(self, index: int, label: str, **changes: object) -> None:
        keyframes = list(self.walk.keyframes)
        if 0 <= index < len(keyframes):
            keyframes[index] = replace(keyframes[index], **changes)  # type: ignore[arg-type]
            self._put(replace(self.walk, keyframes=tuple(keyframes)), label)

    def _put(self, walk: Walk, label: str) -> None:
        self._edits.put(replace(self._edits.value, walk=walk), label)

    # ------------------------------------------------------------ planning

    def want(self, wanted: bool) -> None:
        """Whether somebody looks: frames are found and drawn only then."""
        if wanted != self._is_wanted:
            self._is_wanted = wanted
            if wanted:
                self._draw_keys()
                self._plan()

    def _plan(self) -> None:
        """Ask for the frames; how the other ways would look only when nothing is being dragged."""
        if not self._is_wanted or (self._ticket and self._planned_for == (self.walk, self._wants_all)):
            return
        if self._ticket:
            self._client.send(Cancel(ticket=self._ticket))
            self._ticket = 0
        if not self.is_here or not self.walk.spans or self.why_not():
            self._forget()
            return
        count = min(PLANNED_MOST, self.walk.frames(PLANNED_PER_S))
        self._ticket = self._client.next_ticket()
        self._planned_for = self.walk, self._wants_all
        self._client.send(PlanWalk(walk=self.walk, frames=count, compare=self._wants_all, ticket=self._ticket))

    _planned_for: tuple[Walk, bool] = (Walk(), False)

    @property
    def _wants_all(self) -> bool:
        return not self._edits.is_open

    def _forget(self) -> None:
        self.frames, self.looks, self.reached, self.is_final = (), {}, (), True
        self.planned.emit()
        self.measured.emit()

    def _draw_keys(self) -> None:
        """Have the keyframes drawn that are not yet."""
        asked = tuple(keyframe.recipe for keyframe in self.walk.keyframes) if self.is_here else ()
        if self._is_wanted and asked != self._asked:
            self._asked = asked
            self._keys.ask(asked)

    def receive(self, event: Event) -> None:
        """Take in frames and speeds of the path as it is now."""
        match event:
            case WalkPlanned() if event.ticket == self._ticket:
                self.frames, self.reached, self.is_final = event.frames, event.reached, event.final
                self._forget_looks_of_other_places()
                self.planned.emit()
                if not self._edits.is_open:  # also of the way that is walked until the even one is measured
                    self._draw_film()
            case WalkMeasured() if event.ticket == self._ticket:
                if event.measured.way is self.walk.way:
                    self.looks = {}
                self._looked_at = self._places()
                self.looks = {**self.looks, event.measured.way: event.measured}
                self.measured.emit()
            case _:
                pass

    def _forget_looks_of_other_places(self) -> None:
        """How fast another path looks says nothing of this one; while only times change, it is shown until measured."""
        if self.looks and self._looked_at != self._places():
            self.looks = {}
            self.measured.emit()

    def _places(self) -> tuple[Recipe, ...]:
        return tuple(keyframe.recipe for keyframe in self.walk.keyframes)

    def _draw_film(self) -> None:
        count = len(self.frames)
        steps = FILM_CELLS if self.walk.closed else FILM_CELLS - 1
        chosen = (
            min(count - 1, round(k * (count if self.walk.closed else count - 1) / steps)) for k in range(FILM_CELLS)
        )
        self._film.ask(tuple(self.frames[index] for index in chosen))

    # ------------------------------------------------------------ hearing

    def _on_edits_walk_changed(self) -> None:
        self._draw_keys()
        self.changed.emit()
        self._plan()

    def _on_edits_remembered(self, _step: Step) -> None:
        self._plan()  # a drag is over: now the other ways too

    def _on_models_model_changed(self, _model: ModelDescribed | None) -> None:
        self._asked, self._ticket = (), 0
        self.frames, self.looks, self.reached = (), {}, ()
        self._draw_keys()
        self.changed.emit()
        self._plan()
