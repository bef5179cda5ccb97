"""Places that were marked: which ones is edited and can be undone, their pictures come as they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.store.edits import Edits, Favourite
from app.store.history import HistoryEntry, thumbnail
from app.store.place import Place
from app.store.shown.pictures import Pictures
from engine.protocol.values import Image, Recipe

LIMIT = 1000
TAGS_MOST, TAG_LIMIT = 12, 40


def tidy_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Words as they are kept: each once, whatever its capitals, and none too long to be read."""
    found: dict[str, str] = {}
    for tag in tags:
        word = " ".join(tag.split())[:TAG_LIMIT]
        if word:
            found.setdefault(word.casefold(), word)
    return tuple(found.values())[:TAGS_MOST]


def marked(entries: Iterable[HistoryEntry]) -> tuple[Favourite, ...]:
    """What a session remembered as marks: each place once."""
    found: dict[Recipe, Favourite] = {}
    for entry in entries:
        found.setdefault(entry.recipe, Favourite(recipe=entry.recipe, label=entry.label, tags=entry.tags))
    return tuple(found.values())[:LIMIT]


class Favourites(QObject):
    """Asked at every move of a slider whether this very place is marked, so it looks up and never searches."""

    changed = Signal()

    def __init__(self, edits: Edits, place: Place, pictures: Pictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._edits = edits
        self._place = place
        self._pictures = pictures
        self._thumbnails: dict[Recipe, Image] = {}
        """Also of places whose mark was taken away: undo brings them back with their pictures."""
        self.keep_first: Callable[[Recipe], bool] = lambda place: False
        """Asked before a place is marked: True when its model changes at any time, so that a copy is kept first.
        Whoever said so calls `mark_as` then.
        """
        self.at_hand: Callable[[Recipe], Image | None] = lambda place: None
        """Asked for the picture of a place that is not on the canvas: it was seen where it was marked."""
        self._entries: dict[Recipe, HistoryEntry] = {}
        self._kept_as: dict[Recipe, Recipe] = {}
        """Places of a run that learns whose picture of this moment was marked, by what it is kept as."""
        self._waiting: dict[Recipe, None] = {}
        """Marked places without a picture, newest first."""
        edits.watch("favourites", self._on_edits_favourites_changed)

    @property
    def entries(self) -> tuple[HistoryEntry, ...]:
        """Places that were marked, newest first."""
        return tuple(self._entries.values())

    @property
    def has_place(self) -> bool:
        """True if the place where we are is marked."""
        recipe = self._place.recipe
        return recipe is not None and recipe in self

    def __contains__(self, recipe: Recipe) -> bool:
        return self._kept_as.get(recipe, recipe) in self._entries

    @property
    def tags(self) -> tuple[str, ...]:
        """All words that places are marked with, in alphabetical order."""
        known = {tag.casefold(): tag for one in reversed(self._edits.value.favourites) for tag in one.tags}
        return tuple(known[key] for key in sorted(known))

    def tags_of(self, recipe: Recipe) -> tuple[str, ...]:
        """The words of a marked place."""
        entry = self._entries.get(self._kept_as.get(recipe, recipe))
        return entry.tags if entry is not None else ()

    def set_tags(self, recipe: Recipe, tags: Iterable[str]) -> None:
        """Mark a place with words; one that was not marked is from now on."""
        place, value, words = self._kept_as.get(recipe, recipe), self._edits.value, tidy_tags(tags)
        if place in self._entries:
            tagged = tuple(replace(one, tags=words) if one.recipe == place else one for one in value.favourites)
            self._edits.put(replace(value, favourites=tagged), "Tags")
        elif words and not self.keep_first(place):
            self._mark(place, self._seen(place), words)

    def toggle(self, recipe: Recipe | None = None) -> None:
        """Mark a place (the one where we are), or take the mark away."""
        place = recipe or self._place.recipe
        if place is None:
            return
        place, value = self._kept_as.get(place, place), self._edits.value
        if place in self._entries:
            kept = tuple(one for one in value.favourites if one.recipe != place)
            self._edits.put(replace(value, favourites=kept), "Remove from favourites")
            return
        if self.keep_first(place):
            return
        self._mark(place, self._seen(place))

    def _seen(self, place: Recipe) -> Image | None:
        image = self._pictures.image_of(place)
        return self.at_hand(place) if image is None else image

    def mark_as(self, place: Recipe, kept: Recipe, image: Image | None) -> None:
        """Mark the copy that was kept of a place; until the place's picture changes, it counts as marked too."""
        self._kept_as[place] = kept
        if kept in self._entries:
            self.changed.emit()
        else:
            self._mark(kept, image)

    def forget_moment(self) -> None:
        """What is shown has changed: it is no longer what was marked."""
        if self._kept_as:
            self._kept_as.clear()
            self.changed.emit()

    def _mark(self, place: Recipe, image: Image | None, tags: tuple[str, ...] = ()) -> None:
        if image is not None:
            self._keep(place, image)
        value = self._edits.value
        newest = Favourite(recipe=place, label="Favourite", tags=tags)
        self._edits.put(replace(value, favourites=(newest, *value.favourites)[:LIMIT]), "Add to favourites")

    def restore(self, entries: Iterable[HistoryEntry]) -> None:
        """Take over what a session remembered."""
        known = tuple(entries)
        for entry in known:
            if entry.thumbnail is not None:
                self._thumbnails.setdefault(entry.recipe, entry.thumbnail)
        self._edits.amend(replace(self._edits.value, favourites=marked(known)))

    def illustrate(self, recipe: Recipe, image: Image) -> None:
        """Give a place its picture, if it waits for one."""
        if recipe in self._waiting:
            self._keep(recipe, image)
            del self._waiting[recipe]
            self._entries[recipe] = replace(self._entries[recipe], thumbnail=self._thumbnails[recipe])
            self.changed.emit()

    def illustrate_all(self, pictures: Mapping[Recipe, Image]) -> None:
        """Give every place that waits for a picture its own, as far as there are any."""
        found = {recipe: pictures[recipe] for recipe in self._waiting if recipe in pictures}
        if found:
            self._thumbnails |= found
            self._on_edits_favourites_changed()

    def waiting(self, model: str, shown: Recipe | None) -> Recipe | None:
        """The newest place of a model without a picture (not the one shown now)."""
        return next((one for one in self._waiting if one.model == model and one != shown), None)

    def _keep(self, recipe: Recipe, image: Image) -> None:
        self._thumbnails[recipe] = thumbnail(image)
        while len(self._thumbnails) > 2 * LIMIT:
            del self._thumbnails[next(iter(self._thumbnails))]

    def _on_edits_favourites_changed(self) -> None:
        self._entries = {
            one.recipe: HistoryEntry(
                recipe=one.recipe, label=one.label, thumbnail=self._thumbnails.get(one.recipe), tags=one.tags
            )
            for one in self._edits.value.favourites
        }  # fmt: skip
        self._waiting = {recipe: None for recipe, entry in self._entries.items() if entry.thumbnail is None}
        self.changed.emit()
