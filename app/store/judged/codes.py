"""Where the codes of held-out pictures lie beside the prior: measured once for a model, while somebody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.store.client import Client
from app.store.judged.closeness import Looking
from app.store.models import Models
from engine.protocol.answers import Evaluating, Event, Failed, Preparing, Republished
from engine.protocol.requests import Cancel
from engine.protocol.scoring import CodesScattered, ScatterCodes
from engine.protocol.values import Capability, ModelDescribed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLLOW_MS = 3000
"""How soon the codes of a run that learns are asked for again: encoding them takes from its learning."""


class Codes(QObject):
    """`changed` fires when codes come, are asked for, or cannot be had, and when another plane is chosen."""

    changed = Signal()

    def __init__(self, client: Client, models: Models, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._models = models
        self._is_wanted = False
        self._ticket = 0
        self._plane = (0, 1)
        self.found: CodesScattered | None = None
        self.looking: Looking | None = None
        self.trouble = ""
        self._follow = QTimer(self, singleShot=True, interval=FOLLOW_MS)
        self._follow.timeout.connect(self._ask)
        models.model_changed.connect(self._on_models_model_changed)

    # ------------------------------------------------------------ the plane

    @property
    def directions(self) -> tuple[str, ...]:
        """What can go across and up: the two widest directions, where there are more than two, and every number."""
        if self.found is None:
            return ()
        widest = ("Widest", "Second widest")[: len(self.found.widest)]
        return (*widest, *(f"z {index}" for index in range(self.found.codes.shape[1])))

    @property
    def plane(self) -> tuple[int, int]:
        """Which two of them are shown."""
        last = max(0, len(self.directions) - 1)
        return min(self._plane[0], last), min(self._plane[1], last)

    def set_plane(self, across: int, up: int) -> None:
        """Show two others; nothing has to be measured for it."""
        if (across, up) != self._plane:
            self._plane = (across, up)
            self.changed.emit()

    def seen(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Points (N, D) as they lie in the plane that is shown (N, 2)."""
        import numpy as np  # the window is painted before it is loaded

        assert self.found is not None
        along = np.concatenate((self.found.widest, np.eye(points.shape[1], dtype=np.float32)))
        shown: NDArray[np.float32] = points @ along[list(self.plane)].T
        return shown

    # ------------------------------------------------------------ asking

    def want(self, wanted: bool) -> None:
        """Somebody looks, or no longer."""
        if wanted == self._is_wanted:
            return
        self._is_wanted = wanted
        if not wanted:
            self._leave()
        elif self.found is None or self._is_live:
            self._ask()

    @property
    def _is_live(self) -> bool:
        return self._models.model is not None and self._models.model.live

    def _ask(self) -> None:
        model = self._models.model
        if self._is_wanted and model is not None and has_codes(model) and not self._ticket:
            self._ticket, self.trouble = self._client.next_ticket(), ""
            self._client.send(ScatterCodes(ticket=self._ticket))
            self.changed.emit()

    def _leave(self) -> None:
        self._follow.stop()
        ticket, self._ticket, self.looking = self._ticket, 0, None
        if ticket:
            self._client.send(Cancel(ticket=ticket))

    def _on_models_model_changed(self, _model: ModelDescribed | None) -> None:
        self._leave()
        self.found, self.trouble, self._plane = None, "", (0, 1)
        self.changed.emit()
        self._ask()

    # ------------------------------------------------------------ hearing

    def receive(self, event: Event) -> None:
        """Take in what the engine says."""
        if isinstance(event, Republished):
            if self._is_wanted and not self._ticket and not self._follow.isActive():
                self._follow.start()
            return
        if not self._ticket or getattr(event, "ticket", 0) != self._ticket:
            return
        match event:
            case CodesScattered():
                self.found, self.looking, self._ticket = event, None, 0
            case Evaluating() | Preparing():
                self.looking = Looking(event.what, event.done, event.of)
            case Failed():
                self.found, self.looking, self._ticket, self.trouble = None, None, 0, event.problem.sentence
            case _:
                return
        self.changed.emit()


def has_codes(model: ModelDescribed) -> bool:
    """Whether pictures have codes in this model."""
    return model.latent > 0 and Capability.ENCODE in model.capabilities
