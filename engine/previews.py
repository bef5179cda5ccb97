"""What a run shows of itself as it learns: the same seeds over and over, and a few sheets of them in its folder."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import suppress

import torch

from engine.export import png_bytes, tiled
from engine.files import WriteError, atomic_write
from engine.pictures import to_image
from engine.protocol import Event, Image
from engine.runs import RunFolder
from engine.seeds import generator
from engine.trainer import Trainer, sample_seed

PREVIEWS = 16
COLUMNS = 4
SHEETS = 20
"""A run keeps about so many sheets, however long it is."""
STEP_CHUNK = "zscape-step"
"""Name of the PNG text chunk that tells the run and the step: seeds of a run are not those of a finished model."""


def preview(trainer: Trainer) -> Generator[Event | None, None, tuple[Image, ...]]:
    """The same seeds each time, drawn by the moving average in eval mode with generators of their own."""
    family, seed = trainer.average, trainer.family.config.seed
    generators = [generator(sample_seed(seed, cell)) for cell in range(PREVIEWS)]
    latent = family.latent
    points = None if latent is None else torch.stack([latent.draw(g) for g in generators]).to(trainer.device)
    condition: dict[str, float] = {}
    cells: tuple[Image, ...] = ()
    for x_BCHW in family.sample(points, generators, condition):
        cells = tuple(to_image(x) for x in x_BCHW)
        yield None
    return cells


class Sheets:
    """Previews as files: the first, the last, and about one for each twentieth of the run between them."""

    def __init__(self, folder: RunFolder, name: str) -> None:
        self._folder = folder
        self._name = name
        self._next = 0

    def keep(self, trainer: Trainer, cells: tuple[Image, ...]) -> None:
        """Write a preview if it is due. A picture that cannot be written must not end a run."""
        step, steps = trainer.steps_done, trainer.family.config.steps
        if not cells or (step < self._next and step < steps):
            return
        self._next = step + max(1, steps // SHEETS)
        told = json.dumps({"run": self._name, "step": step, "images": trainer.images})
        with suppress(WriteError):
            atomic_write(self._folder.sample(step), png_bytes(tiled(cells, COLUMNS), text={STEP_CHUNK: told}))
