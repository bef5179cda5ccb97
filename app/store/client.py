"""What the store asks of the engine."""

from __future__ import annotations

from typing import Protocol

from engine.protocol.requests import Command
from engine.protocol.values import Recipe, View


class Client(Protocol):
    """`app.client.EngineClient` and the tests' fake both are one."""

    def render(self, view: View, recipe: Recipe, progressive: bool = False) -> int: ...
    def cancel(self, view: View) -> None: ...
    def next_ticket(self) -> int: ...
    def send(self, command: Command) -> int: ...
