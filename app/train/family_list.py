"""Kinds of model in an opened list: each with the sentence that says when to choose it, under a heading."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.look.theme import font, tokens
from app.look.tokens import RADIUS_PX, SPACE_4, SPACE_8, SPACE_12, TEXT_SMALL_PX

WHEN = Qt.ItemDataRole.AccessibleDescriptionRole
"""The sentence: a screen reader says it after the name."""
_HEADING_PX, _ROW_PX, _LINE_PX = 28, 42, 17

Index = QModelIndex | QPersistentModelIndex


class FamilyRows(QStyledItemDelegate):
    """Rows of two lines, as wide as the longest sentence."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        when = str(index.data(WHEN) or "")
        width = QFontMetrics(font(TEXT_SMALL_PX)).horizontalAdvance(when) + 2 * SPACE_12
        return QSize(width, _ROW_PX if when else _HEADING_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look, box = tokens(), QRect(option.rect)
        when = str(index.data(WHEN) or "")
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        line = box.adjusted(SPACE_8, 0, -SPACE_8, 0)
        painter.save()
        if not when:
            painter.setFont(font(TEXT_SMALL_PX))
            painter.setPen(QColor(look.secondary))
            painter.drawText(line.adjusted(0, SPACE_8, 0, 0), left, str(index.data()))
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.button_hover))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), RADIUS_PX, RADIUS_PX)
        line.setTop(box.top() + SPACE_4)
        line.setHeight(_LINE_PX)
        painter.setFont(font(weight=QFont.Weight.Medium))
        painter.setPen(QColor(look.text))
        painter.drawText(line, left, str(index.data()))
        line.translate(0, _LINE_PX)
        painter.setFont(font(TEXT_SMALL_PX))
        painter.setPen(QColor(look.secondary))
        painter.drawText(line, left, painter.fontMetrics().elidedText(when, Qt.TextElideMode.ElideRight, line.width()))
        painter.restore()
