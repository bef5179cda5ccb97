"""A headed part of a panel: title left, a note or a small action right, and a body that may fold away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from app.controls.surfaces import Rule
from app.look.icons import pixmap
from app.look.theme import font, tokens
from app.look.tokens import ROW_PX, SPACE_8, SPACE_12, TEXT_SMALL_PX

_CHEVRON_PX = 14


class _Header(QAbstractButton):
    """The whole line is the button when the section folds; Space, Enter, Left and Right work on it."""

    def __init__(self, title: str, *, folds: bool) -> None:
        super().__init__()
        self.folds = folds
        self.note = ""
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(folds)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if folds else Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(ROW_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        if folds:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(120, ROW_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self.folds and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif self.folds and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            if self.isChecked() != (key == Qt.Key.Key_Right):
                self.click()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.folds:
            super().mousePressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setFont(font(weight=QFont.Weight.DemiBold))
        painter.setPen(QColor(look.text))
        box = self.rect()
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | middle, self.text())
        right = box.right() + 1
        if self.folds:
            right -= _CHEVRON_PX
            name = "chevron-down" if self.isChecked() else "chevron-right"
            colour = look.text if self.underMouse() else look.secondary
            mark = pixmap(name, colour, _CHEVRON_PX, self.devicePixelRatioF())
            painter.drawPixmap(right, (self.height() - _CHEVRON_PX) // 2, mark)
            right -= 2
        painter.setFont(font(TEXT_SMALL_PX))
        painter.setPen(QColor(look.secondary))
        painter.drawText(
            box.adjusted(0, 0, right - box.right() - 1, 0), Qt.AlignmentFlag.AlignRight | middle, self.note
        )
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(look.accent), 1.5))
            painter.drawRoundedRect(QRectF(box).adjusted(0.75, 2.75, -0.75, -2.75), 4, 4)
        painter.end()


class Section(QWidget):
    """Put widgets into `body`. A folding section starts folded and tells when it opens; without a title it is a rule
    and what follows."""

    opened_changed = Signal(bool)

    def __init__(self, title: str, *, folds: bool = False, ruled: bool = True) -> None:
        super().__init__()
        self._folds = folds
        self.header = _Header(title, folds=folds)
        self.rule = Rule()
        self.content = QWidget()
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(0, 0, 0, SPACE_8)
        self.body.setSpacing(2)
        self._heading = QHBoxLayout()
        self._heading.setContentsMargins(0, 0, 0, 0)
        self._heading.setSpacing(0)
        self._heading.addWidget(self.header, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.rule)
        column.addSpacing(6)
        column.addLayout(self._heading)
        column.addWidget(self.content)
        column.addSpacing(4)
        self.rule.setVisible(ruled)  # in the layout by now: alone, it would be shown as a window
        self.header.setVisible(bool(title))
        if not folds:
            return
        self.content.hide()
        self.header.toggled.connect(self._on_header_toggled)

    def is_open(self) -> bool:
        """True if the body can be seen."""
        return not self._folds or self.header.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Fold or unfold."""
        if self._folds:
            self.header.setChecked(is_open)

    def set_note(self, note: str, tip: str = "") -> None:
        """The small words at the right of the heading."""
        self.header.note = note
        self.header.setAccessibleDescription(note)
        self.header.setToolTip(tip)
        self.header.update()

    def add_action(self, button: QAbstractButton) -> None:
        """A small button at the right of the heading."""
        self._heading.addWidget(button)
        self._heading.setSpacing(SPACE_12)

    def _on_header_toggled(self, checked: bool) -> None:
        self.content.setVisible(checked)
        self.header.update()
        self.opened_changed.emit(checked)
