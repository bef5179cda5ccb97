"""What the engine draws for the canvas."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.store.client import Client
from engine.protocol.answers import Event, Failed, Rendered
from engine.protocol.requests import Render
from engine.protocol.values import CANVAS, Image, Point, Recipe


class Drawing(StrEnum):
    """Whether the canvas's picture is whole; only families that draw in steps ever leave it otherwise."""

    RESTING = "resting"
    GROWING = "growing"
    STOPPED = "stopped"
    """A person stopped it; what was drawn stays."""


class Pictures(QObject):
    """The canvas's picture and the base place that it was drawn from."""

    picture_changed = Signal(object)
    base_changed = Signal(object)
    drawing_changed = Signal(object)
    render_ms_changed = Signal(float)
    still_changed = Signal(object)
    """A picture of the last time is to be shown until the engine draws one, or (None) no longer."""

    def __init__(self, client: Client, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._picture: Rendered | None = None
        self._base: Point | None = None
        self._drawing = Drawing.RESTING
        self._still: QImage | None = None

    @property
    def picture(self) -> Rendered | None:
        """What the canvas shows."""
        return self._picture

    @property
    def base(self) -> Point | None:
        """The drawn place before displacement, for the raw sliders."""
        return self._base

    @property
    def drawing(self) -> Drawing:
        """Whether the canvas's picture is whole, growing, or was stopped on its way."""
        return self._drawing

    @property
    def still(self) -> QImage | None:
        """What stands on the canvas until there is a picture."""
        return self._still

    def set_still(self, still: QImage | None) -> None:
        """Show a picture of the last time; None where nothing will come and it would promise what does not."""
        if self._picture is None:
            self._still = still
            self.still_changed.emit(still)

    def image_of(self, recipe: Recipe | None) -> Image | None:
        """The canvas's picture, if it is this place's and whole."""
        picture = self._picture
        return picture.image if picture is not None and picture.final and picture.recipe == recipe else None

    def stop(self) -> None:
        """Stop drawing the canvas's picture; what is drawn so far stays."""
        if self._drawing is Drawing.GROWING and self._picture is not None:
            self._client.cancel(CANVAS)
            self._set_drawing(Drawing.STOPPED)

    def forget(self) -> None:
        """Another model is open: the picture on the canvas is not its own."""
        self._picture, self._base = None, None
        self.base_changed.emit(None)
        self._set_drawing(Drawing.RESTING)

    def receive(self, event: Event) -> None:
        """Take in the canvas's pictures, and that one failed."""
        match event:
            case Rendered(view=view) if view == CANVAS:
                self._take(event)
            case Failed(command=Render(view=view)) if view == CANVAS and self._drawing is Drawing.GROWING:
                self._set_drawing(Drawing.STOPPED)
            case _:
                pass

    def _take(self, event: Rendered) -> None:
        self._picture, self._still = event, None
        self._set_drawing(Drawing.RESTING if event.final else Drawing.GROWING)
        if event.point is not None and (self._base is None or self._base.tobytes() != event.point.tobytes()):
            self._base = event.point
            self.base_changed.emit(event.point)
        self.picture_changed.emit(event)
        self.render_ms_changed.emit(event.render_ms)

    def _set_drawing(self, drawing: Drawing) -> None:
        if drawing is not self._drawing:
            self._drawing = drawing
            self.drawing_changed.emit(drawing)
