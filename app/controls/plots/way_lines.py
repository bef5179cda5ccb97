"""How the line of each way looks, in the plot and in its legend; light, without pyqtgraph."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.look.tokens import Tokens
from engine.protocol.walks import Way

_HUES = {Way.EVEN: 2, Way.SLERP: 0, Way.LINEAR: 1, Way.SPLINE: 3}
WAY_DASHES = {
    Way.EVEN: Qt.PenStyle.SolidLine, Way.SLERP: Qt.PenStyle.DashLine,
    Way.LINEAR: Qt.PenStyle.DotLine, Way.SPLINE: Qt.PenStyle.DashDotLine,
}  # fmt: skip


def way_colour(way: Way, look: Tokens) -> str:
    """The colour of a way's line in a theme."""
    return look.curves[_HUES[way] % len(look.curves)]
