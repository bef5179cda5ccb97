"""How far the engine is, as panels see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from engine.protocol.answers import Event, Ready, Stopped


class EngineState(StrEnum):
    """How far the engine is."""

    STARTING = "starting"
    READY = "ready"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStatus:
    """The engine's state and, once known, the device it runs on."""

    state: EngineState
    device_label: str = ""
    devices: tuple[str, ...] = ()
    """What can be chosen instead."""


class Engine(QObject):
    """The engine's state. It counts as ready once it is up and what was to be opened is open."""

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._status = EngineStatus(state=EngineState.STARTING)

    @property
    def status(self) -> EngineStatus:
        """How far it is."""
        return self._status

    def receive(self, event: Event) -> None:
        """Hear that the engine is up, or has stopped."""
        match event:
            case Ready():  # not yet told as ready: `settle` does that
                self._status = EngineStatus(
                    state=EngineState.STARTING, device_label=event.device_label, devices=event.devices
                )
            case Stopped():
                self._set(replace(self._status, state=EngineState.STOPPED))
            case _:
                pass

    def settle(self, *, is_opening: bool) -> None:
        """Become ready, once: before a model is open nothing can be done with the engine."""
        if self._status.state is EngineState.STARTING and self._status.device_label and not is_opening:
            self._set(replace(self._status, state=EngineState.READY))

    def _set(self, status: EngineStatus) -> None:
        self._status = status
        self.changed.emit(status)
