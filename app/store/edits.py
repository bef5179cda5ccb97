"""Everything that undo brings back: one frozen value, and the steps between its states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.store.recipes import SliderKind
from app.store.threads import assert_gui_thread
from engine.protocol.sums import Sum
from engine.protocol.values import Recipe
from engine.protocol.walks import Walk

LIMIT = 500
"""Steps that are remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Favourite:
    """A place that was marked."""

    recipe: Recipe
    label: str = ""
    tags: tuple[str, ...] = ()
    """Words by which it is found again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SliderNote:
    """What a person changed about one slider of one model."""

    model: str
    kind: SliderKind
    key: str
    label: str = ""
    """Its name, where it was given another one."""
    is_flipped: bool = False
    is_pinned: bool = False
    is_locked: bool = False
    """Random and Reset leave it alone."""
    is_deleted: bool = False
    """It was made, and is made no more: its file lies in the trash."""

    def is_of(self, other: SliderNote) -> bool:
        """True if both are of the same slider."""
        return (self.model, self.kind, self.key) == (other.model, other.kind, other.key)

    @property
    def says_something(self) -> bool:
        """False once everything is as the model has it."""
        return bool(self.label or self.is_flipped or self.is_pinned or self.is_locked or self.is_deleted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What a person edits. Whatever else is to be undone becomes a field here, and needs nothing else.

    Files are never part of it: what renames or deletes one goes through a trash.
    """

    place: Recipe | None = None
    favourites: tuple[Favourite, ...] = ()
    """Newest first."""
    walk: Walk = field(default_factory=Walk)
    """The path that is being made."""
    total: Sum = field(default_factory=Sum)
    """The sum that is being made."""
    sliders: tuple[SliderNote, ...] = ()

    def locked(self, model: str, kind: SliderKind) -> frozenset[str]:
        """The sliders of a model that Random and Reset leave alone."""
        return frozenset(
            note.key for note in self.sliders if note.is_locked and note.model == model and note.kind is kind
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing a person did: how it was, how it became, what it is called and the page it happened on."""

    before: Edited
    after: Edited
    label: str
    page: str = ""

    def retraced(self, now: Edited, *, undone: bool) -> Edited:
        """The value as it is now, with what this step changed as it was before the step, or as it became.

        Only the fields that the step changed move: what changed without a step in between stays.
        """
        left, reached = (self.after, self.before) if undone else (self.before, self.after)
        changes: dict[str, Any] = {}
        for one in fields(now):
            new = getattr(reached, one.name)
            if new != getattr(left, one.name):
                changes[one.name] = new
        return replace(now, **changes)


class UndoStack:
    """Steps behind and steps ahead. A new step forgets what was ahead."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._behind: list[Step] = []
        self._ahead: list[Step] = []

    def push(self, step: Step) -> bool:
        """Remember a step; one that changed nothing is none."""
        if step.before == step.after:
            return False
        self._behind.append(step)
        del self._behind[: -self._limit]
        self._ahead.clear()
        return True

    @property
    def undoable(self) -> Step | None:
        """What undo would take back."""
        return self._behind[-1] if self._behind else None

    @property
    def redoable(self) -> Step | None:
        """What redo would do again."""
        return self._ahead[-1] if self._ahead else None

    def undo(self) -> Step | None:
        """Go one step back and say which."""
        if not self._behind:
            return None
        self._ahead.append(self._behind.pop())
        return self._ahead[-1]

    def redo(self) -> Step | None:
        """Go one step ahead and say which."""
        if not self._ahead:
            return None
        self._behind.append(self._ahead.pop())
        return self._behind[-1]


class Edits(QObject):
    """Holds the value. Parts of the store change it with `put` and hear of their own field through `watch`."""

    steps_changed = Signal()
    """Undo or redo would do something else than before."""
    rested = Signal()
    """The hand is off: a drag or another edit of several changes is over."""
    remembered = Signal(object)
    """A person's step was put on the stack."""
    retraced = Signal(object)
    """A step was undone or redone: whoever looks on should see the page it happened on."""

    def __init__(self, value: Edited | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page = ""
        self.admit: Callable[[Step, bool], bool] = lambda step, undone: True
        """Asked before a step is undone (or done again): False when it cannot be reached at once, because its model
        is not open. Whoever said so calls `reach` when it can be, or `turn_back`.
        """
        self._value = value or Edited()
        self._watches: list[tuple[str, Callable[[], object]]] = []
        self._stack = UndoStack()
        self._depth = 0
        self._start: Edited | None = None

    # ------------------------------------------------------------ the value

    @property
    def value(self) -> Edited:
        """Everything as it is now."""
        return self._value

    @property
    def page(self) -> str:
        """The page a person is on: steps remember it."""
        return self._page

    def turn_to(self, page: str) -> None:
        """A person is on another page."""
        if page != self._page:
            self._page = page
            self.steps_changed.emit()

    @property
    def is_open(self) -> bool:
        """True within a drag or another edit of several changes."""
        return self._depth > 0

    def watch(self, field: str, react: Callable[[], object]) -> None:
        """Have `react` called whenever this field is another one. Plain calls: a slider's move comes through here."""
        if field not in {known.name for known in fields(self._value)}:
            raise ValueError(f"nothing edited is called {field}")
        self._watches.append((field, react))

    def put(self, value: Edited, label: str) -> None:
        """Change something: a step of its own, or part of the edit that is open."""
        before = self._value
        self.amend(value)
        if self._depth == 0:
            self._remember(before, label)

    def amend(self, value: Edited, *, tell: bool = True) -> None:
        """Change something that is no step of a person's; without `tell` the caller tells it later."""
        assert_gui_thread()
        before = self._value
        if value != before:
            self._value = value
            if tell:
                self.tell(before)

    def tell(self, before: Edited) -> None:
        """Let everybody hear whose field is another one than it was before."""
        for name, react in self._watches:
            if getattr(self._value, name) is not getattr(before, name):
                react()

    # ------------------------------------------------------------ edits of several changes

    def begin(self) -> None:
        """From here to `end` everything is one step: a drag, a held key."""
        if self._depth == 0:
            self._start = self._value
        self._depth += 1

    def end(self, label: str) -> None:
        """Close the edit; it is remembered if it led anywhere."""
        self._depth = max(0, self._depth - 1)
        if self._depth == 0:
            start, self._start = self._start, None
            if start is not None:
                self._remember(start, label)
            self.rested.emit()

    def close(self) -> None:
        """End whatever is open: undo, and another model, do not wait for the hand on a slider."""
        if self._depth:
            self._depth = 1
            self.end("Edit")

    def _remember(self, before: Edited, label: str) -> None:
        self.push(Step(before=before, after=self._value, label=label, page=self._page))

    def push(self, step: Step) -> None:
        """Remember a step that has been taken."""
        if self._stack.push(step):
            self.steps_changed.emit()
            self.remembered.emit(step)

    # ------------------------------------------------------------ undo

    @property
    def undoable(self) -> Step | None:
        """What undo would take back."""
        return self._stack.undoable

    @property
    def redoable(self) -> Step | None:
        """What redo would do again."""
        return self._stack.redoable

    def undo(self) -> None:
        """Take back the last step."""
        self.close()
        if step := self._stack.undo():
            self._retrace(step, undone=True)

    def redo(self) -> None:
        """Do again what was taken back."""
        self.close()
        if step := self._stack.redo():
            self._retrace(step, undone=False)

    def reach(self, step: Step, *, undone: bool) -> None:
        """Make it so that a step is undone, or done again."""
        self.amend(step.retraced(self._value, undone=undone))
        self.retraced.emit(step)

    def turn_back(self, *, undone: bool) -> None:
        """A step could not be reached: the stack goes back to where everything still is."""
        if undone:
            self._stack.redo()
        else:
            self._stack.undo()
        self.steps_changed.emit()

    def _retrace(self, step: Step, *, undone: bool) -> None:
        self.steps_changed.emit()
        if self.admit(step, undone):
            self.reach(step, undone=undone)
