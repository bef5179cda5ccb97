"""A column of a panel that scrolls. Its scroll bar stands in the margin: rows are as wide with it as without."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.controls.surfaces import on_panel
from app.look.tokens import SPACE_8, SPACE_16

_NESTING = 6
"""Each layout tells the one around it by a posted event: so deep do panels nest."""


class PanelScroll(QScrollArea):
    """Put parts into `column`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        on_panel(page)
        on_panel(self.viewport())
        self.column = QVBoxLayout(page)
        self.column.setSpacing(0)
        self._set_margins(0)
        self.setWidget(page)
        self.verticalScrollBar().rangeChanged.connect(self._on_scroll_bar_range_changed)

    def settle(self) -> None:
        """Lay everything out now: after much has changed at once, nothing may be seen squeezed."""
        for _ in range(_NESTING):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    def _set_margins(self, taken_px: int) -> None:
        self.column.setContentsMargins(SPACE_16, SPACE_8, max(2, SPACE_16 - taken_px), SPACE_16)

    def _on_scroll_bar_range_changed(self, _low: int, high: int) -> None:
        self._set_margins(self.verticalScrollBar().sizeHint().width() if high > 0 else 0)
