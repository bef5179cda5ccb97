"""Places that were visited: recipes with a label and, once drawn, a thumbnail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Signal

from app.store import recipes
from app.store.edits import Edits, Step
from app.store.shown.pictures import Pictures
from engine.protocol.values import Image, Recipe

THUMBNAIL_PX = 96
LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """A place one can go back to."""

    recipe: Recipe
    label: str
    thumbnail: Image | None = field(default=None, compare=False)
    begins: bool = True
    """A larger move led here: a group begins. The small moves after it belong to it."""
    tags: tuple[str, ...] = ()
    """Of a place that is marked: words by which it is found again."""


class History(QObject):
    """Each place once. It is no document: undo leaves it alone."""

    changed = Signal()

    def __init__(
        self, edits: Edits | None = None, pictures: Pictures | None = None, parent: QObject | None = None,
        *, limit: int = LIMIT,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._pictures = pictures
        self._limit = limit
        self._entries: dict[Recipe, HistoryEntry] = {}
        """Oldest first."""
        self._waiting: dict[Recipe, None] = {}
        """Places without a picture, oldest first."""
        self._is_parted = False
        """A larger move was made since the newest place was put down, to one that was here already."""
        if edits is not None:
            edits.remembered.connect(self._on_edits_remembered)

    @property
    def entries(self) -> tuple[HistoryEntry, ...]:
        """Places that were visited, newest first."""
        return tuple(reversed(self._entries.values()))

    def __contains__(self, recipe: Recipe) -> bool:
        return recipe in self._entries

    def add(self, recipe: Recipe, label: str, image: Image | None = None, *, begins: bool = True) -> None:
        """Put a place first; one that is already here keeps its place, so that clicking does not shuffle."""
        if recipe in self._entries:
            self._is_parted = self._is_parted or (begins and recipe != next(reversed(self._entries)))
            return
        small = None if image is None else thumbnail(image)
        self._put(HistoryEntry(recipe=recipe, label=label, thumbnail=small, begins=begins or self._is_parted))
        self._is_parted = False
        while len(self._entries) > self._limit:
            oldest = next(iter(self._entries))
            del self._entries[oldest]
            self._waiting.pop(oldest, None)
        self.changed.emit()

    def illustrate(self, recipe: Recipe, image: Image) -> None:
        """Give a place its picture, if it waits for one."""
        if recipe in self._waiting:
            self._put(replace(self._entries[recipe], thumbnail=thumbnail(image)))
            self.changed.emit()

    def illustrate_all(self, pictures: Mapping[Recipe, Image]) -> None:
        """Give every place that waits for a picture its own, as far as there are any."""
        found = [recipe for recipe in self._waiting if recipe in pictures]
        for recipe in found:
            self._put(replace(self._entries[recipe], thumbnail=pictures[recipe]))
        if found:
            self.changed.emit()

    def waiting(self, model: str, shown: Recipe | None) -> Recipe | None:
        """The newest place of a model whose picture was overtaken before it was drawn (not the one shown now)."""
        return next((one for one in reversed(self._waiting) if one.model == model and one != shown), None)

    def restore(self, entries: Iterable[HistoryEntry]) -> None:
        """Take over what a session remembered, newest first."""
        seen: dict[Recipe, HistoryEntry] = {}
        for entry in entries:
            seen.setdefault(entry.recipe, entry)
        self._entries.clear()
        self._waiting.clear()
        for entry in reversed(list(seen.values())[: self._limit]):
            self._put(entry)
        self.changed.emit()

    def _put(self, entry: HistoryEntry) -> None:
        self._entries[entry.recipe] = entry
        if entry.thumbnail is None:
            self._waiting[entry.recipe] = None
        else:
            self._waiting.pop(entry.recipe, None)

    def _on_edits_remembered(self, step: Step) -> None:
        place = step.after.place
        if place is not None and place != step.before.place:
            image = self._pictures.image_of(place) if self._pictures is not None else None
            self.add(place, step.label, image, begins=self._is_larger(step.before.place, place))

    def _is_larger(self, before: Recipe | None, after: Recipe) -> bool:
        newest = next(reversed(self._entries), None)
        if before is None or newest is None:
            return True
        if replace(newest, model=before.model) == before:
            newest = before  # its model has learned meanwhile, and is still the same one
        return any(recipes.is_larger_move(one, after) for one in (before, newest))


def thumbnail(image: Image, limit_px: int = THUMBNAIL_PX) -> Image:
    """A small read-only copy: whole pixels are averaged, so that a large picture does not stay in memory."""
    import numpy as np

    step = max(1, -(-max(image.shape[:2]) // limit_px))
    if step == 1:
        small = image.copy()
    else:
        height, width = (max(1, side // step) for side in image.shape[:2])
        cut = image[: height * step, : width * step]
        pieces = cut.reshape(height, cut.shape[0] // height, width, cut.shape[1] // width, -1)
        small = pieces.mean(axis=(1, 3)).round().astype(np.uint8)
    small.setflags(write=False)
    return small
