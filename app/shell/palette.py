"""The command palette: a few letters find any action, slider, page or model, without a mouse."""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.controls.elided_label import ElidedLabel
from app.controls.surfaces import Rule
from app.flows.shell import Shell
from app.look.icons import pixmap
from app.look.theme import font, tokens
from app.look.tokens import RADIUS_PX, SPACE_4, SPACE_8, SPACE_12, TEXT_LARGE_PX, TEXT_SMALL_PX
from app.shell.actions import Actions
from app.shell.fuzzy import Match, ranked
from app.shell.palette_entries import GUIDE_KIND, Entry, coordinate, entries

_WIDTH_PX, _ROW_PX, _ROWS, _TOP_PX = 560, 34, 11, 64
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS, Qt.Key.Key_PageUp: -_ROWS}
_ENTRY, _MATCH = int(Qt.ItemDataRole.UserRole), int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex


class FoundEntries(QAbstractListModel):
    """The entries that fit, the best first."""

    def __init__(self, shell: Shell, all_entries: tuple[Entry, ...]) -> None:
        super().__init__()
        self._shell = shell
        self._all = all_entries
        self._labels = tuple(entry.label for entry in all_entries)
        self.shown: list[tuple[Entry, Match]] = []
        self.find("")

    def find(self, query: str) -> None:
        """Show what fits; nothing typed shows all."""
        self.beginResetModel()
        if not query.strip():
            self.shown = [(entry, Match(0.0, ())) for entry in self._all]
        else:
            found = ranked(query, self._labels)
            self.shown = [(self._all[place], each) for place, each in found]
            # What can be done stands first, what is only to be read last.
            self.shown.sort(key=lambda pair: 2 * (pair[0].kind == GUIDE_KIND) + bool(pair[0].reason))
            one = coordinate(self._shell, query)
            if one is not None:
                self.shown.insert(0, (one, Match(0.0, tuple(range(len(one.label))))))
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self.shown)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not 0 <= index.row() < len(self.shown):
            return None
        entry, found = self.shown[index.row()]
        if role == _ENTRY:
            return entry
        if role == _MATCH:
            return found
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return ", ".join(part for part in (entry.label, entry.kind, entry.keys, entry.reason) if part)
        return None


class _Row(QStyledItemDelegate):
    """Icon, label with the letters that fit, kind, keys."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = tokens()
        entry, found = cast("Entry", index.data(_ENTRY)), cast("Match", index.data(_MATCH))
        box = QRectF(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.button_hover))
            painter.drawRoundedRect(box.adjusted(SPACE_4, 1, -SPACE_4, -1), RADIUS_PX, RADIUS_PX)
        ink = look.disabled if entry.reason else look.text
        if entry.icon:
            mark = pixmap(entry.icon, look.secondary, 18, painter.device().devicePixelRatioF())
            painter.drawPixmap(QPointF(box.left() + SPACE_12, box.center().y() - 9), mark)
        right = box.right() - SPACE_12
        painter.setFont(font(TEXT_SMALL_PX))
        painter.setPen(QColor(look.secondary))
        middle = Qt.AlignmentFlag.AlignVCenter
        for words in (entry.keys, entry.kind):
            if words:
                width = painter.fontMetrics().horizontalAdvance(words)
                painter.drawText(QRectF(right - width, box.top(), width, box.height()), middle, words)
                right -= width + SPACE_12
        self._paint_label(painter, entry.label, frozenset(found.letters), box, right, ink)
        painter.restore()

    def _paint_label(
        self, painter: QPainter, label: str, letters: frozenset[int], box: QRectF, right: float, ink: str
    ) -> None:
        """Runs of letters that fit, and of those that do not."""
        x, start = box.left() + SPACE_12 + 18 + SPACE_8, 0
        while start < len(label):
            is_found, end = start in letters, start
            while end < len(label) and (end in letters) == is_found:
                end += 1
            painter.setFont(font(weight=QFont.Weight.DemiBold if is_found else QFont.Weight.Normal))
            painter.setPen(QColor(tokens().accent_hover if is_found else ink))
            part = label[start:end]
            width = painter.fontMetrics().horizontalAdvance(part)
            if x + width > right:
                part = painter.fontMetrics().elidedText(part, Qt.TextElideMode.ElideRight, max(0, int(right - x)))
            painter.drawText(QRectF(x, box.top(), width + 2, box.height()), Qt.AlignmentFlag.AlignVCenter, part)
            x, start = x + width, end
            if x > right:
                break


class Palette(QFrame):
    """Lies over the window until something is chosen, Escape is pressed or the hand goes elsewhere."""

    def __init__(self, shell: Shell, actions: Actions, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._before: QWidget | None = QApplication.focusWidget()
        self.setObjectName("palette")
        self.setAccessibleName("Find anything")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.edit = QLineEdit()
        self.edit.setObjectName("palette.edit")
        self.edit.setFont(font(TEXT_LARGE_PX))
        self.edit.setPlaceholderText("Find an action, a slider, a page or a model")
        self.edit.setAccessibleName("Find")
        self.found = FoundEntries(shell, entries(shell, actions))
        self.list = QListView()
        self.list.setObjectName("palette.list")
        self.list.setModel(self.found)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.viewport().setAutoFillBackground(False)
        self.list.setAccessibleName("Found")
        self.foot = ElidedLabel(quiet=True)
        self.foot.setFont(font(TEXT_SMALL_PX))
        self.foot.setFixedHeight(20)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_4, SPACE_8, SPACE_4, SPACE_4)
        column.setSpacing(SPACE_4)
        for widget, inset in ((self.edit, SPACE_8), (Rule(), 0), (self.list, 0), (self.foot, SPACE_8)):
            holder = QVBoxLayout()
            holder.setContentsMargins(inset, 0, inset, 0)
            holder.addWidget(widget)
            column.addLayout(holder)
        self.edit.textChanged.connect(self._on_edit_text_changed)
        self.edit.installEventFilter(self)
        self.list.clicked.connect(lambda index: self._run(index.row()))
        over.installEventFilter(self)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
        self._select(0)

    def open(self) -> None:
        """Stand in the upper middle of the window, with the keyboard."""
        self._place()
        self.show()
        self.raise_()
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def selected(self) -> Entry | None:
        """What Enter would do."""
        row = self.list.currentIndex().row()
        return self.found.shown[row][0] if 0 <= row < len(self.found.shown) else None

    def _place(self) -> None:
        width = min(_WIDTH_PX, self._over.width() - 2 * SPACE_12)
        rows = min(_ROWS, max(1, self.found.rowCount()))
        self.list.setFixedHeight(rows * _ROW_PX)
        layout = self.layout()
        if layout is not None:
            layout.invalidate()
            layout.activate()
        height = self.sizeHint().height()
        self.setGeometry((self._over.width() - width) // 2, _TOP_PX, width, height)

    def _select(self, row: int) -> None:
        row = min(max(row, 0), self.found.rowCount() - 1)
        self.list.setCurrentIndex(self.found.index(row))
        entry = self.selected()
        if entry is None:
            self.foot.set_text("Nothing is called that.")
        else:
            self.foot.set_text(entry.reason or "Enter does it · arrows choose · Escape leaves")
            self.edit.setAccessibleDescription(f"{entry.label}, {entry.kind} {entry.keys} {entry.reason}".strip())

    def _run(self, row: int) -> None:
        self._select(row)
        entry = self.selected()
        if entry is None or entry.reason:
            return
        self.leave()
        entry.run()

    def leave(self) -> None:
        """Close, and give the keyboard back."""
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        before, self._before = self._before, None
        self.hide()
        if before is not None:
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.close()

    def _on_edit_text_changed(self, text: str) -> None:
        self.found.find(text)
        self._place()
        self._select(0)

    # ------------------------------------------------------------ Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self.edit and isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
            return self._take_key(event)
        if watched is self._over and kind == QEvent.Type.Resize:
            self._place()
        if isinstance(event, QMouseEvent) and kind == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            inside = watched is self or self.isAncestorOf(watched)
            if self.isVisible() and not inside:
                self.leave()
        return False

    def _take_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        row = self.list.currentIndex().row()
        if key in _STEPS:
            count = max(1, self.found.rowCount())
            step = _STEPS[key]
            self._select((row + step) % count if abs(step) == 1 else row + step)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(row)
        elif key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return True
        elif key == Qt.Key.Key_K and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.leave()
        else:
            return False
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(look.raised))
        painter.setPen(QPen(QColor(look.line), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 2 * RADIUS_PX, 2 * RADIUS_PX)
        painter.end()
