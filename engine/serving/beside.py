"""The model beside the open one: opened when it is first asked for, kept until another one is."""

from __future__ import annotations

from pathlib import Path

import torch

from engine.disk.bundled import find_model
from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.protocol.beside import SampleBeside, SampledBeside
from engine.serving.opening import opened_at


class Beside:
    """One model at a time: two in memory are enough to compare."""

    def __init__(self, home: Path, device: torch.device) -> None:
        self._home = home
        self._device = device
        self._opened: tuple[tuple[str, int], OpenedModel] | None = None

    def work(self, request: SampleBeside, shown: OpenedModel | None) -> Work[None]:
        """Sample by the model that is shown, where that is the one, else by the one beside it."""
        opened = shown if shown is not None and shown.source == request.source else self._open(request.source)
        yield None
        image = None
        if request.recipe is not None:
            image = yield from opened.rendering(request.recipe)
        yield SampledBeside(source=request.source, model=opened.describe(), recipe=request.recipe, image=image)

    def _open(self, source: str) -> OpenedModel:
        path = find_model(source)
        key = str(path), path.stat().st_mtime_ns if path.exists() else 0
        if self._opened is None or self._opened[0] != key:
            self._opened = key, opened_at(path, source, self._home, self._device)
        return self._opened[1]
