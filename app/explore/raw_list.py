"""All coordinates of a point, as many as there may be: a window of rows that slides over them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QWidget

from app.controls.numbers import signed_text
from app.controls.values.bipolar_slider import BipolarSlider
from app.explore.coordinate_filter import filtered
from app.look.tokens import ROW_PX
from app.store.state import Explorer
from engine.protocol.values import Point

_SHOWN_ROWS = 10
_REACH = 4.0
"""Coordinates of a standard normal hardly ever lie further out."""


class RawList(QAbstractScrollArea):
    """At most ten sliders exist, whatever the latent size; the scroll bar counts rows."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self._count = 0
        self._indices: tuple[int, ...] = ()
        self._filter = ""
        self._is_editing = False
        """A row must stay under the hand that drags it, even when it no longer passes the filter."""
        self._order: tuple[int, ...] = ()
        self._effects: tuple[float, ...] = ()
        self._told: dict[int, int] = {}
        """Which coordinate's words each row carries."""
        self._base: Point | None = None
        self._raw: dict[int, float] = {}
        self.rows: list[BipolarSlider] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName("All coordinates")
        self.verticalScrollBar().valueChanged.connect(self._on_scroll_bar_value_changed)

    # ------------------------------------------------------------ what is shown

    def set_count(self, count: int) -> None:
        """Another model's number of coordinates."""
        self._count = count
        self._base, self._raw = None, {}
        self._sift()

    def set_base(self, base: Point | None) -> None:
        """The drawn values: each slider's zero."""
        self._base = base
        self._fill()

    def set_raw(self, raw: dict[int, float]) -> None:
        """The values set by hand."""
        is_other_set = self._raw.keys() != raw.keys()
        self._raw = raw
        if is_other_set and self._filter and not self._is_editing:
            self._sift()
        else:
            self._fill()

    def set_filter(self, text: str) -> None:
        """Show only some, see `filtered`."""
        self._filter = text
        self._sift()

    def set_order(self, order: tuple[int, ...], effects: tuple[float, ...]) -> None:
        """In which order coordinates stand while no filter asks for some by number; the others stay out.

        Empty: all, by number. Nothing moves under a hand. What each does, as far as it is known, stands in its tip.
        """
        self._effects = effects
        self._told.clear()
        if order == self._order:
            self._fill()
        else:
            self._order = order
            if not self._is_editing:
                self._sift()

    def shown_indices(self) -> tuple[int, ...]:
        """What the filter lets through."""
        return self._indices

    def _sift(self) -> None:
        self._indices = self._sifted()
        shown = min(len(self._indices), _SHOWN_ROWS)
        while len(self.rows) < shown:
            self.rows.append(self._new_row(len(self.rows)))
        self.verticalScrollBar().setRange(0, len(self._indices) - shown)
        self.verticalScrollBar().setPageStep(max(1, shown))
        self.setFixedHeight(max(1, shown) * ROW_PX)
        self._place()
        self._fill()

    def _sifted(self) -> tuple[int, ...]:
        found = filtered(self._filter, self._count, self._raw)
        if self._filter.strip() or not self._order:
            return found
        return tuple(index for index in self._order if index < self._count)

    def _new_row(self, slot: int) -> BipolarSlider:
        row = BipolarSlider("", -_REACH, _REACH, shown=lambda value: signed_text(value, 2))
        row.setParent(self.viewport())
        if self.rows:
            QWidget.setTabOrder(self.rows[-1].track, row.track)
        row.edit_began.connect(self._on_row_edit_began)
        row.value_edited.connect(lambda value: self._on_row_value_edited(slot, value))
        row.edit_ended.connect(lambda: self._on_row_edit_ended(slot))
        return row

    def _index_at(self, slot: int) -> int | None:
        position = self.verticalScrollBar().value() + slot
        return self._indices[position] if position < len(self._indices) else None

    def _fill(self) -> None:
        for slot, row in enumerate(self.rows):
            index = self._index_at(slot) if slot < _SHOWN_ROWS else None
            row.setVisible(index is not None)
            if index is None:
                continue
            origin = float(self._base[index]) if self._base is not None and index < len(self._base) else 0.0
            value = self._raw.get(index, origin)
            reach = max(_REACH, abs(origin) + 1.0)
            if (row.track.bounds(), row.track.origin()) != ((-reach, reach), origin):
                row.set_bounds(-reach, reach, origin)
            row.set_value(value)
            if self._told.get(slot) != index:
                self._told[slot] = index
                row.set_label(f"z {index}")
                row.setObjectName(f"z.{index}")
                row.set_tip(self._tip(index))

    def _tip(self, index: int) -> str:
        if index >= len(self._effects):
            return ""
        return f"Moved by its own spread it changes the picture by {self._effects[index]:.1%}, on the average of pixels"

    def _place(self) -> None:
        width = self.viewport().width()
        for slot, row in enumerate(self.rows):
            row.setGeometry(0, slot * ROW_PX, width, ROW_PX)

    # ------------------------------------------------------------ a person's hand

    def _on_row_value_edited(self, slot: int, value: float) -> None:
        index = self._index_at(slot)
        if index is None:
            return
        if value == self.rows[slot].track.origin():
            self._explorer.place.reset_raw(index)
        else:
            self._explorer.place.set_raw(index, value)

    def _on_row_edit_began(self) -> None:
        self._is_editing = True
        self._explorer.place.begin_edit()

    def _on_row_edit_ended(self, slot: int) -> None:
        self._explorer.place.end_edit(self.rows[slot].label.text())
        self._is_editing = False
        if self._indices != self._sifted():
            self._sift()

    def _on_scroll_bar_value_changed(self, _value: int) -> None:
        self._fill()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab past the last row scrolls on, so that every coordinate can be reached without a mouse."""
        focused = self.focusWidget()
        edge = self.rows[min(len(self._indices), _SHOWN_ROWS) - 1 if forward else 0] if self._indices else None
        bar = self.verticalScrollBar()
        target = bar.value() + (1 if forward else -1)
        if edge is not None and focused is edge.track and edge.track.hasFocus() and 0 <= target <= bar.maximum():
            bar.setValue(target)
            return True
        return super().focusNextPrevChild(forward)

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar = self.verticalScrollBar()
        turned = -1 if event.angleDelta().y() > 0 else 1
        if not self._is_editing and 0 <= bar.value() + turned <= bar.maximum():
            bar.setValue(bar.value() + turned * 3)
            event.accept()
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def sizeHint(self) -> QSize:
        return QSize(280, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, ROW_PX)
