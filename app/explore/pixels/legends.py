"""What the colours over the picture say: how surprising pixels were, and how much one looked at others."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.controls.numbers import count_text, plain_text
from app.explore.pixels import heat, sight
from app.look.theme import font, tokens
from app.look.tokens import TEXT_SMALL_PX


class HeatLegend(QWidget):
    """The colours of the map and what they mean, in bits."""

    def __init__(self) -> None:
        super().__init__()
        self._top = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_top(self, top: float) -> None:
        """The end of the scale."""
        self._top = top
        self.setAccessibleName(f"Scale from 0 to {plain_text(top, 1)} bits a pixel")
        self.update()

    @property
    def top(self) -> float:
        """The end of the scale, in bits."""
        return self._top

    def sizeHint(self) -> QSize:
        return QSize(160, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(heat.gradient(0.0, float(self.width())))
        painter.drawRoundedRect(QRectF(0, 0, self.width(), 10), 3, 3)
        painter.setPen(QColor(tokens().secondary))
        painter.setFont(font(TEXT_SMALL_PX))
        row = QRectF(0, 13, self.width(), 16)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(row, Qt.AlignmentFlag.AlignHCenter, plain_text(self._top / 2, 2 if self._top < 1 else 1))
        painter.drawText(row, Qt.AlignmentFlag.AlignRight, f"{plain_text(self._top, 1)} bits a pixel")
        painter.end()


class SightLegend(QWidget):
    """What shade and hatching over the picture say."""

    def __init__(self) -> None:
        super().__init__()
        self._blind = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_blind(self, count: int) -> None:
        """So many pixels stood already and are out of its sight."""
        self._blind = count
        words = f"; hatched: {count_text(count)} out of its sight" if count else ""
        self.setAccessibleName(f"Blue: what it sees, the deeper the more it counts{words}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 52 if self._blind else 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(sight.gradient(0.0, float(self.width())))
        painter.drawRoundedRect(QRectF(0, 0, self.width(), 10), 3, 3)
        ink = QColor(tokens().secondary)
        painter.setPen(ink)
        painter.setFont(font(TEXT_SMALL_PX))
        row = QRectF(0, 13, self.width(), 16)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, "seen, hardly counts")
        painter.drawText(row, Qt.AlignmentFlag.AlignRight, "counts most")
        if self._blind:
            swatch = QPainterPath()
            swatch.addRoundedRect(QRectF(0.5, 34.5, 22, 13), 2, 2)
            painter.fillPath(swatch, sight.DIM)
            sight.hatch(painter, swatch)
            painter.setPen(ink)
            painter.drawText(
                QRectF(30, 33, self.width() - 30, 16), Qt.AlignmentFlag.AlignLeft,
                f"stood already, out of its sight: {count_text(self._blind)}",
            )  # fmt: skip
        painter.end()
