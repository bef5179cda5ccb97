"""What each slider moves besides its own attribute: measured once for a model, kept, and what holding still does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from app.store.made.directions import STEPS, steps_of
from app.store.models import Models
from app.store.place import Place
from app.store.shown.cells import CellBoards
from app.store.shown.pictures import Pictures
from engine.protocol.answers import Evaluating, Event, Failed, Preparing
from engine.protocol.directions import (
    Candidate,
    DirectionsLearned,
    HoldStill,
    KeepDirection,
    Matrix,
    MeasureSliders,
    SlidersMeasured,
)
from engine.protocol.requests import Cancel
from engine.protocol.values import Image, ModelDescribed


class Meter(QObject):
    """One thing at a time: the matrix, or a slider with others held still."""

    changed = Signal()
    progress_changed = Signal()
    held_changed = Signal()
    picture_changed = Signal(int, int)
    """Carries 0 for the slider as it is or 1 for the held one, and the step."""

    def __init__(
        self, client: Client, models: Models, place: Place, pictures: Pictures, boards: CellBoards,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._client = client
        self._models = models
        self._place = place
        self._pictures = pictures
        self._board = boards.board("meter.held", 2 * STEPS)
        self._ticket = 0
        self._is_looking = False
        self._looked_for = ""
        """The fingerprint of the model whose kept matrix was asked for."""
        self.matrix: Matrix | None = None
        self.trouble = ""
        self.progress: Evaluating | Preparing | None = None
        self.held: tuple[Candidate, ...] = ()
        """As it is, and held still."""
        models.model_changed.connect(self._on_models_model_changed)
        self._board.changed.connect(lambda key, index, _cell: self.picture_changed.emit(int(key), index))

    @property
    def is_busy(self) -> bool:
        """True while something is measured or held; looking for what is kept takes no time."""
        return self._ticket > 0 and not self._is_looking

    def why_not(self) -> str:
        """Why nothing can be measured; empty when it can."""
        model = self._models.model
        if model is None:
            return "Open a model first"
        if not model.directions:
            return f"{model.name} has no named slider to measure"
        return ""

    def look(self) -> None:
        """Have what was measured before, if it was."""
        model = self._models.model
        if model is not None and not self.why_not() and self._looked_for != model.fingerprint and not self._ticket:
            self._looked_for = model.fingerprint
            self._send(MeasureSliders(only_kept=True, ticket=self._client.next_ticket()))

    def measure(self) -> None:
        """Move, decode and judge; a minute at most."""
        if not self.why_not():
            self.cancel()
            self._send(MeasureSliders(ticket=self._client.next_ticket()))

    def hold(self, name: str, still: Sequence[str]) -> None:
        """Show a slider beside what it is when these attributes are held still."""
        self.cancel()
        self._send(HoldStill(name=name, still=tuple(still), ticket=self._client.next_ticket()))

    def keep(self, label: str) -> None:
        """Keep the held one as a slider."""
        if len(self.held) == 2:
            one = self.held[1]
            self._client.send(KeepDirection(label=label, move=one.move, low=one.low, high=one.high, made=one.made))

    def cancel(self) -> None:
        """Stop."""
        if self._ticket:
            self._client.send(Cancel(ticket=self._ticket))
            self._end()

    def image(self, which: int, step: int) -> Image | None:
        """One picture of before (0) or after (1)."""
        cell = self._board.cell(step, str(which))
        return cell.image if cell is not None else None

    def receive(self, event: Event) -> None:
        """Take in what was measured."""
        ticket = getattr(event, "ticket", 0)
        if not ticket or ticket != self._ticket:
            return
        match event:
            case SlidersMeasured():
                self.matrix = _diagonal(event.matrix) if event.matrix is not None else None
                self._end()
                self.changed.emit()
            case DirectionsLearned():
                self.held = event.candidates
                self._end()
                self.held_changed.emit()
                self._show_held()
            case Evaluating() | Preparing():
                self.progress = event
                self.progress_changed.emit()
            case Failed():
                self.trouble = "" if event.problem.code == "stopped" else event.problem.sentence
                self._end()
                self.changed.emit()
            case _:
                pass

    def _send(self, request: MeasureSliders | HoldStill) -> None:
        self._ticket, self.trouble, self.progress = request.ticket, "", None
        self._is_looking = isinstance(request, MeasureSliders) and request.only_kept
        self.progress_changed.emit()
        self._client.send(request)

    def _end(self) -> None:
        self._ticket, self.progress = 0, None
        self.progress_changed.emit()

    def _show_held(self) -> None:
        recipe, base = self._place.recipe, self._pictures.base
        if recipe is None or base is None:
            return
        shrunk = recipe.truncation or 1.0
        for which, one in enumerate(self.held):
            places = [
                tuple(b + value / shrunk * m for b, m in zip(base.tolist(), one.move, strict=True))
                for value in steps_of(one.low, one.high)
            ]
            self._board.ask(tuple(replace(recipe, point=place, raw=()) for place in places), str(which))

    def _on_models_model_changed(self, model: ModelDescribed | None) -> None:
        self.cancel()
        self.matrix, self.held, self.trouble, self._looked_for = None, (), "", ""
        self.changed.emit()
        self.held_changed.emit()
        if model is not None and not model.live:
            self.look()


def _diagonal(matrix: Matrix) -> Matrix:
    """Sliders in the order of the attributes that they are called after: what each moves of its own is a diagonal then,
    and whatever stands beside it is what it should not move."""
    order = {name: number for number, name in enumerate(matrix.attributes)}
    pairs = sorted(zip(matrix.sliders, matrix.rows, strict=True), key=lambda pair: order.get(pair[0], len(order)))
    return replace(matrix, sliders=tuple(name for name, _ in pairs), rows=tuple(row for _, row in pairs))
