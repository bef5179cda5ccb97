"""What each coordinate does: measured once for a model, when somebody looks."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from app.store.models import Models
from engine.protocol.answers import Event, Failed
from engine.protocol.made import EffectsMeasured
from engine.protocol.requests import Cancel, MeasureEffects
from engine.protocol.values import ModelDescribed

UNSEEN = 0.5 / 255
"""Half a grey level: a coordinate that changes pictures by less has collapsed; the decoder no longer listens to it."""


class Effects(QObject):
    """Measurements by model. A run that learns is not measured: what a coordinate does changes with every copy."""

    changed = Signal()

    def __init__(self, client: Client, models: Models, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._models = models
        self._known: dict[str, tuple[float, ...]] = {}
        self._ticket = 0
        self._is_wanted = False
        self.progress: float | None = None
        """How far the measuring is; None while nothing is measured."""
        models.model_changed.connect(self._on_models_model_changed)

    @property
    def effects(self) -> tuple[float, ...]:
        """Of every coordinate of the open model; empty until all are measured."""
        model = self._models.model
        return self._known.get(model.fingerprint, ()) if model is not None else ()

    @property
    def order(self) -> tuple[int, ...]:
        """The coordinates that do something to be seen, the strongest first; empty until that is known."""
        effects = self.effects
        seen = (index for index, effect in enumerate(effects) if effect >= UNSEEN)
        return tuple(sorted(seen, key=lambda index: -effects[index]))

    @property
    def collapsed(self) -> tuple[int, ...]:
        """The coordinates that change nothing one could see."""
        return tuple(index for index, effect in enumerate(self.effects) if effect < UNSEEN)

    def want(self, wanted: bool) -> None:
        """Whether somebody looks: what is not known is measured then, and no further once nobody does."""
        self._is_wanted = wanted
        model = self._models.model
        if not wanted:
            self._end()
        elif model is not None and model.latent and not model.live and not self.effects and not self._ticket:
            self.progress = 0.0
            self._ticket = self._client.next_ticket()
            self._client.send(MeasureEffects(ticket=self._ticket))
            self.changed.emit()

    def receive(self, event: Event) -> None:
        """Take in what is measured."""
        match event:
            case EffectsMeasured() if event.ticket == self._ticket:
                self.progress = len(event.effects) / event.of
                if len(event.effects) == event.of:
                    self._known[event.model] = event.effects
                    self._ticket, self.progress = 0, None
                self.changed.emit()
            case Failed() if self._ticket and event.ticket == self._ticket:
                self._ticket, self.progress = 0, None
                self.changed.emit()
            case _:
                pass

    def _end(self) -> None:
        if self._ticket:
            self._client.send(Cancel(ticket=self._ticket))
            self._ticket, self.progress = 0, None
            self.changed.emit()

    def _on_models_model_changed(self, _model: ModelDescribed | None) -> None:
        self._end()
        if self._is_wanted:
            self.want(True)
        self.changed.emit()
