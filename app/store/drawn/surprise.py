"""How surprising the picture on the canvas is to its model: in all, at each pixel, and beside held-out pictures."""

from __future__ import annotations

import math

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from app.store.client import Client
from app.store.drawn.given import Cell
from app.store.models import Models
from app.store.shown.pictures import Pictures
from engine.protocol.answers import Evaluating, Event, Failed, Preparing, Rendered
from engine.protocol.pixels import BitsMeasured, HeldOutMeasured, PixelTold
from engine.protocol.requests import Cancel, MeasureBits, MeasureHeldOut, TellPixel
from engine.protocol.values import Capability, Image, ModelDescribed, Recipe


class Surprise(QObject):
    """Off until a person looks. One question of a kind is with the engine at a time, then the newest one."""

    shown_changed = Signal(bool)
    """The view was opened or closed."""
    bits_changed = Signal()
    pixel_changed = Signal()
    """Another pixel is pointed at or held, or what is told of it came."""
    held_out_changed = Signal()
    """How far the measurement of held-out pictures is, or its result."""

    def __init__(self, client: Client, models: Models, pictures: Pictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client, self._models, self._pictures = client, models, pictures
        self._is_shown = False
        self.bits: BitsMeasured | None = None
        """Of the picture that is on the canvas; None until it is measured."""
        self._measuring: tuple[int, Image] | None = None
        self._measured: Image | None = None
        self.pointed: Cell | None = None
        self.held: Cell | None = None
        """A pixel that was clicked: what is told stays with it, wherever the pointer goes."""
        self.told: PixelTold | None = None
        self._telling: tuple[int, Cell, Image] | None = None
        self.shows_sight = True
        """Whether the canvas shows what the pixel sees, or keeps the map."""
        self.held_out: HeldOutMeasured | None = None
        self.held_out_problem = ""
        self._holding_out = 0
        self.progress: tuple[str, int, int] | None = None
        self._clock = QElapsedTimer()
        models.model_changed.connect(self._on_models_model_changed)
        pictures.picture_changed.connect(self._on_pictures_picture_changed)

    # ------------------------------------------------------------ what is

    @property
    def is_shown(self) -> bool:
        """True while a person looks."""
        return self._is_shown

    @property
    def cell(self) -> Cell | None:
        """The pixel of which is told: the one that is held, else the one under the pointer."""
        return self.held if self.held is not None else self.pointed

    @property
    def sight(self) -> PixelTold | None:
        """Whose sight covers the picture: the pixel's, or, until it is told of, that of the one before it."""
        return self.told if self._is_shown and self.shows_sight and self.cell is not None else None

    @property
    def is_measuring(self) -> bool:
        """True while held-out pictures are measured."""
        return bool(self._holding_out)

    @property
    def left_s(self) -> float:
        """About how long measuring takes yet; NaN while nobody knows."""
        _, done, of = self.progress or ("", 0, 0)
        return self._clock.elapsed() / 1000.0 / done * (of - done) if done > 0 else math.nan

    def why_not(self) -> str:
        """Why nothing can be told here; empty when it can."""
        model = self._models.model
        if model is None:
            return "Open a model first"
        if Capability.PIXELWISE not in model.capabilities:
            return f"{model.family_label} does not say how likely each pixel is"
        return ""

    # ------------------------------------------------------------ a person's hand

    def show(self, shows: bool) -> None:
        """Open or close the view."""
        shows = shows and not self.why_not()
        if shows != self._is_shown:
            self._is_shown = shows
            self.pointed = self.held = self.told = None
            self.shown_changed.emit(shows)
            self.pixel_changed.emit()
            self._measure()

    def point(self, cell: Cell | None) -> None:
        """The pointer is over a pixel, or over none."""
        if self._is_shown and cell != self.pointed:
            self.pointed = cell
            if self.held is None:
                self.pixel_changed.emit()
                self._ask_pixel()

    def hold(self, cell: Cell | None) -> None:
        """Stay with a pixel, or (None, or the same again) with none."""
        if self._is_shown:
            self.held = None if cell == self.held else cell
            self.pixel_changed.emit()
            self._ask_pixel()

    def show_sight(self, shows: bool) -> None:
        """Show over the picture what the pixel sees, or go on showing the map."""
        if shows != self.shows_sight:
            self.shows_sight = shows
            self.pixel_changed.emit()

    def measure_held_out(self) -> None:
        """Measure pictures that the model never learned from; what was measured once is kept."""
        if not self._holding_out and not self.why_not():
            self.held_out_problem, self.progress = "", ("Reading pictures", 0, 0)
            self._holding_out = self._client.next_ticket()
            self._client.send(MeasureHeldOut(ticket=self._holding_out))
            self.held_out_changed.emit()

    def cancel_held_out(self) -> None:
        """Leave off measuring."""
        if self._holding_out:
            self._client.send(Cancel(ticket=self._holding_out))

    # ------------------------------------------------------------ asking and hearing

    def _measure(self) -> None:
        picture = self._pictures.picture
        if not self._is_shown or picture is None or not picture.final or self._measuring is not None:
            return
        if picture.image is self._measured:
            return
        self._measuring = (self._client.next_ticket(), picture.image)
        ticket, image = self._measuring
        self._client.send(MeasureBits(pixels=image, conditions=_asked(picture.recipe), ticket=ticket))

    def _ask_pixel(self) -> None:
        picture, cell = self._pictures.picture, self.cell
        if not self._is_shown or picture is None or cell is None or self._telling is not None:
            return
        told = self.told
        if told is not None and (told.row, told.column) == cell:
            return
        self._telling = (self._client.next_ticket(), cell, picture.image)
        request = TellPixel(
            pixels=picture.image, row=cell[0], column=cell[1], conditions=_asked(picture.recipe),
            ticket=self._telling[0],
        )  # fmt: skip
        self._client.send(request)

    def receive(self, event: Event) -> None:
        """Take in the answers."""
        match event:
            case BitsMeasured() if self._measuring is not None and event.ticket == self._measuring[0]:
                self._measured, self._measuring = self._measuring[1], None
                picture = self._pictures.picture
                if picture is not None and picture.image is self._measured:
                    self.bits = event
                    self.bits_changed.emit()
                self._measure()
            case PixelTold() if self._telling is not None and event.ticket == self._telling[0]:
                self._on_pixel_told(event)
            case HeldOutMeasured() if event.ticket == self._holding_out:
                self.held_out, self._holding_out, self.progress = event, 0, None
                self.held_out_changed.emit()
            case Preparing() | Evaluating() if event.ticket and event.ticket == self._holding_out:
                if isinstance(event, Evaluating) and (self.progress is None or self.progress[0] != event.what):
                    self._clock.start()
                self.progress = (event.what, event.done, event.of)
                self.held_out_changed.emit()
            case Failed():
                self._on_failed(event)
            case _:
                pass

    def _on_pixel_told(self, event: PixelTold) -> None:
        assert self._telling is not None
        _, cell, image = self._telling
        self._telling = None
        picture = self._pictures.picture
        if picture is not None and picture.image is image and cell == self.cell:
            self.told = event
            self.pixel_changed.emit()
        else:
            self._ask_pixel()

    def _on_failed(self, event: Failed) -> None:
        if self._measuring is not None and event.ticket == self._measuring[0]:
            self._measured, self._measuring = self._measuring[1], None
        elif self._telling is not None and event.ticket == self._telling[0]:
            self._telling = None
        elif event.ticket and event.ticket == self._holding_out:
            self._holding_out, self.progress = 0, None
            self.held_out_problem = "" if event.problem.code == "stopped" else event.problem.sentence
            self.held_out_changed.emit()

    # ------------------------------------------------------------ hearing the store

    def _on_pictures_picture_changed(self, picture: Rendered | None) -> None:
        if self.bits is not None or self.told is not None:
            self.bits = self.told = None
            self.bits_changed.emit()
            self.pixel_changed.emit()
        self._measure()
        if picture is not None and picture.final:
            self._ask_pixel()

    def _on_models_model_changed(self, _model: ModelDescribed | None) -> None:
        self.cancel_held_out()
        self._measuring = self._telling = self._measured = None
        self.bits = self.told = self.pointed = self.held = None
        self.held_out, self.held_out_problem, self._holding_out, self.progress = None, "", 0, None
        if self._is_shown and self.why_not():
            self._is_shown = False
            self.shown_changed.emit(False)
        self.bits_changed.emit()
        self.pixel_changed.emit()
        self.held_out_changed.emit()


def _asked(recipe: Recipe) -> tuple[tuple[str, float | str], ...]:
    """What a picture was asked for, which is what it is measured under."""
    return recipe.conditions
