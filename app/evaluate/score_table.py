"""Scores in rows and columns: sorted by a press on a heading, the best marked, real pictures' scores on top."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.look.icons import pixmap
from app.look.theme import font, theme, tokens
from app.look.tokens import TEXT_SMALL_PX
from app.store.judged.table import REAL, Column, Table, error_text, real_text, score_text

Index = QModelIndex | QPersistentModelIndex
ROW_PX, HEAD_PX = 34, 34
_NAME_PX, _LEAST_PX = 200, 108
_STAR_PX = 12
_ARROWS = {Qt.SortOrder.AscendingOrder: "↑", Qt.SortOrder.DescendingOrder: "↓"}
"""Beside the heading's word: Qt's own arrow stands at the other end of the column, by its neighbour."""
EMPTY = Table((), (), (), {}, {}, {})


class ScoreModel(QAbstractTableModel):
    """Row 0 is what real pictures score; the models follow in the order that was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.table = EMPTY
        self.order: tuple[str, ...] = ()
        self.sorted_by: tuple[int, Qt.SortOrder] | None = None

    def set_table(self, table: Table) -> None:
        """Other numbers; the order that was chosen stays."""
        self.beginResetModel()
        names = [column.kind.name for column in self.table.columns]
        column = self.sorted_by[0] - 1 if self.sorted_by is not None else -1
        name = names[column] if 0 <= column < len(names) else ""
        self.table = table
        now = [column.kind.name for column in table.columns]
        if name:
            self.sorted_by = (now.index(name) + 1, self.sorted_by[1]) if name in now and self.sorted_by else None
        self._sort()
        self.endResetModel()

    def _sort(self) -> None:
        if self.sorted_by is None:
            self.order = self.table.sources
            return
        column, order = self.sorted_by
        score = self.table.columns[column - 1].kind.name if column else ""
        self.order = self.table.ordered(score, falling=order is Qt.SortOrder.DescendingOrder)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column; the first sorts by name, −1 by nothing."""
        self.beginResetModel()
        self.sorted_by = (column, order) if 0 <= column <= len(self.table.columns) else None
        self._sort()
        self.endResetModel()

    def source(self, row: int) -> str:
        """Whose row it is; empty for real pictures."""
        return self.order[row - 1] if 0 < row <= len(self.order) else ""

    def column(self, section: int) -> Column | None:
        """The score of a column; None for the names."""
        return self.table.columns[section - 1] if 0 < section <= len(self.table.columns) else None

    def title(self, row: int) -> str:
        """The name in front of a row."""
        source = self.source(row)
        return self.table.titles[self.table.sources.index(source)] if source else REAL

    def is_best(self, row: int, section: int) -> bool:
        """True for the best of a column."""
        column = self.column(section)
        return column is not None and self.table.is_best(self.source(row), column.kind.name)

    def texts(self, row: int, section: int) -> tuple[str, str]:
        """A cell's value and its error as they are shown."""
        column, source = self.column(section), self.source(row)
        if column is None:
            return self.title(row), ""
        if not source:
            return real_text(column.real), ""
        cell = self.table.cell(source, column.kind.name)
        return ("–", "") if cell is None else (score_text(cell.value), error_text(cell.stderr, cell.value).strip())

    # ------------------------------------------------------------ Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1 + len(self.order) if self.table.sources and not parent.isValid() else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1 + len(self.table.columns) if self.table.sources and not parent.isValid() else 0

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.column(section)
        if role == Qt.ItemDataRole.DisplayRole:
            label = "Model" if column is None else column.kind.label
            return f"{label} {_ARROWS[self.sorted_by[1]]}" if self.sorted_by and self.sorted_by[0] == section else label
        if role == Qt.ItemDataRole.ToolTipRole:
            return "Press to sort by name" if column is None else f"{column.kind.help}\nPress to sort"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column is None else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, section = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(filter(None, self.texts(row, section)))
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, section)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            column = self.column(section)
            what = self.title(row) if column is None else f"{column.kind.label} of {self.title(row)}"
            best = ", the best" if self.is_best(row, section) else ""
            return f"{what}: {' '.join(self.texts(row, section))}{best}" if column is not None else what
        return None

    def _tip(self, row: int, section: int) -> str:
        column, source = self.column(section), self.source(row)
        if column is None:
            return self.table.troubles.get(source, "") or (
                self.title(row) if source else "What pictures score that no model has seen: the mark to be reached"
            )
        cell = self.table.cell(source, column.kind.name) if source else None
        if cell is not None:
            told = f"{column.kind.label}: {' '.join(self.texts(row, section))}, on {cell.n} pictures"
            return f"{told}\nReal pictures: {score_text(cell.real)}" if cell.real is not None else told
        why = self.table.why(source, column.kind.name) if source else ""
        return f"{why[:1].upper()}{why[1:]}." if why else column.kind.help


class _Cells(QStyledItemDelegate):
    """Paints a value, its error smaller behind it, and a star before the best."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, ScoreModel):
            return
        look, row, section = tokens(), index.row(), index.column()
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(look.button_hover))
        elif row == 0:
            painter.fillRect(box, QColor(look.raised))
        painter.setPen(QColor(look.line))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        value, error = model.texts(row, section)
        inner = box.adjusted(12, 0, -12, 0)
        middle, best = Qt.AlignmentFlag.AlignVCenter, model.is_best(row, section)
        trouble = section == 0 and bool(model.table.troubles.get(model.source(row)))
        letters = font(weight=QFont.Weight.DemiBold if best else QFont.Weight.Normal)
        ink = look.bad_text if trouble else look.secondary if row == 0 or value == "–" else look.text
        if section == 0:
            painter.setFont(letters)
            painter.setPen(QColor(ink))
            words = QFontMetrics(letters).elidedText(value, Qt.TextElideMode.ElideMiddle, inner.width())
            painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | middle, words)
        else:
            small = font(TEXT_SMALL_PX)
            painter.setFont(small)
            painter.setPen(QColor(look.secondary))
            painter.drawText(inner, Qt.AlignmentFlag.AlignRight | middle, error)
            right = inner.right() - QFontMetrics(small).horizontalAdvance(error) - (4 if error else 0)
            painter.setFont(letters)
            painter.setPen(QColor(ink))
            painter.drawText(QRect(inner.left(), box.top(), right - inner.left() + 1, box.height()),
                             Qt.AlignmentFlag.AlignRight | middle, value)  # fmt: skip
            if best:
                left = right - QFontMetrics(letters).horizontalAdvance(value) - _STAR_PX - 4
                mark = pixmap("star-filled", look.accent, _STAR_PX, painter.device().devicePixelRatioF())
                painter.drawPixmap(QPoint(left, box.center().y() - _STAR_PX // 2), mark)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        model = index.model()
        if not isinstance(model, ScoreModel):
            return super().sizeHint(option, index)
        value, error = model.texts(index.row(), index.column())
        wide = QFontMetrics(font(weight=QFont.Weight.DemiBold)).horizontalAdvance(value)
        wide += QFontMetrics(font(TEXT_SMALL_PX)).horizontalAdvance(error) + 28 + _STAR_PX + 8
        return QSize(wide, ROW_PX)


class ScoreTable(QTableView):
    """`explored` carries the source of a row that was opened (Return, or a double click)."""

    explored = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.scores = ScoreModel()
        self.setModel(self.scores)
        self.setItemDelegate(_Cells(self))
        self.setObjectName("evaluate.table")
        self.setAccessibleName("Scores")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        head = self.horizontalHeader()
        head.setFixedHeight(HEAD_PX)
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.sectionClicked.connect(self._on_head_clicked)
        self.doubleClicked.connect(self._on_activated)
        self.activated.connect(self._on_activated)
        theme().changed.connect(self._on_theme_changed)

    def set_table(self, table: Table) -> None:
        """Show other numbers; the row that was chosen stays so."""
        chosen = self.scores.source(self.currentIndex().row())
        fits = [column.kind.name for column in table.columns] == [
            column.kind.name for column in self.scores.table.columns
        ]
        self.scores.set_table(table)
        self._fit(grows=fits)
        self._select(chosen)

    def _select(self, source: str) -> None:
        if source and source in self.scores.order:
            index = self.scores.index(1 + self.scores.order.index(source), 0)
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def _fit(self, *, grows: bool) -> None:
        """Each column as wide as its heading and its widest cell; none that was wider shrinks while it `grows`."""
        head = self.horizontalHeader()
        metrics = QFontMetrics(font(weight=QFont.Weight.DemiBold))
        for section in range(self.scores.columnCount()):
            if section == 0:
                names = [self.scores.title(row) for row in range(self.scores.rowCount())]
                wide = max((metrics.horizontalAdvance(name) for name in names), default=0) + 28
                wide = min(max(_NAME_PX, wide), 320)
                head.resizeSection(0, max(wide, head.sectionSize(0)) if grows else wide)
                continue
            label = str(self.scores.headerData(section, Qt.Orientation.Horizontal))
            wide = max(self.sizeHintForColumn(section), metrics.horizontalAdvance(label) + 44, _LEAST_PX)
            head.resizeSection(section, max(wide, head.sectionSize(section)) if grows else wide)

    def _on_head_clicked(self, section: int) -> None:
        """Ascending, then descending; what is better when higher begins with the highest."""
        before = self.scores.sorted_by
        column = self.scores.column(section)
        first = Qt.SortOrder.AscendingOrder
        if column is not None and column.kind.better == "higher":
            first = Qt.SortOrder.DescendingOrder
        other = Qt.SortOrder.AscendingOrder if first is Qt.SortOrder.DescendingOrder else Qt.SortOrder.DescendingOrder
        order = other if before == (section, first) else first
        chosen = self.scores.source(self.currentIndex().row())
        self.scores.sort(section, order)
        self._select(chosen)

    def _on_activated(self, index: QModelIndex) -> None:
        if source := self.scores.source(index.row()):
            self.explored.emit(source)

    def _on_theme_changed(self, _tokens: object) -> None:
        self.viewport().update()
        self.setPalette(QPalette())
