"""Several models at once: opened when they are first asked for, the few that were used last are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from engine.disk.bundled import find_model
from engine.opened.model import OpenedModel

KEPT = 3
"""Bundled models take tens of megabytes each."""


class Several:
    """Opened models by what opens them; a file that changed is opened anew."""

    def __init__(self, open_at: Callable[[Path, str], OpenedModel]) -> None:
        self._open_at = open_at
        self._opened: OrderedDict[tuple[str, int], OpenedModel] = OrderedDict()

    def __call__(self, source: str) -> OpenedModel:
        path = find_model(source)
        key = str(path), path.stat().st_mtime_ns if path.exists() else 0
        if key not in self._opened:
            self._opened[key] = self._open_at(path, source)
        self._opened.move_to_end(key)
        while len(self._opened) > KEPT:
            self._opened.popitem(last=False)
        return self._opened[key]
