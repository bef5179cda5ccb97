"""The picture as it stands on the canvas: where, how large, and drawn with which filter."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage

from app.look.images import MOST_TIMES, Scaling, fitted_px, halfway, scaled, still_times, to_qimage
from app.look.tokens import SPACE_24
from engine.protocol.values import Image

_MARGIN_PX = SPACE_24
_EMPTY_SIDE_PX = 512
"""While there is no picture, room is left for one of 64 pixels, which most models draw."""


class ShownPicture:
    """Keeps the enlarged picture until picture, room, filter or screen change; it looks at them when it is painted."""

    def __init__(self) -> None:
        self.image: Image | None = None
        self.still: QImage | None = None
        """A picture of the last time, which stands there until there is an image. It was enlarged when it was kept:
        what does that here needs numpy, and the window is painted before that is loaded.
        """
        self.scaling = Scaling.AUTO
        self.most_times = MOST_TIMES
        """A picture is enlarged so many times at most, whichever model drew it."""
        self._framed: tuple[object, QRect] | None = None
        self._is_fine = False
        self._drawn: QImage | None = None
        self._drawn_for: object = None

    def set_image(self, image: Image | None, *, is_fine: bool) -> None:
        """Another picture; `is_fine` takes the better filter, which costs a few milliseconds."""
        self.image, self.still, self._is_fine, self._drawn = image, None, is_fine, None

    def set_still(self, still: QImage | None) -> None:
        """A picture of the last time instead of an image."""
        self.image, self.still, self._drawn = None, still, None

    def is_empty(self) -> bool:
        """True if there is nothing to show."""
        return self.image is None and self.still is None

    def refine(self) -> None:
        """Take the better filter from now on."""
        if not self._is_fine:
            self._is_fine, self._drawn = True, None

    def is_crisp(self) -> bool:
        """True if every pixel of the model is shown as a square."""
        return self.scaling.is_crisp(*self._sides())

    def frame(self, room: QRect, ratio: float) -> QRect:
        """Where it stands in a room, in logical pixels; empty without a picture."""
        key = (room.size(), ratio, self._sides(), self._most_times(), self.scaling)
        if self._framed is None or self._framed[0] != key:  # asked twice for every picture of a drag
            self._framed = key, self._frame(room, ratio)
        return self._framed[1]

    def _frame(self, room: QRect, ratio: float) -> QRect:
        if self.is_empty():
            return QRect(room.center(), QSize(0, 0))
        width, height = self._sides()
        wide = max(1, round((room.width() - 2 * _MARGIN_PX) * ratio))
        high = max(1, round((room.height() - 2 * _MARGIN_PX) * ratio))
        scale = min(wide / width, high / height, self._most_times() * ratio)
        if self.is_crisp():
            scale = fitted_px(width, int(scale * width), whole_pixels=True) / width
        size = QSize(max(1, round(width * scale / ratio)), max(1, round(height * scale / ratio)))
        return QRect(
            (room.width() - size.width()) // 2, (room.height() - size.height()) // 2, size.width(), size.height()
        )

    def width_for(self, height: int) -> int:
        """How wide a room of this height should be, so that the picture is as large as it may be."""
        width_px, height_px = self._sides() if not self.is_empty() else (_EMPTY_SIDE_PX, _EMPTY_SIDE_PX)
        times = min(self._most_times(), max(1.0, height - 2 * _MARGIN_PX) / height_px)
        return round(width_px * times) + 2 * _MARGIN_PX

    def _most_times(self) -> float:
        """Of the sides that `_sides` tells."""
        if self.is_empty():
            return 1.0
        return self.most_times / (still_times(self.still) if self.still is not None else 1.0)

    def enlarged(self, frame: QRect, ratio: float) -> QImage | None:
        """The picture for its frame, which the painter fills pixel by pixel: in the frame's size, or, while one drags,
        smaller, which takes a third of the time. Nobody sees that for longer than a frame.
        """
        width, height = round(frame.width() * ratio), round(frame.height() * ratio)
        drawn_for = (width, height, self.scaling)
        if not self.is_empty() and (self._drawn is None or self._drawn_for != drawn_for):
            self._drawn_for = drawn_for
            if self.image is None:
                self._drawn = self._still_scaled(QSize(width, height))
            elif self._is_fine:
                self._drawn = scaled(self.image, width, height, whole_pixels=self.is_crisp())
            elif self.is_crisp():
                self._drawn = to_qimage(self.image)
            else:
                self._drawn = halfway(self.image, width, height)
        return self._drawn

    def _sides(self) -> tuple[int, int]:
        """Width and height in the picture's own pixels."""
        if self.image is not None:
            height, width = self.image.shape[:2]
            return width, height
        return (self.still.width(), self.still.height()) if self.still is not None else (0, 0)

    def _still_scaled(self, size: QSize) -> QImage | None:
        fast, smooth = Qt.TransformationMode.FastTransformation, Qt.TransformationMode.SmoothTransformation
        keep = Qt.AspectRatioMode.IgnoreAspectRatio
        return self.still and self.still.scaled(size, keep, fast if self.is_crisp() else smooth)
