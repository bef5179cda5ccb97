"""pyqtgraph comes in the background, while torch is imported: no click may wait a quarter of a second for it.

A view that plots asks `library().is_here`, and joins on `arrived` if it is not.
"""

from __future__ import annotations

import importlib
import sys
import threading
from functools import cache

from PySide6.QtCore import QObject, Qt, Signal

HEAVY = (
    "app.controls.plots.curve_plot",
    "app.controls.plots.figure",
    "app.controls.plots.steps_plot",
    "app.controls.plots.way_plot",
    "app.controls.plots.matrix_plot",
    "app.controls.plots.bar_plot",
    "app.controls.plots.histogram_plot",
    "app.controls.plots.score_plot",
    "app.controls.plots.cloud_plot",
)
"""What cannot be imported without pyqtgraph."""


class PlotLibrary(QObject):
    """`arrived` fires once, on the window's thread, when plots can be made or when `trouble` says why they cannot."""

    arrived = Signal()
    _landed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.is_here = False
        self.trouble = ""
        self._is_told = False
        self._thread: threading.Thread | None = None
        self._landed.connect(self._on_thread_landed, Qt.ConnectionType.QueuedConnection)

    def fetch(self) -> None:
        """Begin to import; once, and at once where it is imported already."""
        if self._is_told or self._thread is not None:
            return
        if all(name in sys.modules for name in HEAVY):
            self._on_thread_landed()
            return
        self._thread = threading.Thread(target=self._import, name="plots", daemon=True)
        self._thread.start()

    def wait(self) -> bool:
        """For what cannot go on without plots: True when they are here."""
        self.fetch()
        if self._thread is not None:
            self._thread.join()
            self._on_thread_landed()
        return self.is_here

    def leave(self, deadline_s: float) -> None:
        """Let an import that goes on come to its end, while the program closes."""
        if self._thread is not None:
            self._thread.join(deadline_s)

    def _import(self) -> None:
        try:
            for name in HEAVY:
                importlib.import_module(name)
        except Exception as error:
            self.trouble = f"The curves cannot be drawn: {str(error) or type(error).__name__}."
        self._landed.emit()

    def _on_thread_landed(self) -> None:
        self._thread = None
        if not self._is_told:
            self._is_told = True
            self.is_here = not self.trouble
            self.arrived.emit()


@cache
def library() -> PlotLibrary:
    """The one library of the program."""
    return PlotLibrary()
