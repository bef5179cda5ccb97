"""Puts tools, overlay and pen on the canvas while a model is open that draws pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject

from app.controls.numbers import count_text
from app.explore.canvas import Canvas
from app.explore.pixels import pen_bar, tool_bar
from app.explore.pixels.hands import Hands
from app.explore.pixels.overlay import PixelOverlay
from app.explore.pixels.pen_bar import PenBar
from app.explore.pixels.tool_bar import ToolBar
from app.store.drawn.given import Hand
from app.store.state import Explorer
from engine.protocol.values import Capability, ModelDescribed

LEAST_PX = 440
"""So wide are the bars at least."""
_HINTS: dict[Hand | None, str] = {
    None: "",
    Hand.PAINT: "What you paint is given; the rest is drawn around it",
    Hand.KEEP: "Brush over what is to stay",
    Hand.ERASE: "Brush over what is to be drawn anew",
    Hand.BOX: "Drag a box: it is drawn anew",
}
_SURPRISE_HINT = "Bright pixels were hard to guess"
_SIGHT_HINT = "Deeper blue counts more for this pixel"
_BLIND_HINT = "hatched is out of its sight"


class PixelStage(QObject):
    """Nothing of it is there for other models; what only some can do is off with its reason for the others."""

    def __init__(self, explorer: Explorer, canvas: Canvas, ask_for_picture: Callable[[], object]) -> None:
        super().__init__(canvas)
        self._explorer, self._canvas = explorer, canvas
        self.hands = Hands(self)
        self.overlay = PixelOverlay(explorer, self.hands, canvas)
        self.tools = ToolBar(explorer, self.hands, ask_for_picture)
        self.pen = PenBar(explorer)
        for bar in (self.tools, self.pen):
            bar.setParent(canvas)
        canvas.installEventFilter(self)
        surprise = explorer.surprise
        for changed in (self.hands.changed, explorer.given.changed, surprise.shown_changed, surprise.pixel_changed):
            changed.connect(self._hint)
        explorer.models.model_changed.connect(self.set_model)
        self.set_model(explorer.models.model)

    def set_model(self, model: ModelDescribed | None) -> None:
        """Be there, or not."""
        can = model.capabilities if model is not None else ()
        edits = Capability.COMPLETE in can or Capability.PIXELWISE in can
        draws = model is not None and bool(model.order)
        self.overlay.setVisible(edits or draws)
        self.tools.setVisible(edits)
        self.pen.setVisible(draws)
        top, bottom = tool_bar.BAR_PX if edits else 0, pen_bar.BAR_PX if draws else 0
        self._canvas.set_bars(top, bottom, LEAST_PX if edits or draws else 0)
        self._place()
        self._hint()

    def _hint(self, *_what: object) -> None:
        """Say what the hand does, and how much is given."""
        given, pen = self._explorer.given, self._explorer.pen
        words = self._surprise_hint() or _HINTS[self.hands.hand]
        parts = [words] if words else []
        if given.pixels is not None and given.count:
            parts.insert(0, f"{count_text(given.count)} px given")
            if self.hands.hand is not None and pen.sees_too_late(given.pixels):
                parts = [parts[0], "what is given further on stays, but is seen too late to guide it"]
        self._canvas.set_hint(" · ".join(parts))

    def _surprise_hint(self) -> str:
        surprise = self._explorer.surprise
        if surprise.sight is None:
            return _SURPRISE_HINT if surprise.is_shown else ""
        return f"{_SIGHT_HINT} · {_BLIND_HINT}" if surprise.sight.overlooked else _SIGHT_HINT

    def _place(self) -> None:
        width, height = self._canvas.width(), self._canvas.height()
        self.overlay.setGeometry(0, 0, width, height)
        self.tools.setGeometry(0, 0, width, tool_bar.BAR_PX)
        self.pen.setGeometry(0, height - pen_bar.BAR_PX, width, pen_bar.BAR_PX)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._canvas and event.type() is QEvent.Type.Resize:
            self._place()
        return False
