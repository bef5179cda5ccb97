"""A person's own folders of pictures: remembered, looked into by the engine, forgotten when they say so."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.store.client import Client
from engine.protocol.answers import Event, Failed, FolderSeen
from engine.protocol.requests import LookAtFolder
from engine.protocol.values import DatasetDescribed

MOST = 12
"""Folders that are remembered; the oldest leave."""


class Folders(QObject):
    """Own folders as sets of pictures, the newest last."""

    changed = Signal()

    def __init__(self, client: Client, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._sets: dict[str, DatasetDescribed] = {}
        self._asked: dict[int, str] = {}
        self._seen: set[str] = set()

    @property
    def sets(self) -> tuple[DatasetDescribed, ...]:
        """Each folder as it was seen last; before that by its name alone."""
        return tuple(self._sets.values())

    @property
    def paths(self) -> tuple[str, ...]:
        """Their paths, for whoever keeps them."""
        return tuple(self._sets)

    def is_seen(self, name: str) -> bool:
        """True once the engine has told what is in it."""
        return name in self._seen

    def restore(self, paths: Iterable[str]) -> None:
        """Take over what was remembered; nobody looks into it before it is wanted."""
        for path in tuple(paths)[-MOST:]:
            if path and "\0" not in path:
                self._sets[path] = unseen(Path(path))

    def add(self, path: Path) -> str:
        """Remember a folder and look into it; its name among the sets."""
        name = str(path)
        known = self._sets.pop(name, None)
        self._sets[name] = known or unseen(path)
        while len(self._sets) > MOST:
            self.remove(next(iter(self._sets)))
        self._look(name)
        self.changed.emit()
        return name

    def remove(self, name: str) -> None:
        """Forget a folder; what is in it stays."""
        if self._sets.pop(name, None) is not None:
            self._seen.discard(name)
            self.changed.emit()

    def look(self) -> None:
        """Look into all that nobody has looked into yet."""
        for name in self._sets:
            if name not in self._seen and name not in self._asked.values():
                self._look(name)

    def receive(self, event: Event) -> None:
        """Hear what is in a folder, or why nothing can be learned from it."""
        name = self._asked.pop(event.ticket, None) if isinstance(event, FolderSeen | Failed) else None
        if name is None or name not in self._sets:
            return
        if isinstance(event, FolderSeen):
            self._sets[name] = event.data
        elif isinstance(event, Failed):
            self._sets[name] = unseen(Path(name), trouble=event.problem.sentence)
        self._seen.add(name)
        self.changed.emit()

    def _look(self, name: str) -> None:
        ticket = self._client.next_ticket()
        self._asked[ticket] = name
        self._seen.discard(name)
        self._client.send(LookAtFolder(path=Path(name), ticket=ticket))


def unseen(path: Path, *, trouble: str = "") -> DatasetDescribed:
    """A folder of which nothing but its name is known, or why nothing is."""
    return DatasetDescribed(
        name=str(path),
        label=path.name or str(path),
        images=0,
        size=0,
        channels=3,
        installed=not trouble,
        note=trouble or str(path.parent),
    )
