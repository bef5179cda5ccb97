"""Icons: one drawing for each, 1.5 px strokes on a 20 grid, coloured for the theme and the state of the button."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.look.tokens import Tokens

ICONS = Path(__file__).resolve().parents[2] / "resources" / "icons"


class Ink(StrEnum):
    """What an icon is drawn in while its button rests."""

    TEXT = "text"
    SECONDARY = "secondary"
    ON_ACCENT = "on_accent"
    ACCENT = "accent"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@cache
def _drawing(name: str) -> str:
    return (ICONS / f"{name}.svg").read_text(encoding="utf-8")


@cache
def _stencil(name: str, side: int) -> QPixmap:
    """The drawing in black; colours are poured into it, which takes a tenth of drawing it anew."""
    drawn = QPixmap(side, side)
    drawn.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_drawing(name).encode()))
    painter = QPainter(drawn)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return drawn


def pixmap(name: str, colour: str, size: int, scale: float = 1.0) -> QPixmap:
    """An icon in one colour, `size` logical pixels wide at a device pixel ratio."""
    drawn = QPixmap(_stencil(name, round(size * scale)))
    painter = QPainter(drawn)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(drawn.rect(), QColor(colour))
    painter.end()
    drawn.setDevicePixelRatio(scale)
    return drawn


@cache
def _icon(name: str, size: int, ink: Ink, tokens: Tokens, ratios: tuple[float, ...]) -> QIcon:
    rest = getattr(tokens, ink)
    on = rest if ink is Ink.ON_ACCENT else tokens.accent
    result = QIcon()
    for scale in ratios:
        for mode, state, colour in (
            (QIcon.Mode.Normal, QIcon.State.Off, rest),
            (QIcon.Mode.Normal, QIcon.State.On, on),
            (QIcon.Mode.Disabled, QIcon.State.Off, tokens.disabled),
            (QIcon.Mode.Disabled, QIcon.State.On, tokens.disabled),
        ):
            drawn = pixmap(name, colour, size, scale)
            drawn.setDevicePixelRatio(1.0)  # an icon picks by pixels and sets the ratio itself
            result.addPixmap(drawn, mode, state)
    return result


def coloured(name: str, size: int, ink: Ink, tokens: Tokens) -> QIcon:
    """The icon of a theme for the screens there are; checked buttons show it in the accent, disabled ones in grey."""
    ratios = {screen.devicePixelRatio() for screen in QGuiApplication.screens()}
    return QIcon(_icon(name, size, ink, tokens, tuple(sorted(ratios))))
