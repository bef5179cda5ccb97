"""Words in a row, the chosen one underlined; arrows move between them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QTabBar

from app.look.theme import font, tokens
from app.look.tokens import SPACE_24

_HEIGHT_PX = 36
_UNDERLINE_PX = 2
INSET_PX = 6
"""Words begin so far within, for the frame around one that the keyboard is at: margins before a strip are narrower."""


class TabStrip(QTabBar):
    """A tab bar without boxes. `currentChanged` tells which word was chosen."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        for name in names:
            self.addTab(name)

    def tabSizeHint(self, index: int) -> QSize:
        metrics = QFontMetrics(font(weight=QFont.Weight.DemiBold))  # so that choosing one does not move the others
        return QSize(metrics.horizontalAdvance(self.tabText(index)) + SPACE_24, _HEIGHT_PX)

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in range(self.count()):
            box = self.tabRect(index).adjusted(INSET_PX, 0, INSET_PX - SPACE_24, 0)
            is_current = index == self.currentIndex()
            painter.setFont(font(weight=QFont.Weight.DemiBold if is_current else QFont.Weight.Normal))
            painter.setPen(QColor(look.text if is_current else look.secondary))
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.tabText(index))
            if is_current:
                line = QRectF(box.left(), box.bottom() - _UNDERLINE_PX - 2, box.width(), _UNDERLINE_PX)
                painter.fillRect(line, QColor(look.accent))
                if self.hasFocus():
                    painter.setPen(QPen(QColor(look.accent), 1.5))
                    painter.drawRoundedRect(QRectF(box).adjusted(1 - INSET_PX, 4, INSET_PX - 1, -7), 4, 4)
        painter.end()
