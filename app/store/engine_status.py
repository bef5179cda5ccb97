"""How far the engine is, as panels see it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EngineState(StrEnum):
    """How far the engine is."""

    STARTING = "starting"
    READY = "ready"
    STOPPED = "stopped"


class Drawing(StrEnum):
    """Whether the canvas's picture is whole; only families that draw in steps ever leave it otherwise."""

    RESTING = "resting"
    GROWING = "growing"
    STOPPED = "stopped"
    """A person stopped it; what was drawn stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStatus:
    """The engine's state and, once known, the device it runs on."""

    state: EngineState
    device_label: str = ""
