"""Places that were visited or marked: recipes with a label and, once drawn, a thumbnail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from engine.protocol.values import Image, Recipe

THUMBNAIL_PX = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """A place one can go back to."""

    recipe: Recipe
    label: str
    thumbnail: Image | None = field(default=None, compare=False)


class History:
    """Entries, newest first, each recipe once."""

    def __init__(self, limit: int = 200) -> None:
        self._limit = limit
        self.entries: tuple[HistoryEntry, ...] = ()

    def __contains__(self, recipe: Recipe) -> bool:
        return any(entry.recipe == recipe for entry in self.entries)

    def add(self, recipe: Recipe, label: str, image: Image | None = None) -> bool:
        """Put a place first; one that is already here keeps its place, so that clicking does not shuffle."""
        if recipe in self:
            return False
        entry = HistoryEntry(recipe=recipe, label=label, thumbnail=None if image is None else thumbnail(image))
        self.entries = (entry, *self.entries[: self._limit - 1])
        return True

    def remove(self, recipe: Recipe) -> bool:
        """Forget a place."""
        kept = tuple(entry for entry in self.entries if entry.recipe != recipe)
        removed = len(kept) != len(self.entries)
        self.entries = kept
        return removed

    def illustrate(self, recipe: Recipe, image: Image) -> bool:
        """Give the entry of this recipe its picture, if it waits for one."""
        for position, entry in enumerate(self.entries):
            if entry.recipe == recipe and entry.thumbnail is None:
                drawn = replace(entry, thumbnail=thumbnail(image))
                self.entries = (*self.entries[:position], drawn, *self.entries[position + 1 :])
                return True
        return False

    def illustrate_all(self, pictures: Mapping[Recipe, Image]) -> bool:
        """Give every entry that waits for a picture its own, as far as there are any."""
        before = self.entries
        self.entries = tuple(
            replace(entry, thumbnail=pictures.get(entry.recipe)) if entry.thumbnail is None else entry
            for entry in before
        )
        return any(new.thumbnail is not old.thumbnail for new, old in zip(self.entries, before, strict=True))

    def without_thumbnail(self, model: str, shown: Recipe | None) -> Recipe | None:
        """The newest place of a model whose picture was overtaken before it was drawn (not the one shown now)."""
        for entry in self.entries:
            if entry.thumbnail is None and entry.recipe.model == model and entry.recipe != shown:
                return entry.recipe
        return None

    def restore(self, entries: Iterable[HistoryEntry]) -> None:
        """Take over what a session remembered."""
        seen: dict[Recipe, HistoryEntry] = {}
        for entry in entries:
            seen.setdefault(entry.recipe, entry)
        self.entries = tuple(seen.values())[: self._limit]


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
