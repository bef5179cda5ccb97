"""A one-line label that ends in … instead of being cut, and tells the whole in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.theme import tokens


class ElidedLabel(QWidget):
    """Text in the widget's font; `set_quiet` draws it in the secondary colour."""

    def __init__(self, text: str = "", *, quiet: bool = False) -> None:
        super().__init__()
        self._text = text
        self._quiet = quiet
        self._is_wrong = False
        self._tip = ""
        self._elide = Qt.TextElideMode.ElideRight
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(text)

    def text(self) -> str:
        """All of the text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self._retell()
            self.updateGeometry()
            self.update()

    def set_quiet(self, quiet: bool) -> None:
        """Draw in the secondary colour, or in the text colour."""
        if quiet != self._quiet:
            self._quiet = quiet
            self.update()

    def set_wrong(self, wrong: bool) -> None:
        """Draw in the colour of what is wrong."""
        if wrong != self._is_wrong:
            self._is_wrong = wrong
            self.update()

    def set_elide(self, mode: Qt.TextElideMode) -> None:
        """Where the … stands."""
        self._elide = mode
        self.update()

    def set_tip(self, tip: str) -> None:
        """What the tooltip says besides a text that does not fit."""
        self._tip = tip
        self._retell()

    def is_elided(self) -> bool:
        """True if not all of the text can be seen."""
        return self.fontMetrics().horizontalAdvance(self._text) > self.contentsRect().width()

    def _retell(self) -> None:
        parts = ([self._text] if self.is_elided() else []) + ([self._tip] if self._tip else [])
        self.setToolTip("\n".join(parts))

    def sizeHint(self) -> QSize:
        metrics, around = self.fontMetrics(), self.contentsMargins()
        return QSize(metrics.horizontalAdvance(self._text) + 1 + around.left() + around.right(), metrics.height())

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(min(metrics.horizontalAdvance("Mmm…"), self.sizeHint().width()), metrics.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._retell()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        colour = look.bad_text if self._is_wrong else look.secondary if self._quiet else look.text
        colour = colour if self.isEnabled() else look.disabled
        painter.setPen(QColor(colour))
        shown = self.fontMetrics().elidedText(self._text, self._elide, self.contentsRect().width())
        painter.drawText(self.contentsRect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()
