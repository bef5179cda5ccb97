"""The pace at which a picture is seen to be drawn: the engine draws as fast as it can, the pen shows it pixel by pixel.

So the engine is never held up by somebody who watches, and a pause, a step or a second look cost nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from app.store.models import Models
from app.store.shown.pictures import Drawing, Pictures
from engine.protocol.answers import Rendered
from engine.protocol.values import Image, ModelDescribed

PACES = (4.0, 12.0, 40.0, 120.0, 400.0, 1200.0, 0.0)
"""Pixels a second; 0 is as fast as the engine draws."""
AT_ONCE = len(PACES) - 1
AGAIN = 4
"""Whoever watches a picture again at full speed sees it at this pace."""
_TICK_MS = 16
_BLANK = 128
"""What the engine paints where nothing is drawn yet."""


class Pen(QObject):
    """Stands between the engine's pictures and the canvas. Models that draw in one go pass by."""

    changed = Signal()
    """The pen moved, rests, pauses, or goes at another pace."""
    paced = Signal(int)
    rest_asked = Signal()
    """The rest of what was stopped is wanted, and only the engine can draw it."""

    def __init__(self, models: Models, pictures: Pictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._order: tuple[int, ...] = ()
        self._path: tuple[int, ...] = ()
        """The order without what is given: the pixels that are really drawn."""
        self._ranks: Sequence[int] = ()
        """Where in the order each of these stands."""
        self._instead: tuple[int, ...] = ()
        """For each pixel the one whose colour stands there until it is drawn; empty where nothing does."""
        self._ground: Image | None = None
        """What the picture showed before its first pixel was drawn: a sketch; None where that is blank."""
        self.given: Callable[[str], Image | None] = lambda name: None
        """The given pixels (H, W, 4) that have a name, if they are at hand."""
        self._newest: Rendered | None = None
        self._at = 0
        self._owed = 0.0
        """Parts of a pixel that the clock has earned."""
        self._goal = 0
        """How far single steps may go while it pauses."""
        self._pace = AT_ONCE
        self._is_again = False
        self._is_paused = False
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        models.model_changed.connect(self._on_models_model_changed)
        pictures.drawing_changed.connect(self._on_pictures_drawing_changed)

    # ------------------------------------------------------------ what is

    @property
    def draws(self) -> bool:
        """True where the open model draws pixel by pixel."""
        return bool(self._order)

    @property
    def pace(self) -> int:
        """Which of the paces."""
        return self._pace

    @property
    def is_paused(self) -> bool:
        """True while it waits for a person."""
        return self._is_paused

    @property
    def at(self) -> int:
        """How many pixels are drawn on the canvas; those that are given do not count."""
        return self._at

    @property
    def of(self) -> int:
        """How many there are to draw."""
        return len(self._path)

    @property
    def cell(self) -> tuple[int, int] | None:
        """Row and column of the pixel that comes next, while it is under way."""
        newest = self._newest
        if newest is None or self._pictures.drawing is Drawing.RESTING or self._at >= len(self._path):
            return None
        width: int = newest.image.shape[1]
        return divmod(self._path[self._at], width)

    def rest(self) -> tuple[int, ...]:
        """The pixels that are not drawn yet, counted in reading order."""
        return self._path[self._at :]

    def undrawn(self) -> tuple[int, ...]:
        """The same while the picture on the canvas is not whole; none of one that is."""
        return () if self._pictures.drawing is Drawing.RESTING else self.rest()

    def after(self, cell: tuple[int, int], width: int) -> tuple[int, ...]:
        """All pixels that are drawn after this one, counted in reading order."""
        here = cell[0] * width + cell[1]
        return self._order[self._order.index(here) + 1 :] if here in self._order else ()

    def sees_too_late(self, pixels: Image) -> bool:
        """True if some of these given pixels (H, W, 4) come later than one that is drawn: those before are drawn
        without having seen them.
        """
        is_given = (pixels[:, :, 3] == 255).reshape(-1)
        if is_given.size != len(self._order):
            return False
        in_order = is_given[list(self._order)]
        drawn = (~in_order).nonzero()[0]
        return bool(len(drawn) and in_order[int(drawn[0]) :].any())

    @property
    def has_whole(self) -> bool:
        """True if the engine has drawn all of the picture, however much of it is shown."""
        return self._newest is not None and self._newest.final

    @property
    def has_sketch(self) -> bool:
        """True if the picture showed something before its first pixel was drawn."""
        return self._ground is not None

    def blank(self) -> tuple[int, ...]:
        """The pixels at which nothing is to be seen yet: neither drawn, nor told of by a coarser one that is."""
        if not self._instead:
            return self.rest()
        rest = set(self.rest())
        return tuple(place for place in rest if self._instead[place] in rest)

    # ------------------------------------------------------------ a person's hand

    def set_pace(self, pace: int) -> None:
        """Go faster or slower from now on."""
        pace = min(max(pace, 0), AT_ONCE)
        if pace != self._pace:
            self._pace = pace
            self._is_again = False
            self.paced.emit(pace)
            self._go_on()

    def pause(self) -> None:
        """Wait where the pen is."""
        if self._pictures.drawing is Drawing.GROWING and not self._is_paused:
            self._is_paused, self._goal = True, self._at
            self._timer.stop()
            self.changed.emit()

    def go_on(self) -> None:
        """Draw on after a pause or a stop; from the beginning, if the picture is whole."""
        if self._pictures.drawing is Drawing.RESTING:
            self._begin_again()
            self._go_on()
        elif self._pictures.drawing is Drawing.STOPPED:
            if not self.finish():
                self.rest_asked.emit()
        else:
            self._is_paused = False
            self._go_on()

    def toggle(self) -> None:
        """Pause, or go on."""
        if self._pictures.drawing is Drawing.GROWING and not self._is_paused:
            self.pause()
        else:
            self.go_on()

    def step(self) -> None:
        """One pixel more, and wait."""
        if not self.draws or self._newest is None:
            return
        if self._pictures.drawing is Drawing.RESTING:
            self._begin_again()
        self._is_paused = True
        self._timer.stop()
        self._goal = min(self._at + 1, len(self._path))
        self._show(min(self._goal, self._available()))

    def finish(self) -> bool:
        """Draw the rest of what was stopped; False if only the engine can."""
        if not self.has_whole or self._pictures.drawing is not Drawing.STOPPED:
            return False
        self._is_paused = False
        self._go_on(force=True)
        return True

    def _begin_again(self) -> None:
        """The same picture once more, from the first pixel."""
        if self._newest is None or not self.draws:
            return
        self._at, self._is_again, self._is_paused = 0, self._pace == AT_ONCE, False
        self._show(0)

    # ------------------------------------------------------------ what the engine draws

    def receive(self, event: Rendered) -> None:
        """A look at the canvas's picture, on its way there."""
        newest = self._newest
        if not self.draws:
            self._pictures.receive(event)
            return
        if newest is None or newest.ticket != event.ticket:
            is_rest = newest is not None and newest.recipe == event.recipe
            if not (is_rest and self._pictures.drawing is Drawing.STOPPED):
                self._at, newest = 0, None
            self._set_path(event)
            self._ground = event.image if not event.drawn and not event.final else None
            self._is_again = self._is_paused = False
        self._newest = event
        if newest is not None and not event.final and self._available() < self._at:
            self._newest = event = replace(event, image=newest.image)  # it draws again what was there already
        if self._is_paused:
            self._show(min(self._goal, self._available()))
        elif PACES[self._pace] == 0.0 and not self._is_again:
            self._at = max(self._at, self._available())
            if self._instead and not event.final:
                event = replace(event, image=self._part(event.image, self._at))
            self._pictures.receive(event)
            self.changed.emit()
        else:
            self._run()

    def _set_path(self, event: Rendered) -> None:
        known = self.given(event.recipe.known) if event.recipe.known else None
        if known is None or known.shape[:2] != event.image.shape[:2]:
            self._path, self._ranks = self._order, range(len(self._order))
            return
        is_given = (known[:, :, 3] == 255).reshape(-1)
        self._ranks = [rank for rank, place in enumerate(self._order) if not is_given[place]]
        self._path = tuple(self._order[rank] for rank in self._ranks)

    def _available(self) -> int:
        """How many pixels of the path the engine has drawn."""
        newest = self._newest
        if newest is None or newest.final:
            return len(self._path)
        return bisect_left(self._ranks, newest.drawn)

    # ------------------------------------------------------------ time passing

    def _run(self) -> None:
        if not self._timer.isActive():
            self._owed = 0.0
            self._clock.start()
            self._timer.start()
            self._show(self._at)

    def _go_on(self, *, force: bool = False) -> None:
        under_way = self._pictures.drawing is Drawing.GROWING and not self._is_paused
        if self._newest is not None and (under_way or force):
            if PACES[self._pace] == 0.0 and not self._is_again:
                self._timer.stop()
                self._show(self._available())
            else:
                self._run()
        self.changed.emit()

    def _on_timer_timeout(self) -> None:
        self.advance(self._clock.restart() / 1000.0)

    def advance(self, seconds: float) -> None:
        """So much time has passed."""
        pace = PACES[AGAIN if self._is_again else self._pace]
        self._owed += seconds * pace
        steps = int(self._owed)
        if steps:
            self._owed -= steps
            at, available = self._at + steps, self._available()
            if at > available:  # the engine is slower than the pen: nothing is made up for later
                at, self._owed = max(self._at, available), 0.0
            if at != self._at or at == len(self._path):
                self._show(at)

    def _show(self, at: int) -> None:
        """Put the first pixels of the newest look on the canvas; the whole picture once all are."""
        newest = self._newest
        if newest is None:
            return
        self._at = at
        if at >= len(self._path) and newest.final:
            self._timer.stop()
            self._is_again = self._is_paused = False
            self._pictures.receive(newest)
        else:
            share = min(0.999, at / max(1, len(self._path)))
            self._pictures.receive(replace(newest, image=self._part(newest.image, at), final=False, progress=share))
        self.changed.emit()

    def _part(self, image: Image, at: int) -> Image:
        """What is drawn so far, and what is given; the rest is as it was before, or as coarse as it is known."""
        part, rest = image.copy(), list(self._path[at:])
        ground, pixels = self._ground, part.reshape(-1, image.shape[2])
        pixels[rest] = _BLANK if ground is None else ground.reshape(-1, image.shape[2])[rest]
        if self._instead:
            pixels[rest] = pixels[[self._instead[place] for place in rest]]
        part.setflags(write=False)
        return part

    # ------------------------------------------------------------ hearing the store

    def _on_models_model_changed(self, model: ModelDescribed | None) -> None:
        self._timer.stop()
        self._order, self._instead = (model.order, model.instead) if model is not None else ((), ())
        self._path, self._ranks, self._ground = self._order, range(len(self._order)), None
        self._newest, self._at, self._is_paused, self._is_again = None, 0, False, False
        self.changed.emit()

    def _on_pictures_drawing_changed(self, drawing: Drawing) -> None:
        if drawing is Drawing.STOPPED:
            self._timer.stop()
            self._is_paused = False
        self.changed.emit()
