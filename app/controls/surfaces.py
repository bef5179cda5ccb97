"""Backgrounds and rules between things."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.theme import tokens


def on_panel(widget: QWidget) -> None:
    """Give a widget the panel's colour, in every theme."""
    widget.setBackgroundRole(QPalette.ColorRole.Base)
    widget.setAutoFillBackground(True)


def on_window(widget: QWidget) -> None:
    """Give a widget the window's colour, in every theme."""
    widget.setBackgroundRole(QPalette.ColorRole.Window)
    widget.setAutoFillBackground(True)


class Rule(QWidget):
    """A line of one pixel."""

    def __init__(self, orientation: Qt.Orientation = Qt.Orientation.Horizontal) -> None:
        super().__init__()
        if orientation is Qt.Orientation.Horizontal:
            self.setFixedHeight(1)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        else:
            self.setFixedWidth(1)
            self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(1, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        thick = max(1, int(ratio)) / ratio  # whole device pixels: at 1.25 lines would be one or two by chance
        across = self.height() <= 1
        line = QRectF(0, 0, self.width(), thick) if across else QRectF(0, 0, thick, self.height())
        painter = QPainter(self)
        painter.fillRect(line, QColor(tokens().line))
        painter.end()
