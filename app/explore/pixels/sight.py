"""What a pixel could see, over the picture: how much each earlier one counted for it, and those it never looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPainterPath, QPen

from app.look.images import rgba_qimage
from engine.protocol.pixels import PixelTold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SEEN, BLIND = QColor("#56b4e9"), QColor("#e69f00")
"""Told apart by everybody; the second is hatched, too."""
_DECADES = 3.0
"""A gradient falls off by powers of ten: on a straight scale only the neighbours would show."""
DIM = QColor(0, 0, 0, 120)
"""Under the hatching, so that it stands out from white paper."""
_FAINT, _FULL = 34, 225
"""How much of the picture the weakest and the strongest shade cover, of 255."""
_VEIL = 200
"""The same of what is drawn later, which is not there yet when the pixel is drawn."""
_HATCH_PX = 6.0


def strength(seen: NDArray[np.float32]) -> NDArray[np.float64]:
    """0 where nothing is seen, else from just above 0 to 1 by powers of ten."""
    import numpy as np

    known = np.maximum(np.asarray(seen, np.float64), 10.0**-_DECADES)
    return np.where(seen > 0, np.clip(1.0 + np.log10(known) / _DECADES, 0.0, 1.0), 0.0)


def blind(told: PixelTold, later: tuple[int, ...]) -> NDArray[np.bool_]:
    """The pixels that stood already and that it cannot see; `later` are those that are drawn after it."""
    import numpy as np

    found = np.asarray(told.seen) <= 0
    found[told.row, told.column] = False
    found.reshape(-1)[list(later)] = False
    return found


def shade(told: PixelTold, later: tuple[int, ...], ground: QColor) -> QImage:
    """Blue where it looks, deeper where that counts more; what comes later is covered with the ground."""
    import numpy as np

    drawn = np.zeros((*told.seen.shape, 4), np.uint8)
    drawn[..., :3] = (SEEN.red(), SEEN.green(), SEEN.blue())
    drawn[..., 3] = np.where(told.seen > 0, _FAINT + strength(told.seen) * (_FULL - _FAINT), 0.0).round()
    drawn[blind(told, later)] = (0, 0, 0, DIM.alpha())
    drawn.reshape(-1, 4)[list(later)] = (ground.red(), ground.green(), ground.blue(), _VEIL)
    return rgba_qimage(drawn)


def gradient(left: float, right: float) -> QLinearGradient:
    """The scale of the shade, from what hardly counts to what counts most."""
    ramp = QLinearGradient(left, 0.0, right, 0.0)
    for stop, alpha in ((0.0, _FAINT), (1.0, _FULL)):
        ramp.setColorAt(stop, QColor(SEEN.red(), SEEN.green(), SEEN.blue(), alpha))
    return ramp


def area(region: NDArray[np.bool_], frame: QRect) -> QPainterPath:
    """All that a region of pixels covers."""
    import numpy as np

    rows, columns = region.shape
    high, wide = frame.height() / rows, frame.width() / columns
    path = QPainterPath()
    for row in range(rows):
        ends = np.flatnonzero(np.diff(np.pad(region[row], 1).astype(np.int8)))
        for start, end in ends.reshape(-1, 2).tolist():
            path.addRect(QRectF(frame.left() + start * wide, frame.top() + row * high, (end - start) * wide, high))
    return path


def hatch(painter: QPainter, path: QPainterPath) -> None:
    """Diagonal lines over an area, at any resolution as far apart."""
    if path.isEmpty():
        return
    painter.save()
    painter.setClipPath(path)
    painter.setPen(QPen(BLIND, 1.75))
    box = path.boundingRect()
    lines, at = [], box.left() - box.height()
    while at < box.right():
        lines.append(QLineF(at, box.bottom(), at + box.height(), box.top()))
        at += _HATCH_PX
    painter.drawLines(lines)
    painter.restore()
