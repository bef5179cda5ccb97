"""A picture as wide as there is room for, which scrolls where it is higher."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.controls.panel_scroll import PanelScroll


class _Face(QWidget):
    """Paints the picture; never larger than it is."""

    def __init__(self) -> None:
        super().__init__()
        self.picture: QImage | None = None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if self.picture is None or self.picture.isNull():
            return 0
        return round(self.picture.height() * min(1.0, width / self.picture.width()))

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.heightForWidth(self.width()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.picture is None:
            return
        width = min(self.width(), self.picture.width())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRect(0, 0, width, self.heightForWidth(width)), self.picture)


class FittedPicture(PanelScroll):
    """`set_picture` shows one, told to those who cannot see it."""

    def __init__(self) -> None:
        super().__init__()
        self._face = _Face()
        self.column.addWidget(self._face)
        self.column.addStretch(1)

    def picture(self) -> QImage | None:
        """What is shown."""
        return self._face.picture

    def set_picture(self, picture: QImage | None, words: str = "") -> None:
        """Show this; `words` say what it is."""
        self._face.picture = picture
        self._face.setAccessibleName(words)
        self._face.setToolTip(words)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        margins = self.column.contentsMargins()
        width = self.viewport().width() - margins.left() - margins.right()
        self._face.setFixedHeight(self._face.heightForWidth(max(1, width)))
        self._face.update()
