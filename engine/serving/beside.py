"""Models beside the open one: opened when they are first asked for, the last few kept."""

from __future__ import annotations

from pathlib import Path

import torch

from engine.machine.work import Work
from engine.opened.model import OpenedModel
from engine.opened.several import Several
from engine.protocol.beside import SampleBeside, SampledBeside
from engine.serving.opening import opened_at


class Beside:
    """Pictures of models that need not be the open one."""

    def __init__(self, home: Path, device: torch.device) -> None:
        self.open = Several(lambda path, source: opened_at(path, source, home, device))

    def work(self, request: SampleBeside, shown: OpenedModel | None) -> Work[None]:
        """Sample by the model that is shown, where that is the one, else by the one beside it."""
        opened = shown if shown is not None and shown.source == request.source else self.open(request.source)
        yield None
        image = None
        if request.recipe is not None:
            image = yield from opened.rendering(request.recipe)
        yield SampledBeside(source=request.source, model=opened.describe(), recipe=request.recipe, image=image)
