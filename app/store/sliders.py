"""What a person changed about a model's sliders: names, direction, order, and which ones Random leaves alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.store.edits import Edits, SliderNote
from app.store.models import Models
from app.store.recipes import SliderKind

LABEL_LIMIT = 60
NOTES_LIMIT = 2000


class Sliders(QObject):
    """The notes on the open model's sliders; each change is a step that can be undone."""

    changed = Signal()
    focus_asked = Signal(str)
    """Somebody looks for a slider, by its widget's name."""

    def __init__(self, edits: Edits, models: Models, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._edits = edits
        self._models = models
        edits.watch("sliders", self.changed.emit)

    def note(self, kind: SliderKind, key: str) -> SliderNote:
        """What is noted of one slider; an empty note if nothing is."""
        model = self._models.model.fingerprint if self._models.model is not None else ""
        empty = SliderNote(model=model, kind=kind, key=key)
        return next((note for note in self._edits.value.sliders if note.is_of(empty)), empty)

    def names(self) -> dict[tuple[str, str], str]:
        """The names that a person gave to the open model's sliders, by kind and key."""
        model = self._models.model.fingerprint if self._models.model is not None else ""
        notes = (note for note in self._edits.value.sliders if note.model == model and note.label)
        return {(note.kind.value, note.key): note.label for note in notes}

    def rename(self, kind: SliderKind, key: str, label: str) -> None:
        """Call it something else; nothing gives it its own name back."""
        self._put(replace(self.note(kind, key), label=label.strip()[:LABEL_LIMIT]), "Rename slider")

    def flip(self, kind: SliderKind, key: str) -> None:
        """Let left be right."""
        note = self.note(kind, key)
        self._put(replace(note, is_flipped=not note.is_flipped), "Flip slider")

    def pin(self, kind: SliderKind, key: str) -> None:
        """Put it first, or back into its place."""
        note = self.note(kind, key)
        self._put(replace(note, is_pinned=not note.is_pinned), "Unpin slider" if note.is_pinned else "Pin slider")

    def lock(self, kind: SliderKind, key: str) -> None:
        """Let Random and Reset leave it alone, or no longer."""
        note = self.note(kind, key)
        self._put(replace(note, is_locked=not note.is_locked), "Unlock slider" if note.is_locked else "Lock slider")

    def set_deleted(self, kind: SliderKind, key: str, *, deleted: bool) -> None:
        """Delete a slider that was made, or bring it back."""
        words = "Delete direction" if deleted else "Put direction back"
        self._put(replace(self.note(kind, key), is_deleted=deleted), words)

    def forget_deleted(self, kind: SliderKind, key: str) -> None:
        """A new one has the name of one that was deleted: what was noted of that one is over, and no step."""
        note = self.note(kind, key)
        if note.is_deleted:
            others = tuple(one for one in self._edits.value.sliders if not one.is_of(note))
            self._edits.amend(replace(self._edits.value, sliders=others))

    def restore(self, notes: Iterable[SliderNote]) -> None:
        """Take over what a session remembered."""
        self._edits.amend(replace(self._edits.value, sliders=tuple(notes)[:NOTES_LIMIT]))

    def _put(self, note: SliderNote, label: str) -> None:
        value = self._edits.value
        others = tuple(one for one in value.sliders if not one.is_of(note))
        kept = (note, *others) if note.says_something else others
        self._edits.put(replace(value, sliders=kept[:NOTES_LIMIT]), label)


def note_value(note: SliderNote) -> dict[str, Any]:
    """A note as JSON."""
    return asdict(note)


def read_note(value: object) -> SliderNote | None:
    """A note from JSON, or None if it is none."""
    if not isinstance(value, dict):
        return None
    model, kind, key, label = (value.get(name) for name in ("model", "kind", "key", "label"))
    if not (isinstance(model, str) and isinstance(key, str) and kind in set(SliderKind)):
        return None
    return SliderNote(
        model=model,
        kind=SliderKind(kind),
        key=key,
        label=label[:LABEL_LIMIT] if isinstance(label, str) else "",
        is_flipped=value.get("is_flipped") is True,
        is_pinned=value.get("is_pinned") is True,
        is_locked=value.get("is_locked") is True,
        is_deleted=value.get("is_deleted") is True,
    )
