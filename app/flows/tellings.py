"""Which of the engine's words become a notice, and what each notice offers."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from app.flows.exporting import ExportFlow
from app.flows.opening import OpeningFlow
from app.store.notices import Level, NoticeAction, NoticeBoard
from app.store.state import Explorer
from engine.disk.files import on_a_line, shown
from engine.protocol.answers import Event, Exported, Failed, Finished, Ready, Stopped
from engine.protocol.requests import KeepPicture, MeasureBits, MeasureHeldOut, PlanWalk, Render, TellPixel
from engine.protocol.scoring import FindNearest, FindNeighbours, ScatterCodes
from engine.protocol.values import CANVAS, Recipe, Stop

BY_WISH = frozenset(("stopped", "cancelled"))
"""Codes of what a person ended: said, but nothing to worry about."""


def _is_late(event: Failed) -> bool:
    """A question about pixels that was overtaken by another model; a look-up whose picture fails to be drawn, too."""
    command = event.command
    if isinstance(command, KeepPicture):
        return bool(command.name)
    return isinstance(command, MeasureBits | TellPixel) and event.problem.code in ("no-pixels", "wrong-size")


class Teller(QObject):
    """A Failed that nobody explained still becomes a notice; nothing is told twice."""

    def __init__(
        self,
        explorer: Explorer,
        board: NoticeBoard,
        opening: OpeningFlow,
        exporting: ExportFlow,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._board = board
        self._opening = opening
        self._exporting = exporting
        self._has_told_end = False
        explorer.models.adapted.connect(self._on_models_adapted)
        explorer.models.missing.connect(self._on_models_missing)

    def receive(self, event: Event) -> None:
        """Tell what a person should know of this event."""
        match event:
            case Ready() if event.note:
                self._board.post(event.note, Level.WARNING)
            case Failed():
                self._on_failed(event)
            case Exported():
                if not self._exporting.is_own_drag(event.path):
                    folder = QUrl.fromLocalFile(str(Path(event.path).parent))
                    show = NoticeAction("Show in folder", lambda: QDesktopServices.openUrl(folder))
                    more = f" and “{shown(event.beside)}” beside it" if event.beside else ""
                    self._board.post(f"Saved “{shown(event.path)}”{more}.", action=show)
            case Finished():
                self._on_finished(event)
            case Stopped():
                if not event.clean and not self._has_told_end:
                    self._board.post(
                        "The engine has stopped. What is open stays; please start Zscape again to go on.",
                        Level.PROBLEM,
                    )
            case _:
                pass

    def _on_failed(self, event: Failed) -> None:
        # A thumbnail that fails is a canvas that failed, told once; the strip just stays empty.
        if isinstance(event.command, Render) and event.command.view != CANVAS:
            return
        if isinstance(event.command, PlanWalk) and event.problem.code in BY_WISH:
            return  # a newer plan took its place
        if isinstance(event.command, MeasureHeldOut) or _is_late(event):
            return  # it is told where it was asked, or nobody waits for it any more
        if isinstance(event.command, FindNeighbours | FindNearest | ScatterCodes) and not event.problem.details:
            return  # said where they would stand
        self._has_told_end = self._has_told_end or event.command is None
        if event.problem.details:  # a mistake of ours: the notice offers its details, and the log keeps them
            logging.getLogger("zscape").error(
                "in the engine, at %s\n%s", type(event.command).__name__, event.problem.details
            )
        if not self._opening.explains(event):
            level = Level.NEWS if event.problem.code in BY_WISH else Level.PROBLEM
            self._board.post_problem(event.problem, level=level)

    def _on_finished(self, event: Finished) -> None:
        run = self._explorer.runs.run
        name = f"“{on_a_line(run.name)}”" if run is not None else "The run"
        kept = "what it had learned is kept" if event.path else "there was nothing to keep yet"
        sentence = {
            Stop.COMPLETED: f"{name} has finished learning.",
            Stop.STOPPED: f"{name} was stopped; {kept}.",
            Stop.DIVERGED: f"{name} went off course. {event.sentence}".strip(),
        }[event.reason]
        action = None
        if event.path:
            action = NoticeAction("Explore it", lambda: self._opening.open_source(event.run))
        level = {Stop.COMPLETED: Level.DONE, Stop.STOPPED: Level.NEWS, Stop.DIVERGED: Level.WARNING}[event.reason]
        self._board.post(sentence, level, action=action, details=f"run: {event.run}\nmodel: {event.path}")
        if event.trouble is not None:
            self._board.post_problem(event.trouble, level=Level.WARNING)

    def _on_models_adapted(self, name: str) -> None:
        find = self._opening.offer_to_find()
        words = f"“{shown(name)}” was replaced since this place was kept, and shows it only as closely as it can."
        if find is not None:
            words += " It can look for the picture itself."
        self._board.post(words, Level.WARNING, action=find)

    def _on_models_missing(self, recipe: Recipe) -> None:
        self._board.post(
            "The model of this place is not known here. Open its file to go there.",
            Level.WARNING,
            details=f"fingerprint: {recipe.model}",
            action=self._opening.offer_of_model(recipe),
        )
