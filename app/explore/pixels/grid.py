"""Pixels of a picture and where they stand on the canvas: from points to cells, brushes, and outlines of regions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainterPath

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Cell = tuple[int, int]
"""Row and column."""


def cell_at(point: QPointF, frame: QRect, rows: int, columns: int) -> Cell | None:
    """The pixel under a point; None beside the picture."""
    if not QRectF(frame).contains(point) or not rows or not columns:
        return None
    row = int((point.y() - frame.top()) * rows / frame.height())
    column = int((point.x() - frame.left()) * columns / frame.width())
    return min(row, rows - 1), min(column, columns - 1)


def nearest_cell(point: QPointF, frame: QRect, rows: int, columns: int) -> Cell:
    """The pixel under a point, or the one at the edge that is nearest to it."""
    row = int((point.y() - frame.top()) * rows / max(1, frame.height()))
    column = int((point.x() - frame.left()) * columns / max(1, frame.width()))
    return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)


def cell_box(cell: Cell, frame: QRect, rows: int, columns: int) -> QRectF:
    """Where a pixel stands."""
    high, wide = frame.height() / rows, frame.width() / columns
    return QRectF(frame.left() + cell[1] * wide, frame.top() + cell[0] * high, wide, high)


def box_of(one: Cell, other: Cell) -> tuple[int, int, int, int]:
    """Top, left, height and width of the rectangle with these two pixels at its corners."""
    top, left = min(one[0], other[0]), min(one[1], other[1])
    return top, left, abs(one[0] - other[0]) + 1, abs(one[1] - other[1]) + 1


def brush(cell: Cell, size: int) -> Iterator[Cell]:
    """The pixels under a round brush of so many pixels."""
    reach, middle = size / 2.0, (size - 1) / 2.0
    first = (cell[0] - (size - 1) // 2, cell[1] - (size - 1) // 2)
    for down in range(size):
        for across in range(size):
            if (down - middle) ** 2 + (across - middle) ** 2 <= reach**2:
                yield first[0] + down, first[1] + across


def stroke(start: Cell, end: Cell, size: int) -> set[Cell]:
    """Every pixel under a brush on its way from one pixel to another."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    found: set[Cell] = set()
    for step in range(steps + 1):
        row = round(start[0] + (end[0] - start[0]) * step / steps)
        column = round(start[1] + (end[1] - start[1]) * step / steps)
        found.update(brush((row, column), size))
    return found


def outline(region: NDArray[np.bool_], frame: QRect) -> QPainterPath:
    """The edges of a region of pixels (H, W), also those of its holes; the picture's own edge counts."""
    import numpy as np

    rows, columns = region.shape
    high, wide = frame.height() / rows, frame.width() / columns
    around = np.pad(region, 1)
    path = QPainterPath()
    for row, column in np.argwhere(around[1:, 1:-1] != around[:-1, 1:-1]).tolist():  # between two rows
        y, x = frame.top() + row * high, frame.left() + column * wide
        path.moveTo(x, y)
        path.lineTo(x + wide, y)
    for row, column in np.argwhere(around[1:-1, 1:] != around[1:-1, :-1]).tolist():  # between two columns
        y, x = frame.top() + row * high, frame.left() + column * wide
        path.moveTo(x, y)
        path.lineTo(x, y + high)
    return path
