"""The Train page: what to train on the left, how it goes on the right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from app.controls.page import PageWidget
from app.controls.surfaces import Rule
from app.flows.shell import EXPLORE, LIBRARY, Shell
from app.store.state import Explorer
from app.train.run_view import RunView
from app.train.setup_panel import SetupPanel
from engine.protocol.requests import Train


class TrainPage(PageWidget):
    """Leaving the page ends nothing: the run belongs to the store.

    `start` begins a run and says whether it did; `runs` is the folder that new run folders stand in. `explored`
    fires when the run's model was opened, for the window to show it.
    """

    guide = "Training"

    explored = Signal()
    make_asked = Signal()
    save_asked = Signal(str, str, object)
    """Curves are to be saved: the ending, the run's name, and what writes them to a path."""

    def __init__(
        self,
        explorer: Explorer,
        start: Callable[[Train], object],
        *,
        runs: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._start = start
        self.setAccessibleName("Train")
        folder = runs if runs is not None else Path.cwd() / "runs"
        self.setup = SetupPanel(explorer, folder)
        self.run = RunView(explorer)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.setup)
        row.addWidget(Rule(Qt.Orientation.Vertical))
        row.addWidget(self.run, 1)
        self.setup.start_asked.connect(self._on_setup_start_asked)
        self.setup.make_asked.connect(self.make_asked)
        self.setup.folder_asked.connect(self._on_setup_folder_asked)
        self.run.explore_asked.connect(self._on_run_explore_asked)
        self.run.resume_asked.connect(self._start)
        self.run.save_asked.connect(self.save_asked)

    def add_folder(self, path: Path) -> None:
        """Pictures to train on, chosen or dropped."""
        self.setup.add_folder(path)

    def _on_setup_start_asked(self, train: Train) -> None:
        self._start(train)

    def _on_setup_folder_asked(self) -> None:
        dialog = QFileDialog(self, "Open a folder of pictures")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.add_folder(Path(path)))
        dialog.open()

    def _on_run_explore_asked(self, source: str) -> None:
        self._explorer.models.open(source)
        self.explored.emit()


def make(shell: Shell) -> TrainPage:
    """The page as the window wants it, connected with what it leads to."""
    page = TrainPage(shell.explorer, shell.explorer.runs.start, runs=shell.home / "runs")
    page.make_asked.connect(shell.make_set)
    page.save_asked.connect(shell.curves.save)
    page.run.library_asked.connect(lambda source: _show_library(shell, source))
    page.explored.connect(lambda: shell.show_page(EXPLORE))
    shell.opening.folder_brought.connect(page.add_folder)
    return page


def _show_library(shell: Shell, source: str) -> None:
    shell.show_page(LIBRARY)
    if source:
        shell.explorer.library.point_at(source)
