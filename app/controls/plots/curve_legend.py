"""The names of the curves with their values; pressing one puts its curve away. Scale, range and saving beside them."""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from app.controls.buttons import small_button
from app.controls.numbers import count_text
from app.controls.plots.curve_board import CurveBoard, Entry
from app.controls.plots.scales import loss_text
from app.controls.values.inputs import narrow_combo
from app.look.theme import font, tokens
from app.look.tokens import SPACE_4, SPACE_8, TEXT_SMALL_PX

_DASH_PX, _LINE_PX = 14, 22
_VALUE_PX = 60
_MOST_NAME_PX = 120
_QUANTITY_PX = 170
SAVES = ((".png", "Picture (PNG)…"), (".svg", "Drawing (SVG)…"), (".csv", "Numbers (CSV)…"))


class CurveChip(QAbstractButton):
    """A dash in the curve's colour, its name and its value."""

    def __init__(self, plot: CurveBoard, entry: Entry) -> None:
        super().__init__()
        self._plot = plot
        self.name = entry.key
        self.words = entry.words
        self._value = math.nan
        self.setCheckable(True)
        self.setChecked(not plot.is_hidden(entry.key))
        self.setToolTip("\n".join(filter(None, (self.words, entry.help, "Press to hide or show"))))
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
    """A chip for each curve or run, and what one does with all of them. `save_asked` carries the ending of a file."""

    save_asked = Signal(str)

    def __init__(self, plot: CurveBoard) -> None:
        super().__init__()
        self._plot = plot
        self.chips: dict[str, CurveChip] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.quantity = narrow_combo(name="What the large plot shows")
        self.quantity.setParent(self)
        self.reset_button = small_button("Show all")
        self.reset_button.setToolTip("Show the whole run again and follow it (0, or a double click)")
        self.log_button = small_button("Log")
        self.log_button.setCheckable(True)
        self.log_button.setAccessibleName("Logarithmic scale")
        self.log_button.setToolTip("Logarithmic scale: shows large and small losses together (L)")
        self.save_button = small_button("Save…")
        self.save_button.setToolTip("Save the curves as a picture, a drawing or numbers")
        for button in (self.reset_button, self.log_button, self.save_button):
            button.setParent(self)
        self.reset_button.clicked.connect(plot.reset_view)
        self.log_button.toggled.connect(plot.set_log)
        self.save_button.clicked.connect(self._on_save_button_clicked)
        self.quantity.activated.connect(self._on_quantity_activated)
        plot.log_changed.connect(self.log_button.setChecked)
        plot.view_changed.connect(self._place)
        plot.curves_changed.connect(self.rebuild)
        plot.pointed_at.connect(self.set_moment)
        plot.menu_asked.connect(self._on_plot_menu_asked)
        self.rebuild()

    def rebuild(self) -> None:
        """Chips for the curves there are."""
        for chip in self.chips.values():
            chip.hide()
            chip.deleteLater()
        self.chips = {}
        for entry in self._plot.entries():
            chip = CurveChip(self._plot, entry)
            chip.setParent(self)
            chip.toggled.connect(lambda shown, key=entry.key: self._plot.set_hidden(key, not shown))
            chip.show()
            self.chips[entry.key] = chip
        names = self._plot.quantities()
        self.quantity.clear()
        for name in names:
            self.quantity.addItem(self._plot.words(name), name)
        self.quantity.setCurrentIndex(self.quantity.findData(self._plot.quantity()))
        self._place()
        self.set_moment(math.nan)

    def _place(self) -> None:
        """Chips from left to right, in as many lines as they need; the rest at the end of the first."""
        self.quantity.setVisible(self._plot.is_comparing())
        self.reset_button.setVisible(bool(self.chips) and self._plot.is_moved())
        for button in (self.log_button, self.save_button):
            button.setVisible(bool(self.chips))  # until there are curves they would change nothing
        end = self.width()
        for part in (self.save_button, self.log_button, self.reset_button, self.quantity):
            if part.isHidden():
                continue
            wide = _QUANTITY_PX if part is self.quantity else part.sizeHint().width()
            high = part.sizeHint().height() if part is self.quantity else _LINE_PX
            part.setGeometry(end - wide, 0, wide, high)
            end -= wide + SPACE_8
        left, line = 0, 0
        for chip in self.chips.values():
            room = end if line == 0 else self.width()
            wanted = chip.sizeHint().width()
            if left and left + wanted > room:
                left, line = 0, line + 1
            chip.setGeometry(left, line * _LINE_PX, wanted, _LINE_PX)
            left += wanted + SPACE_4
        least = self.quantity.sizeHint().height() if self._plot.is_comparing() else _LINE_PX
        self.setFixedHeight(max(least, (line + 1) * _LINE_PX))

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

    def menu(self) -> QMenu:
        """What one does with a plot, for a right click and for the menu key."""
        menu = self._save_menu()
        first = menu.actions()[0]
        show_all = menu.addAction("Show all", self._plot.reset_view)
        show_all.setEnabled(self._plot.is_moved())
        log = menu.addAction("Logarithmic scale", lambda: self._plot.set_log(not self._plot.is_log()))
        log.setCheckable(True)
        log.setChecked(self._plot.is_log())
        menu.insertActions(first, [show_all, log])
        menu.insertSeparator(first)
        return menu

    def _save_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for suffix, words in SAVES:
            menu.addAction(words, partial(self.save_asked.emit, suffix))
        return menu

    def _on_save_button_clicked(self) -> None:
        menu, button = self._save_menu(), self.save_button
        corner = button.mapToGlobal(QPoint(button.width(), button.height() + SPACE_4))
        menu.popup(corner - QPoint(menu.sizeHint().width(), 0))

    def _on_plot_menu_asked(self, at: QPoint) -> None:
        self.menu().popup(at)

    def _on_quantity_activated(self, index: int) -> None:
        self._plot.set_quantity(str(self.quantity.itemData(index)))
