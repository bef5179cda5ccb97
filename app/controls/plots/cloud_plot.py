"""Points of a plane in clouds, a colour and a shape for each, over how densely others lie there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QResizeEvent

from app.controls.plots.axes import LEFT_PX
from app.controls.plots.ground import pg
from app.controls.plots.histogram_plot import FineAxis
from app.controls.plots.plot import Plot, dress_axes
from app.look.theme import tokens
from app.look.tokens import Tokens

Array = NDArray[np.float32]
SHAPES = (("o", "●"), ("t1", "▲"), ("s", "■"), ("d", "◆"), ("star", "★"))
"""What pyqtgraph calls a shape, and the letter that looks like it."""
BINS = 128
_SMOOTH = 3.2
"""Standard deviation, in bins, of the blur that makes a density of a histogram."""
_DOT_PX = 5
_DENSEST = 120
"""How much of the ground is seen where it is densest, of 255."""
_FEW = 0.002
"""Share of the points, at each end, that may lie outside: the farthest few would make all others small."""
_ROOM = 1.08
_LEAST_PX = 160


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Points (N, 2) of one kind; `kind` counts colours, then shapes; −1 is grey."""

    name: str
    kind: int
    points: Array

    def colour(self, look: Tokens) -> str:
        """Its colour in a theme; the last of them is grey, and of those that are of no kind."""
        return look.curves[-1 if self.kind < 0 else self.kind % (len(look.curves) - 1)]

    def shape(self, look: Tokens) -> tuple[str, str]:
        """What its points look like: for pyqtgraph, and as a letter."""
        return SHAPES[max(0, self.kind) // (len(look.curves) - 1) % len(SHAPES)]


class CloudPlot(Plot):
    """Both ways have one scale, so that a round cloud looks round."""

    def __init__(self) -> None:
        self._clouds: tuple[Cloud, ...] = ()
        self._ground: Array = np.zeros((0, 2), np.float32)
        self._items: list[pg.GraphicsObject] = []
        super().__init__()
        axis = FineAxis("")
        axis.setZValue(self.view.zValue() - 1)
        self.getPlotItem().setAxisItems({"bottom": axis})
        dress_axes(self.getPlotItem(), tokens())
        self.view.setAspectLocked(True)
        self.reset_asked.connect(self.fit)

    def clouds(self) -> tuple[Cloud, ...]:
        """What is shown."""
        return self._clouds

    def ground(self) -> Array:
        """The points whose density is shown under them."""
        return self._ground

    def set_clouds(self, ground: Array, clouds: Sequence[Cloud], *, words: str) -> None:
        """Show these points over the density of others; what is visible stays unless it is another plane."""
        self._ground, self._clouds = ground, tuple(clouds)
        self.setAccessibleName(words)
        self._draw()

    def fit(self) -> None:
        """Show all but the farthest few."""
        points = np.concatenate([self._ground, *(cloud.points for cloud in self._clouds)])
        if not len(points):
            return
        low, high = np.quantile(points, (_FEW, 1.0 - _FEW), axis=0)
        middle, reach = (low + high) / 2, _ROOM * max(1e-6, float((high - low).max()) / 2)
        low, high = middle - reach, middle + reach
        self.view.setRange(QRectF(*low, *(high - low)), padding=0.0)

    def dress(self, look: Tokens) -> None:
        super().dress(look)
        if self._clouds:
            self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As high as wide. First: what is drawn is fitted to the size in force, which changes here once more."""
        height = max(_LEAST_PX, self.width() - LEFT_PX // 2)
        if self.height() != height:
            self.setFixedHeight(height)
        super().resizeEvent(event)

    def _draw(self) -> None:
        look = tokens()
        for item in self._items:
            self.view.removeItem(item)
        self._items = []
        if len(self._ground):
            self._add(_shade(self._ground, look), 0)
        for cloud in self._clouds:
            ink = QColor(cloud.colour(look))
            ink.setAlpha(210)
            dots = pg.ScatterPlotItem(
                x=cloud.points[:, 0], y=cloud.points[:, 1], symbol=cloud.shape(look)[0], size=_DOT_PX,
                pen=None, brush=pg.mkBrush(ink),
            )  # fmt: skip
            self._add(dots, 2)

    def _add(self, item: pg.GraphicsObject, depth: int) -> None:
        item.setZValue(depth)
        self.view.addItem(item, ignoreBounds=True)
        self._items.append(item)


def density(points: Array) -> tuple[NDArray[np.float64], QRectF]:
    """How densely points (N, 2) lie, (rows, columns) with the lowest row first, 1 where most; and over which place."""
    low, high = points.min(0).astype(float), points.max(0).astype(float)
    room = 0.15 * np.maximum(high - low, 1e-6)
    low, high = low - room, high + room
    counts, _, _ = np.histogram2d(points[:, 1], points[:, 0], BINS, ((low[1], high[1]), (low[0], high[0])))
    reach = np.arange(-10, 11)
    kernel = np.exp(-0.5 * (reach / _SMOOTH) ** 2)
    for axis in (0, 1):
        counts = np.apply_along_axis(np.convolve, axis, counts, kernel, "same")
    return counts / counts.max(), QRectF(low[0], low[1], high[0] - low[0], high[1] - low[1])


def _shade(points: Array, look: Tokens) -> pg.ImageItem:
    share, place = density(points)
    ink = QColor(look.secondary)
    pixels = np.zeros((*share.shape, 4), np.uint8)
    pixels[:, :, :3] = ink.red(), ink.green(), ink.blue()
    pixels[:, :, 3] = np.round(_DENSEST * np.sqrt(share))
    image = pg.ImageItem(pixels)
    image.setRect(place)
    return image
