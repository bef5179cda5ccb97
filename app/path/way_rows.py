"""The ways side by side: one to choose, each with how even it is."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from app.controls.numbers import plain_text
from app.controls.plots.way_lines import WAY_DASHES, way_colour
from app.look.theme import font, tokens
from app.look.tokens import ROW_PX
from app.path.words import WAYS
from engine.protocol.walks import Measured, Way


class WayRow(QAbstractButton):
    """A way: its line as the plot draws it, its name, and its unevenness."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self.way = way
        self._figure = ""
        label, self._tip = WAYS[way]
        self.setText(label)
        self.setCheckable(True)
        self.setObjectName(f"path.way.{way.value}")
        self.setFixedHeight(ROW_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_look(None)

    def figure(self) -> str:
        """The number shown."""
        return self._figure

    def set_look(self, look: Measured | None) -> None:
        """How even it is; None while nobody knows."""
        self._figure = "" if look is None else f"{plain_text(look.unevenness)} ×"
        told = f", largest speed over mean {self._figure}" if look is not None else ""
        self.setAccessibleName(f"{self.text()}{told}")
        self.setToolTip(f"{self._tip}{chr(10)}Largest speed over the mean: {self._figure}" if told else self._tip)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, ROW_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        if self.isChecked() or self.underMouse() or self.hasFocus():
            painter.setPen(QPen(QColor(look.accent), 1.0) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.button_hover))
            painter.drawRoundedRect(box.adjusted(0.5, 1, -0.5, -1), 5, 5)
        middle = box.center().y()
        painter.setPen(QPen(QColor(look.accent if self.isChecked() else look.disabled), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ring = QRectF(9, middle - 6, 12, 12)
        painter.drawEllipse(ring)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.accent))
            painter.drawEllipse(ring.adjusted(3, 3, -3, -3))
        painter.setPen(QPen(QColor(way_colour(self.way, look)), 2.0, WAY_DASHES[self.way]))
        painter.drawLine(30, round(middle), 54, round(middle))
        painter.setFont(font(weight=QFont.Weight.Medium if self.isChecked() else QFont.Weight.Normal))
        painter.setPen(QColor(look.text))
        words = box.adjusted(64, 0, -60, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.setFont(font())
        painter.setPen(QColor(look.secondary))
        numbers = box.adjusted(0, 0, -10, 0)
        painter.drawText(numbers, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._figure)
        painter.end()


class WayRows(QWidget):
    """`chosen` carries the way that a person picked."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        group = QButtonGroup(self)
        self.rows: dict[Way, WayRow] = {}
        for way in WAYS:
            row = WayRow(way)
            row.clicked.connect(lambda _checked=False, way=way: self.chosen.emit(way))
            group.addButton(row)
            column.addWidget(row)
            self.rows[way] = row

    def set_way(self, way: Way) -> None:
        """Show which is chosen."""
        self.rows[way].setChecked(True)

    def set_looks(self, looks: Mapping[Way, Measured]) -> None:
        """Show how even they are, as far as it is known."""
        for way, row in self.rows.items():
            row.set_look(looks.get(way))
