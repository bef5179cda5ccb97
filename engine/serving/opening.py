"""Opening a model: found by name or fingerprint, with the directions made for it, called as in the library.

Imported with the engine's thread: whatever this needs, the first picture waits for.
"""

from __future__ import annotations

from pathlib import Path

import torch

from engine.disk.bundled import find_model
from engine.disk.holding import Looking
from engine.disk.kept import kept_at
from engine.disk.runs import RunFolder
from engine.library import known
from engine.opened.directions import with_kept
from engine.opened.finding import model_of, remember
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.requests import OpenModel


class Opening:
    """Knows the home, and which model is open here: that one is held, so that nobody moves it away."""

    def __init__(self, home: Path, device: torch.device) -> None:
        self._home = home
        self._device = device
        self._looking = Looking()

    def source_of(self, request: OpenModel) -> str:
        """What to open: a model moves and is renamed, its fingerprint stays."""
        if not request.fingerprint:
            return request.source
        return model_of(request.fingerprint, request.source, home=self._home)

    def open(self, source: str) -> OpenedModel:
        """Open it, and hold it while it is shown."""
        path = find_model(source)
        opened = opened_at(path, source, self._home, self._device)
        remember(path, opened.fingerprint, home=self._home)
        known.opened(source, self._home)
        folder = Path(source)
        self._looking.turn_to(folder if "\0" not in source and RunFolder(folder).exists() else None)
        name = known.name_of(source, self._home)
        return opened.called(name) if name else opened


def opened_at(path: Path, source: str, home: Path, device: torch.device) -> OpenedModel:
    """The model in a file, with what this home keeps for it."""
    opened = with_kept(open_model_file(str(path), device, kept_at(home)), home)
    opened.source = source
    return opened
