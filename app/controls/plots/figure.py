"""A figure of curves for a paper or a message: on white, named, as PNG or SVG."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QBuffer, QCoreApplication, QEvent, QIODevice, QRectF, Qt
from PySide6.QtGui import QImage, QImageWriter, QPaintDevice, QPainter
from PySide6.QtSvg import QSvgGenerator

from app.controls.plots.curve_items import CurveItems
from app.controls.plots.ground import pg
from app.controls.plots.lines import Line
from app.controls.plots.plot import View, dress_axes, plot_item
from app.look.tokens import LIGHT, TEXT_LARGE_PX, TEXT_SMALL_PX
from engine.disk.files import atomic_write

WIDE_PX, HIGH_PX, ALONE_PX = 1000, 520, 700
_NESTING = 6
"""Each layout tells the one around it by a posted event."""
DENSITY = 2
"""A picture has so many pixels for each of the figure's."""


class Shown(Protocol):
    """A plot on the screen, as far as its figure must be like it."""

    def lines(self) -> tuple[Line, ...]: ...
    def title(self) -> str: ...
    def is_log(self) -> bool: ...
    def x_range(self) -> tuple[float, float]: ...
    def y_range(self) -> tuple[float, float]: ...


def figure_bytes(plots: Sequence[Shown], suffix: str, title: str, runs: Sequence[Line] = ()) -> bytes:
    """The plots as they stand, ranges and all; `runs` are named at the top where there are several."""
    plots = [plot for plot in plots if plot.lines()]
    sheet = pg.GraphicsLayoutWidget()
    sheet.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    sheet.setBackground(LIGHT.panel)
    sheet.resize(WIDE_PX if len(plots) > 1 else ALONE_PX, HIGH_PX)
    try:
        _fill(sheet, plots, title, runs)
        sheet.show()  # nothing appears, yet everything is laid out
        for _ in range(_NESTING):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        sheet.scene().prepareForPaint()
        return _svg(sheet, title) if suffix == ".svg" else _png(sheet)
    finally:
        sheet.hide()
        sheet.deleteLater()


def save_figure(path: Path, plots: Sequence[Shown], title: str, runs: Sequence[Line] = ()) -> None:
    """Write it whole, or leave what was there."""
    atomic_write(path, figure_bytes(plots, path.suffix.lower(), title, runs))


def _fill(sheet: pg.GraphicsLayoutWidget, plots: Sequence[Shown], title: str, runs: Sequence[Line]) -> None:
    top = sheet.addLayout(row=0, col=0, colspan=2 if len(plots) > 1 else 1)
    sheet.ci.layout.setRowMaximumHeight(0, 3 * TEXT_LARGE_PX)
    _say(top, f"<b>{html.escape(title)}</b>" if title else "", TEXT_LARGE_PX)
    if runs:
        top.nextRow()
        _say(top, _named(runs), TEXT_SMALL_PX)
    for place, shown in enumerate(plots):
        spans_rows = place == 0 and len(plots) == 3
        cell = sheet.addLayout(row=max(1, place), col=min(place, 1), rowspan=2 if spans_rows else 1)
        _say(cell, f"<b>{html.escape(shown.title())}</b>" if runs else _named(shown.lines()), TEXT_SMALL_PX)
        cell.nextRow()
        view = View()
        item = plot_item(view, "pictures")
        dress_axes(item, LIGHT)
        cell.addItem(item)
        item.getAxis("left").setLogMode(False, shown.is_log())
        CurveItems(view).show(shown.lines(), LIGHT, is_log=shown.is_log())
        view.setXRange(*shown.x_range(), padding=0.0)
        low, high = shown.y_range()
        view.setYRange(*((math.log10(low), math.log10(high)) if shown.is_log() else (low, high)), padding=0.0)


def _say(cell: pg.GraphicsLayout, words: str, size_px: int) -> None:
    if words:
        label = cell.addLabel(words, color=LIGHT.text, size=f"{size_px}px", justify="left")
        label.setMaximumHeight(2 * size_px)


def _named(lines: Sequence[Line]) -> str:
    return " &nbsp; ".join(
        f'<span style="color:{line.colour(LIGHT)}">━</span> {html.escape(line.words)}' for line in lines
    )


def _svg(sheet: pg.GraphicsLayoutWidget, title: str) -> bytes:
    """By Qt itself: pyqtgraph's own exporter stumbles over the paths that Qt writes since 6.10."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    drawing = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    drawing.setOutputDevice(buffer)
    drawing.setSize(sheet.size())
    drawing.setViewBox(sheet.rect())
    drawing.setTitle(title or "Curves")
    _paint(sheet, drawing)
    return bytes(buffer.data().data())


def _png(sheet: pg.GraphicsLayoutWidget) -> bytes:
    image = QImage(sheet.size() * DENSITY, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(DENSITY)
    _paint(sheet, image)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())


def _paint(sheet: pg.GraphicsLayoutWidget, device: QPaintDevice) -> None:
    painter = QPainter(device)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    sheet.render(painter, QRectF(0, 0, sheet.width(), sheet.height()), sheet.rect())
    painter.end()
