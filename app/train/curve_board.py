"""Live curves: those of one size share a plot, so that none is flattened by another.

Drawn by hand rather than by pyqtgraph: importing that takes one to two seconds on a busy two-core machine, on the
thread that must answer the first click on Train within a tenth of one.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.look.theme import tokens
from app.look.tokens import SPACE_8, SPACE_16
from app.store.run_state import LossHistory
from app.train.curve_plot import CurvePlot
from app.train.curves import Curve, CurveSet

_TICK_MS = 66
"""Points may come ten times a second; the screen is painted at most this often."""
_OF_ONE_SIZE = 30.0
"""Curves within this factor of the largest share its plot."""


class CurveBoard(QWidget):
    """`pointed_at` carries pictures seen while the pointer is over a plot, NaN when it leaves."""

    pointed_at = Signal(float)
    curves_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.set = CurveSet()
        self._hidden: set[str] = set()
        self._is_log = False
        self._pointer = math.nan
        self._grouped_at = 0
        self._waiting: LossHistory | None = None
        self._tick = QTimer(self, singleShot=True, interval=_TICK_MS)
        self._tick.timeout.connect(self._on_tick_timeout)
        self.large, self.small, self.least = CurvePlot(self), CurvePlot(self), CurvePlot(self)
        self.plots = (self.large, self.small, self.least)
        self.setAccessibleName("Learning curves")
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_16)
        beside = QVBoxLayout()
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(SPACE_8)
        beside.addWidget(self.small, 1)
        beside.addWidget(self.least, 1)
        row.addWidget(self.large, 3)
        row.addLayout(beside, 0)
        for plot in self.plots:
            plot.pointed_at.connect(self._on_plot_pointed_at)
        self.small.hide()
        self.least.hide()

    # ------------------------------------------------------------ what is shown

    def follow(self, losses: LossHistory) -> None:
        """Show what is new at the next tick."""
        self._waiting = losses
        if not self._tick.isActive():
            self._tick.start()

    def show_now(self, losses: LossHistory) -> None:
        """Show what is new at once."""
        self._waiting = losses
        self._on_tick_timeout()

    def is_log(self) -> bool:
        """True for a logarithmic scale."""
        return self._is_log

    def set_log(self, is_log: bool) -> None:
        """Choose the scale."""
        self._is_log = is_log
        self._repaint()

    def is_hidden_curve(self, name: str) -> bool:
        """True if a person put this curve away."""
        return name in self._hidden

    def set_hidden_curve(self, name: str, hidden: bool) -> None:
        """Put a curve away, or show it again."""
        (self._hidden.add if hidden else self._hidden.discard)(name)
        self._repaint()

    def colour(self, name: str) -> str:
        """Each curve keeps its colour, also when others are put away."""
        colours = tokens().curves
        names = list(self.set.curves)
        return colours[names.index(name) % len(colours)] if name in names else colours[0]

    def last_images(self) -> float:
        """Pictures seen by now."""
        return self.set.last_images

    def values_at(self, images: float) -> dict[str, float]:
        """Each curve's value at a moment; NaN means now."""
        moment = self.set.last_images if math.isnan(images) else images
        return {name: curve.value_near(moment) for name, curve in self.set.curves.items()}

    def shown_curves(self) -> dict[str, Curve]:
        """Curves that are not put away and have points."""
        return {name: curve for name, curve in self.set.curves.items() if name not in self._hidden and len(curve)}

    # ------------------------------------------------------------ within

    def _on_tick_timeout(self) -> None:
        if self._waiting is None:
            return
        names = tuple(self.set.curves)
        if not self.set.catch_up(self._waiting):
            return
        is_other = tuple(self.set.curves) != names
        length = max((len(curve) for curve in self.set.curves.values()), default=0)
        if is_other or length >= 4 * self._grouped_at or length < self._grouped_at:
            self._grouped_at = length  # not at every point: plots must not change places under the eye
            self._group()
        if is_other:
            self.curves_changed.emit()
        self.pointed_at.emit(self._pointer)
        self._repaint()

    def _group(self) -> None:
        for plot, names in zip(self.plots, by_size(self.set.curves), strict=True):
            plot.set_names(names)
            plot.setVisible(bool(names) or plot is self.large)
        self._row.setStretch(1, 2 if self.small.names() or self.least.names() else 0)  # one plot alone has all the room

    def _repaint(self) -> None:
        for plot in self.plots:
            plot.update()

    def _on_plot_pointed_at(self, images: float) -> None:
        self._pointer = images
        for plot in self.plots:
            plot.set_pointer(images)
        self.pointed_at.emit(images)


def by_size(curves: dict[str, Curve]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Names of the curves as large as the largest, of those that would lie flat beside them, and of the rest."""
    left = {name: _size(curve) for name, curve in curves.items()}
    groups: list[tuple[str, ...]] = []
    for _ in range(2):
        limit = max(left.values(), default=0.0) / _OF_ONE_SIZE
        groups.append(tuple(name for name, size in left.items() if size >= limit))
        left = {name: size for name, size in left.items() if size < limit}
    if not any(left.values()):  # nothing but zeros: no plot of their own
        groups[1 if groups[1] else 0] += tuple(left)
        left = {}
    return groups[0], groups[1], tuple(left)


def _size(curve: Curve) -> float:
    recent = curve.y[len(curve) // 2 :]
    finite = np.abs(recent[np.isfinite(recent)])
    return float(np.median(finite)) if len(finite) else 0.0
