"""Directions of the open model: found, looked at before they are kept, deleted and brought back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.store import recipes
from app.store.client import Client
from app.store.edits import Edits
from app.store.models import Models
from app.store.place import Place
from app.store.recipes import SliderKind
from app.store.shown.cells import CellBoards
from app.store.shown.pictures import Pictures
from app.store.sliders import Sliders
from engine.protocol.answers import Evaluating, Event, Failed, Preparing
from engine.protocol.directions import (
    Candidate,
    Change,
    DirectionsChanged,
    DirectionsLearned,
    ExportDirection,
    ImportDirection,
    KeepDirection,
    LearnDirections,
    LearnedBy,
    Lesson,
    RemoveDirection,
    RestoreDirection,
    SetRange,
)
from engine.protocol.requests import Cancel
from engine.protocol.values import Capability, DirectionDescribed, Image, ModelDescribed, Recipe

OWN = "own:"
"""What the names of sliders that people made begin with."""
STEPS = 5
MOST_SHOWN = 64
"""Directions whose pictures are kept."""
GROUP_LIMIT = 100
Groups = tuple[tuple[Recipe, ...], tuple[Recipe, ...]]


class Directions(QObject):
    """What is found is shown as pictures around the present place; nothing becomes a slider until it is kept."""

    changed = Signal()
    """The list of the model's directions, or their names."""
    learned = Signal()
    """Candidates came, or went."""
    progress_changed = Signal()
    groups_changed = Signal()
    strip_changed = Signal(str, int)
    """Carries a direction's name and the step whose picture came."""
    candidate_changed = Signal(int, int)
    group_picture_changed = Signal(int, int)

    def __init__(
        self, client: Client, edits: Edits, models: Models, place: Place, pictures: Pictures, sliders: Sliders,
        boards: CellBoards, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._client = client
        self._edits = edits
        self._models = models
        self._place = place
        self._pictures = pictures
        self._sliders = sliders
        self._strips = boards.board("direction.strip", STEPS * MOST_SHOWN)
        self._found = boards.board("direction.found", STEPS * MOST_SHOWN)
        self._group_boards = tuple(boards.board(f"direction.{side}", GROUP_LIMIT) for side in ("before", "after"))
        self._ticket = 0
        self.candidates: tuple[Candidate, ...] = ()
        self.note = ""
        """How they were found."""
        self.trouble = ""
        """Why nothing was."""
        self.progress: Evaluating | Preparing | None = None
        self.groups: Groups = ((), ())
        """Places where the direction to be learned starts, and where it leads."""
        self._trashed: frozenset[str] = frozenset()
        self._of_model = ""
        """The fingerprint that all of this is about."""
        edits.watch("sliders", self._on_edits_sliders_changed)
        models.model_changed.connect(self._on_models_model_changed)
        models.redescribed.connect(lambda _model: self.changed.emit())
        self._strips.changed.connect(lambda key, index, _cell: self.strip_changed.emit(key, index))
        self._found.changed.connect(lambda key, index, _cell: self.candidate_changed.emit(int(key), index))
        for side, board in enumerate(self._group_boards):
            board.changed.connect(lambda _key, index, _cell, side=side: self.group_picture_changed.emit(side, index))

    # ------------------------------------------------------------ what is

    @property
    def is_learning(self) -> bool:
        """True while a direction is looked for."""
        return self._ticket > 0

    def why_not(self) -> str:
        """Why no direction can be learned here; empty when one can."""
        model = self._models.model
        if model is None:
            return "Open a model first"
        if Capability.DECODE not in model.capabilities or not model.latent:
            return f"{model.name} draws pixel by pixel and has no directions"
        if model.live:
            return f"{model.name} is still learning: its places move. Wait for its end, or open a snapshot"
        return ""

    def listed(self) -> tuple[DirectionDescribed, ...]:
        """The model's directions, pinned ones first; those that were deleted are not among them."""
        model = self._models.model
        if model is None:
            return ()
        notes = {one.name: self._sliders.note(SliderKind.DIRECTION, one.name) for one in model.directions}
        there = [one for one in model.directions if not notes[one.name].is_deleted]
        return tuple(sorted(there, key=lambda one: (not notes[one.name].is_pinned, not is_own(one.name))))

    def label(self, direction: DirectionDescribed) -> str:
        """What it is called, by whoever named it last."""
        return self._sliders.note(SliderKind.DIRECTION, direction.name).label or direction.label

    def strip_image(self, name: str, step: int) -> Image | None:
        """One picture along a direction, once it is drawn."""
        cell = self._strips.cell(step, name)
        return cell.image if cell is not None else None

    def candidate_image(self, index: int, step: int) -> Image | None:
        """One picture along what was found."""
        cell = self._found.cell(step, str(index))
        return cell.image if cell is not None else None

    def group_image(self, side: int, index: int) -> Image | None:
        """One place of a group."""
        cell = self._group_boards[side].cell(index)
        return cell.image if cell is not None else None

    # ------------------------------------------------------------ pictures

    def show_strips(self) -> None:
        """Have every direction's five pictures drawn around the present place."""
        recipe = self._place.recipe
        if recipe is not None:
            for one in self.listed()[:MOST_SHOWN]:
                steps = tuple(recipes.with_direction(recipe, one.name, value) for value in steps_of(one.low, one.high))
                self._strips.ask(steps, one.name)

    def show_candidates(self) -> None:
        """Have the pictures of what was found drawn around the present place."""
        recipe, base = self._place.recipe, self._pictures.base
        if recipe is None or base is None:
            return
        shrunk = recipe.truncation or 1.0
        for index, one in enumerate(self.candidates):
            places = [
                tuple(b + value / shrunk * m for b, m in zip(base.tolist(), one.move, strict=True))
                for value in steps_of(one.low, one.high)
            ]
            self._found.ask(tuple(replace(recipe, point=place, raw=()) for place in places), str(index))

    # ------------------------------------------------------------ learning

    def learn(self, lesson: Lesson) -> None:
        """Look for directions; what was found before goes."""
        if self.why_not():
            return
        self.cancel()
        if lesson.by is LearnedBy.PICTURES:
            lesson = replace(lesson, before=self.groups[0], after=self.groups[1])
        self._ticket = self._client.next_ticket()
        self.candidates, self.note, self.trouble, self.progress = (), "", "", None
        self.learned.emit()
        self.progress_changed.emit()
        self._client.send(LearnDirections(lesson=lesson, ticket=self._ticket))

    def cancel(self) -> None:
        """Stop looking."""
        if self._ticket:
            self._client.send(Cancel(ticket=self._ticket))
            self._end()

    def add_places(self, side: int, places: Sequence[Recipe]) -> None:
        """Put places into the group where the direction starts (0) or leads (1)."""
        fresh = [replace(place, app="") for place in places if self._models.is_open(place)]
        whole = tuple(dict.fromkeys((*self.groups[side], *fresh)))[:GROUP_LIMIT]
        self._set_group(side, whole)

    def remove_place(self, side: int, index: int) -> None:
        """Take one out again."""
        group = self.groups[side]
        self._set_group(side, (*group[:index], *group[index + 1 :]))

    def _set_group(self, side: int, group: tuple[Recipe, ...]) -> None:
        self.groups = (group, self.groups[1]) if side == 0 else (self.groups[0], group)
        self._group_boards[side].ask(group)
        self.groups_changed.emit()

    # ------------------------------------------------------------ keeping

    def free_label(self, label: str) -> str:
        """The name itself, or with a number if a slider that was made has it."""
        model = self._models.model
        taken = {one.name for one in model.directions} if model is not None else set()
        wanted = label.strip()[:56] or "My direction"
        number, free = 1, wanted
        while f"{OWN}{free}" in taken:
            number += 1
            free = f"{wanted} {number}"
        return free

    def keep(self, index: int, label: str, low: float, high: float) -> None:
        """Make what was found a slider of this name and range."""
        if 0 <= index < len(self.candidates):
            one = self.candidates[index]
            self._client.send(
                KeepDirection(
                    label=self.free_label(label), move=one.move, low=low, high=high, made=one.made, lesson=one.lesson
                )
            )

    def set_range(self, name: str, low: float, high: float) -> None:
        """Let a slider that was made go this far."""
        self._client.send(SetRange(name=name, low=low, high=high))

    def rename(self, name: str, label: str) -> None:
        """Call it something else: places that use it know it by its first name."""
        self._sliders.rename(SliderKind.DIRECTION, name, label)

    def pin(self, name: str) -> None:
        """Put it first, or back."""
        self._sliders.pin(SliderKind.DIRECTION, name)

    def remove(self, name: str) -> None:
        """Delete a slider that was made; a step like any other, so that undo brings it back."""
        self._edits.begin()
        recipe = self._place.recipe
        if recipe is not None and any(name == key for key, _ in recipe.directions):
            self._place.set_direction(name, 0.0)
        self._sliders.set_deleted(SliderKind.DIRECTION, name, deleted=True)
        self._edits.end("Delete direction")

    def put_back(self, name: str) -> None:
        """Bring a deleted one back."""
        self._sliders.set_deleted(SliderKind.DIRECTION, name, deleted=False)

    def import_file(self, path: Path, *, anew: bool = False) -> None:
        """Take a direction from a file, or learn it here by the words that it was learned by elsewhere."""
        self._client.send(ImportDirection(path=path, anew=anew))

    def export_file(self, name: str, path: Path) -> None:
        """Write one as a file, under the name that it has here."""
        label = self._sliders.note(SliderKind.DIRECTION, name).label
        self._client.send(ExportDirection(name=name, path=path, label=label))

    # ------------------------------------------------------------ hearing

    def receive(self, event: Event) -> None:
        """Take in what was found, and how far the search is."""
        match event:
            case DirectionsLearned() if event.ticket == self._ticket:
                self.candidates, self.note = event.candidates, event.note
                self.trouble = "" if event.candidates else event.note or "Nothing was found."
                self._end()
                self.learned.emit()
                self.show_candidates()
            case Evaluating() | Preparing() if event.ticket and event.ticket == self._ticket:
                self.progress = event
                self.progress_changed.emit()
            case Failed() if event.ticket and event.ticket == self._ticket:
                self.trouble = event.problem.sentence
                self._end()
                self.learned.emit()
            case DirectionsChanged(change=Change.KEPT):
                self._sliders.forget_deleted(SliderKind.DIRECTION, f"{OWN}{event.label}")
            case _:
                pass

    def _end(self) -> None:
        self._ticket, self.progress = 0, None
        self.progress_changed.emit()

    def _on_edits_sliders_changed(self) -> None:
        """A step, or its undoing, deleted sliders of the open model or brought some back: so do their files."""
        model = self._models.model
        if model is None:
            return
        now = self._deleted(model)
        for name in sorted(now - self._trashed):
            self._client.send(RemoveDirection(name=name))
        for name in sorted(self._trashed - now):
            self._client.send(RestoreDirection(name=name))
        self._trashed = now
        self.changed.emit()

    def _deleted(self, model: ModelDescribed) -> frozenset[str]:
        return frozenset(
            note.key for note in self._edits.value.sliders
            if note.is_deleted and note.model == model.fingerprint and note.kind is SliderKind.DIRECTION
        )  # fmt: skip

    def _on_models_model_changed(self, model: ModelDescribed | None) -> None:
        opened = model.fingerprint if model is not None else ""
        if opened != self._of_model:  # the same one again takes nothing away
            self.cancel()
            self.candidates, self.note, self.trouble, self.groups = (), "", "", ((), ())
        self._of_model = opened
        self._trashed = self._deleted(model) if model is not None else frozenset()
        for signal in (self.changed, self.learned, self.progress_changed, self.groups_changed):
            signal.emit()


def is_own(name: str) -> bool:
    """True for a slider that was made; the model came with the others."""
    return name.startswith(OWN)


def steps_of(low: float, high: float) -> tuple[float, ...]:
    """Where the five pictures of a slider stand: even to both sides as far as it goes, two at most."""
    first, last = max(low, -2.0), min(high, 2.0)
    if not first < last:
        first, last = low, high
    return tuple(first + (last - first) * k / (STEPS - 1) for k in range(STEPS))
