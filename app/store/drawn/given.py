"""The part of a picture that is given: painted, kept from what was drawn, or brought; the model draws the rest.

It is edited here as pixels, and kept by the engine under the hash of its content: a recipe says no more of it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from app.store.edits import Edits
from app.store.models import Models
from app.store.place import Place
from app.store.shown.pictures import Pictures
from engine.protocol.answers import Event, Failed, PictureKept
from engine.protocol.requests import KeepPicture
from engine.protocol.values import Capability, Image, ModelDescribed, Recipe

GIVEN = 255
"""The alpha of a given pixel."""
_RECENT = 200
Cell = tuple[int, int]
"""Row and column of a pixel."""


class Hand(StrEnum):
    """What a hand does to the pixels under it."""

    PAINT = "paint"
    KEEP = "keep"
    """They are given as they are drawn now."""
    ERASE = "erase"
    """They are drawn anew."""
    BOX = "box"
    """A rectangle is drawn anew, all around it is given."""


LABELS = {Hand.PAINT: "Paint", Hand.KEEP: "Keep", Hand.ERASE: "Erase", Hand.BOX: "Box"}


class Given(QObject):
    """`pixels` are what is given now (H, W, 4), also while a stroke is not finished or on its way to the engine."""

    changed = Signal()

    def __init__(
        self, client: Client, edits: Edits, models: Models, place: Place, pictures: Pictures,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._client, self._models, self._place, self._pictures = client, models, place, pictures
        self.undrawn: Callable[[], Sequence[int]] = lambda: ()
        """The pixels of the canvas's picture that are not drawn yet, counted in reading order."""
        self._kept: OrderedDict[str, Image] = OrderedDict()
        """Given pixels that were seen, by name: undo goes back to them at once."""
        self._pixels: Image | None = None
        self._draft: Image | None = None
        """What a stroke has made of them so far."""
        self._asked: dict[int, str] = {}
        """What is being kept, by ticket, with what the step is to be called; empty where it is only looked up."""
        self._newest = 0
        edits.watch("place", self._on_edits_place)
        models.model_changed.connect(self._on_models_model_changed)

    # ------------------------------------------------------------ what is

    @property
    def pixels(self) -> Image | None:
        """What is given; None for nothing."""
        return self._draft if self._draft is not None else self._pixels

    @property
    def is_drafting(self) -> bool:
        """True during a stroke."""
        return self._draft is not None

    @property
    def count(self) -> int:
        """How many pixels are given."""
        return 0 if self.pixels is None else int((self.pixels[:, :, 3] == GIVEN).sum())

    def why_not(self) -> str:
        """Why nothing can be given here; empty when it can."""
        model = self._models.model
        if model is None:
            return "Open a model first"
        if Capability.COMPLETE not in model.capabilities:
            return f"{model.family_label} draws a picture as a whole: it cannot complete a part of one"
        return "" if self._pictures.picture is not None else "The first picture is being drawn"

    def named(self, name: str) -> Image | None:
        """The given pixels of this name, if they are at hand."""
        return self._kept.get(name)

    # ------------------------------------------------------------ a hand over the picture

    def begin(self) -> bool:
        """A stroke begins; False where nothing can be given."""
        if self.why_not():
            return False
        self._draft = self._copy()
        return True

    def touch(self, cells: Iterable[Cell], hand: Hand, colour: tuple[int, int, int] = (255, 255, 255)) -> None:
        """The hand is over these pixels."""
        draft, shown = self._draft, self._shown()
        if draft is None or shown is None:
            return
        height, width = draft.shape[:2]
        blank = set(self.undrawn()) if hand is Hand.KEEP else ()
        inside = [
            (row, column)
            for row, column in cells
            if 0 <= row < height and 0 <= column < width and row * width + column not in blank
        ]
        if not inside:
            return
        rows, columns = [row for row, _ in inside], [column for _, column in inside]
        if hand is Hand.ERASE:
            draft[rows, columns] = 0
        else:
            draft[rows, columns, :3] = colour if hand is Hand.PAINT else shown[rows, columns]
            draft[rows, columns, 3] = GIVEN
        self.changed.emit()

    def end(self, hand: Hand) -> None:
        """The hand is lifted: the rest is drawn around what is given now."""
        draft, self._draft = self._draft, None
        if draft is not None:
            self._put(draft, LABELS[hand])

    def abandon(self) -> None:
        """Take the stroke back."""
        if self._draft is not None:
            self._draft = None
            self.changed.emit()

    # ------------------------------------------------------------ all at once

    def keep_around(self, top: int, left: int, height: int, width: int, *, label: str = LABELS[Hand.BOX]) -> None:
        """All is given as it is now but a rectangle, which is drawn anew."""
        whole = self._whole()
        if whole is not None:
            whole[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)] = 0
            self._put(whole, label)

    def keep_upper_half(self) -> None:
        """The upper half is given as it is now, the lower one is drawn anew."""
        whole = self._whole()
        if whole is not None:
            side = whole.shape[0]
            self.keep_around(side // 2, 0, side, whole.shape[1], label="Lower half")

    def keep_drawn(self) -> None:
        """All that is drawn is given as it is on the canvas."""
        whole = self._whole()
        if whole is not None:
            self._put(whole, "Keep what is drawn")

    def set_pixel(self, cell: Cell, colour: tuple[int, int, int], after: Iterable[int]) -> None:
        """Give one pixel another colour, and have those that come after it drawn anew; the ones before it stay."""
        whole = self._whole()
        if whole is not None:
            whole.reshape(-1, 4)[list(after)] = 0
            whole[cell] = (*colour, GIVEN)
            self._put(whole, f"Pixel {cell[1] + 1}, {cell[0] + 1}")

    def turn_around(self) -> None:
        """What was given is drawn anew, and what was drawn is given."""
        whole, pixels = self._whole(), self.pixels
        if whole is not None:
            if pixels is not None:
                whole[pixels[:, :, 3] == GIVEN] = 0
            self._put(whole, "Turn around")

    def clear(self) -> None:
        """Nothing is given."""
        if self._place.recipe is not None and self.pixels is not None:
            self._newest, self._pixels, self._draft = 0, None, None
            self._place.set_known("", "Nothing given")
            self.changed.emit()

    def bring(self, path: Path) -> None:
        """All of a picture of one's own is given."""
        self._ask(KeepPicture(path=path, ticket=self._client.next_ticket()), "Given picture")

    # ------------------------------------------------------------ to the engine and back

    def receive(self, event: Event) -> None:
        """Hear that given pixels are kept, and under which name."""
        if isinstance(event, PictureKept) and event.ticket in self._asked:
            label = self._asked.pop(event.ticket)
            self._remember(event.name, event.image)
            recipe = self._place.recipe
            if label and recipe is not None and not self.why_not():
                if event.ticket == self._newest:
                    self._pixels = event.image
                self._place.set_known(event.name, label)
                self.changed.emit()
            elif not label and recipe is not None and recipe.known == event.name:
                self._pixels = event.image
                self.changed.emit()
        elif isinstance(event, Failed) and event.ticket in self._asked:
            self._asked.pop(event.ticket)
            self._follow(self._place.recipe)

    def _put(self, pixels: Image, label: str) -> None:
        if not (pixels[:, :, 3] == GIVEN).any():
            self._newest, self._pixels = 0, None
            self._place.set_known("", label)
            self.changed.emit()
            return
        pixels.setflags(write=False)
        self._pixels = pixels
        self._ask(KeepPicture(pixels=pixels, ticket=self._client.next_ticket()), label)
        self.changed.emit()

    def _ask(self, request: KeepPicture, label: str) -> None:
        self._asked[request.ticket] = label
        if label:
            self._newest = request.ticket
        self._client.send(request)

    def _remember(self, name: str, pixels: Image) -> None:
        self._kept[name] = pixels
        self._kept.move_to_end(name)
        while len(self._kept) > _RECENT:
            self._kept.popitem(last=False)

    def _shown(self) -> Image | None:
        picture = self._pictures.picture
        return picture.image if picture is not None else None

    def _copy(self) -> Image | None:
        """What is given now, to be changed."""
        import numpy as np

        shown = self._shown()
        if self._pixels is not None:
            return self._pixels.copy()
        return None if shown is None else np.zeros((*shown.shape[:2], 4), np.uint8)

    def _whole(self) -> Image | None:
        """The picture as it is on the canvas, all that is drawn of it given, to be changed."""
        import numpy as np

        shown = self._shown()
        if shown is None or self.why_not():
            return None
        whole = np.full((*shown.shape[:2], 4), GIVEN, np.uint8)
        whole[:, :, :3] = shown
        whole.reshape(-1, 4)[list(self.undrawn())] = 0
        return whole

    # ------------------------------------------------------------ hearing the store

    def _on_edits_place(self) -> None:
        recipe = self._place.recipe
        waiting = any(label for label in self._asked.values())
        if recipe is not None and not waiting:
            self._follow(recipe)

    def _on_models_model_changed(self, model: ModelDescribed | None) -> None:
        self._asked.clear()
        self._draft = None
        self._follow(self._place.recipe)

    def _follow(self, recipe: Recipe | None) -> None:
        """Show what a place says is given: undo, another place, another model."""
        name = recipe.known if recipe is not None else ""
        pixels = self._kept.get(name)
        if pixels is not self._pixels:
            self._pixels = pixels
            self.changed.emit()
        if name and pixels is None:
            self._ask(KeepPicture(name=name, ticket=self._client.next_ticket()), "")
