"""A large picture on the neutral surround, for pages that show another one than the canvas does."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.controls.picture.painting import CanvasLook, paint_canvas
from app.controls.picture.shown_picture import ShownPicture
from app.look.images import Scaling
from app.look.theme import tokens
from engine.protocol.values import Image

_LEAST_PX = 360
_REST_MS = 120
"""A picture that stands so long is drawn again with the better filter."""


class PictureStage(QWidget):
    """The largest size that fits; `set_image(None)` leaves a sentence in its place."""

    painted = Signal()
    sides_changed = Signal()
    """The picture may want another room."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._shown = ShownPicture()
        self._sentence = self._badge = self._note = ""
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._on_rest_timeout)

    def image(self) -> Image | None:
        """What is shown."""
        return self._shown.image

    def frame(self) -> QRect:
        """Where the picture stands, in logical pixels."""
        return self._shown.frame(self.rect(), self.devicePixelRatioF())

    def width_for(self, height: int) -> int:
        """How wide it should be at a height, so that the picture is as large as suits it."""
        return max(_LEAST_PX, self._shown.width_for(height))

    def set_image(self, image: Image | None) -> None:
        """Show a picture."""
        before = self._shown.image
        self._shown.set_image(image, is_fine=False)
        self._rest.start()
        self.update()
        if (before is None or image is None or before.shape != image.shape) and before is not image:
            self.sides_changed.emit()

    def set_enlarging(self, scaling: Scaling, most_times: int) -> None:
        """Smooth or pixel by pixel, and how many times at most."""
        self._shown.scaling, self._shown.most_times = scaling, most_times
        self.update()
        self.sides_changed.emit()

    def set_words(self, *, sentence: str = "", badge: str = "", note: str = "") -> None:
        """What stands in place of a picture, in its corner, and under it."""
        if (sentence, badge, note) != (self._sentence, self._badge, self._note):
            self._sentence, self._badge, self._note = sentence, badge, note
            self.setAccessibleDescription(sentence or note or badge)
            self.update()

    def _on_rest_timeout(self) -> None:
        self._shown.refine()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 420)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        frame = self.frame()
        look = CanvasLook(
            area=self.rect(),
            frame=frame,
            picture=self._shown.enlarged(frame, self.devicePixelRatioF()),
            sentence="" if self._shown.image is not None else self._sentence,
            badge=self._badge,
            note=self._note,
        )
        painter = QPainter(self)
        paint_canvas(painter, look, tokens())
        painter.end()
        if self._shown.image is not None:
            self.painted.emit()
