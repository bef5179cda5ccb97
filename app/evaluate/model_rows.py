"""Rows of the models to choose from: the name first, and beside it what there is room for."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.look.theme import font, tokens
from app.look.tokens import SPACE_4, SPACE_12, TEXT_SMALL_PX

NOTES = Qt.ItemDataRole.UserRole + 1
"""What may stand beside a name, the fullest first."""

Index = QModelIndex | QPersistentModelIndex


class ModelRows(QStyledItemDelegate):
    """A note gives way to the name: the fullest that leaves the name whole is shown, or none."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        note = self.note(option, index)
        row, whole = QStyleOptionViewItem(option), QRect(option.rect)
        if note:
            row.rect = whole.adjusted(0, 0, -_wide(note) - SPACE_4, 0)
        super().paint(painter, row, index)
        if note:
            painter.save()
            painter.setFont(font(TEXT_SMALL_PX))
            painter.setPen(QColor(tokens().secondary))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(whole.adjusted(0, 0, -SPACE_4, 0), right, note)
            painter.restore()

    def note(self, option: QStyleOptionViewItem, index: Index) -> str:
        """What is shown beside a name in a row of this width."""
        notes: tuple[str, ...] = tuple(index.data(NOTES) or ())
        row = QStyleOptionViewItem(option)
        self.initStyleOption(row, index)
        style = row.widget.style()
        words = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, row, row.widget)
        room = option.rect.right() - words.left() - QFontMetrics(row.font).horizontalAdvance(row.text)
        return next((note for note in notes if _wide(note) + SPACE_12 + SPACE_4 <= room), "")


def _wide(note: str) -> int:
    return QFontMetrics(font(TEXT_SMALL_PX)).horizontalAdvance(note)
