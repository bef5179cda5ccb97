"""Five small pictures along a direction; pressing one may go there."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.controls.numbers import signed_text
from app.controls.tiles.thumbnail import Thumbnail
from app.store.made.directions import STEPS, steps_of
from engine.protocol.values import Image

SIDE_PX = 52


class PictureRow(QWidget):
    """`chosen` carries the place along the slider that was pressed."""

    chosen = Signal(float)

    def __init__(self, side_px: int = SIDE_PX) -> None:
        super().__init__()
        self._values: tuple[float, ...] = ()
        self.thumbnails = tuple(Thumbnail(side_px) for _ in range(STEPS))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for step, thumbnail in enumerate(self.thumbnails):
            thumbnail.clicked.connect(lambda _checked=False, step=step: self.chosen.emit(self._values[step]))
            row.addWidget(thumbnail)

    def set_range(self, label: str, low: float, high: float, *, tip: str = "") -> None:
        """What the pictures are of."""
        self._values = steps_of(low, high)
        for thumbnail, value in zip(self.thumbnails, self._values, strict=True):
            words = f"{label} {signed_text(value)}"
            thumbnail.set_words(words, f"{words}\n{tip}" if tip else words)

    def set_image(self, step: int, image: Image | None) -> None:
        """One came."""
        self.thumbnails[step].set_image(image)
