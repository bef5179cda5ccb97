"""The names of the curves with their values; pressing one puts its curve away."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QWidget

from app.controls.numbers import count_text
from app.look.theme import font, tokens
from app.look.tokens import SPACE_4, SPACE_8, TEXT_SMALL_PX
from app.train.curve_board import CurveBoard
from app.train.scales import curve_words, loss_text

_DASH_PX, _LINE_PX = 14, 22
_VALUE_PX = 60
_MOST_NAME_PX = 120


class CurveChip(QAbstractButton):
    """A dash in the curve's colour, its name and its value."""

    def __init__(self, plot: CurveBoard, name: str) -> None:
        super().__init__()
        self._plot = plot
        self.name = name
        self.words = curve_words(name)
        self._value = math.nan
        self.setCheckable(True)
        self.setChecked(not plot.is_hidden_curve(name))
        self.setToolTip(f"{self.words}: press to hide or show")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_value(math.nan)

    def set_value(self, value: float) -> None:
        """The value beside the name."""
        self._value = value
        self.setAccessibleName(f"{self.words} {loss_text(value)}")
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(font(TEXT_SMALL_PX))
        name = min(metrics.horizontalAdvance(self.words), _MOST_NAME_PX)
        return QSize(_DASH_PX + 6 + name + 6 + _VALUE_PX, _LINE_PX)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, shown = tokens(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TEXT_SMALL_PX))
        metrics = painter.fontMetrics()
        middle = self.height() / 2
        painter.setPen(QPen(QColor(self._plot.colour(self.name) if shown else look.disabled), 3.0))
        painter.drawLine(1, round(middle), _DASH_PX - 2, round(middle))
        left = _DASH_PX + 6
        name = metrics.elidedText(self.words, Qt.TextElideMode.ElideMiddle, _MOST_NAME_PX)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(look.secondary if shown else look.disabled))
        painter.drawText(left, 0, _MOST_NAME_PX, self.height(), flags, name)
        left += metrics.horizontalAdvance(name) + 6
        painter.setPen(QColor(look.text if shown else look.disabled))
        painter.drawText(left, 0, _VALUE_PX, self.height(), flags, loss_text(self._value))
        if self.hasFocus():
            painter.setPen(QPen(QColor(look.accent), 1.5))
            painter.drawRoundedRect(self.rect().adjusted(0, 1, -1, -2), 4, 4)
        painter.end()


class CurveLegend(QWidget):
    """One chip for each curve, the moment that is pointed at, and the choice of scale."""

    def __init__(self, plot: CurveBoard) -> None:
        super().__init__()
        self._plot = plot
        self.chips: dict[str, CurveChip] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.log_button = QPushButton("Log", self)
        self.log_button.setCheckable(True)
        self.log_button.setProperty("kind", "small")
        self.log_button.setAccessibleName("Logarithmic scale")
        self.log_button.setToolTip("Logarithmic scale: shows large and small losses together")
        self.log_button.toggled.connect(plot.set_log)
        plot.curves_changed.connect(self.rebuild)
        plot.pointed_at.connect(self.set_moment)
        self.rebuild()

    def rebuild(self) -> None:
        """Chips for the curves there are."""
        for chip in self.chips.values():
            chip.hide()
            chip.deleteLater()
        self.chips = {}
        for name in self._plot.set.curves:
            chip = CurveChip(self._plot, name)
            chip.setParent(self)
            chip.toggled.connect(lambda shown, n=name: self._plot.set_hidden_curve(n, not shown))
            chip.show()
            self.chips[name] = chip
        self.log_button.setVisible(bool(self.chips))  # until there are curves it would change nothing
        self._place()
        self.set_moment(math.nan)

    def _place(self) -> None:
        """Chips from left to right, in as many lines as they need; the scale at the end of the first."""
        log = self.log_button.sizeHint()
        self.log_button.setGeometry(self.width() - log.width(), 0, log.width(), _LINE_PX)
        left, line = 0, 0
        for chip in self.chips.values():
            room = self.width() - (log.width() + SPACE_8 if line == 0 else 0)
            wanted = chip.sizeHint().width()
            if left and left + wanted > room:
                left, line = 0, line + 1
            chip.setGeometry(left, line * _LINE_PX, wanted, _LINE_PX)
            left += wanted + SPACE_4
        self.setFixedHeight((line + 1) * _LINE_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def set_moment(self, images: float) -> None:
        """Show each curve's value at a moment (NaN: now)."""
        for name, value in self._plot.values_at(images).items():
            if name in self.chips:
                self.chips[name].set_value(value)
        moment = "now" if math.isnan(images) else f"after {count_text(round(images))} pictures"
        told = ", ".join(chip.accessibleName() for chip in self.chips.values())
        self._plot.setAccessibleDescription(f"{moment}: {told}" if told else "No values yet")
