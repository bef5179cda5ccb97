"""What a run shows of itself as it learns: the same seeds over and over, and a few sheets of them in its folder."""

from __future__ import annotations

import io
import json
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image as Pillow
from torch import Tensor

from engine.datasets.batches import batch, evenly
from engine.datasets.store import Store
from engine.disk.files import LoadError, WriteError, atomic_write, read_bounded
from engine.disk.runs import RunFolder
from engine.families.latent import Explored
from engine.latents.fit import Mixture, gaussian
from engine.machine.seeds import generator
from engine.opened.asking import own_conditions, seeded_ask
from engine.opened.export import png_bytes, tiled
from engine.opened.pictures import to_image
from engine.protocol.answers import Event, Sampled
from engine.protocol.values import Capability, Image
from engine.training.trainer import Trainer, sample_seed

PREVIEWS = 16
COLUMNS = 4
LOOKED_AT, CHUNK = 192, 32
"""Pictures whose points tell where pictures are, and how many are encoded between two seams."""
REFIT = 1.25
"""The points are found anew when a run is so much longer."""
SHEETS = 20
"""A run keeps about so many sheets, however long it is."""
SHEET_BYTES, SHEET_PX = 16 << 20, 4096
"""Larger files and pictures are no sheets of ours."""
_NO_SHEET = (LoadError, OSError, SyntaxError, ValueError, TypeError, KeyError, RecursionError,
             Pillow.DecompressionBombError)  # fmt: skip
STEP_CHUNK = "zscape-step"
"""Name of the PNG text chunk that tells the run and the step: seeds of a run are not those of a finished model."""


class Previews:
    """The same seeds each time, drawn by the moving average in eval mode with generators of their own.

    A family that encodes is shown where its pictures are: a VAE's prior is mostly empty until late in a run, and what
    it draws there looks as if nothing had been learned. Exploring draws from a fit to the points, too.
    """

    def __init__(self, trainer: Trainer, data: Store) -> None:
        self._trainer = trainer
        self._data = data
        self._fitted_at = 0
        self._places: Mixture | None = None

    def sample(self) -> Generator[Event | None, None, tuple[Image, ...]]:
        """Pictures of this moment. Yields None at seams."""
        trainer = self._trainer
        family, seed = trainer.average, trainer.family.config.seed
        yield from self._refit()
        seeds = [sample_seed(seed, cell) for cell in range(PREVIEWS)]
        points = None if family.latent is None else torch.stack([family.latent.draw(generator(s)) for s in seeds])
        if points is not None and self._places is not None:
            points = self._places.means_KD[0] + points @ self._places.factors_KDD[0].T
        ask = seeded_ask(family, seeds, points, trainer.device)
        if self._data.sources is not None:
            rows = evenly(len(self._data.sources), PREVIEWS)
            source_BCHW = batch(self._data.sources, rows[torch.arange(PREVIEWS) % len(rows)])
            ask = replace(ask, source_BCHW=source_BCHW.to(trainer.device))
        cells: tuple[Image, ...] = ()
        for x_BCHW in family.sample(ask):
            cells = tuple(to_image(x) for x in x_BCHW)
            yield None
        return cells

    def _refit(self) -> Generator[None, None, None]:
        """Find anew where the pictures are, a few dozen times in a run however long it is."""
        trainer, latent = self._trainer, self._trainer.average.latent
        is_due = trainer.steps_done >= REFIT * self._fitted_at or trainer.steps_done >= trainer.family.config.steps
        is_fitted = latent is not None and latent.explored is Explored.FITTED
        if not is_due or not is_fitted or Capability.ENCODE not in trainer.average.capabilities:
            return
        found: list[Tensor] = []
        for rows in torch.split(evenly(len(self._data), LOOKED_AT), CHUNK):
            own = own_conditions(trainer.average, self._data, rows, trainer.device)
            with torch.no_grad():
                x_BCHW = batch(self._data, rows).to(trainer.device)
                found.append(trainer.average.encode(x_BCHW, own).float().cpu())
            yield None
        points = torch.cat(found)
        if len(points) > 1 and bool(torch.isfinite(points).all()):
            self._places = gaussian(points)
            self._fitted_at = trainer.steps_done


class Sheets:
    """Previews as files: the first, the last, and about one for each twentieth of the run between them."""

    def __init__(self, folder: RunFolder, name: str) -> None:
        self._folder = folder
        self._name = name
        self._next = 0
        self._held: tuple[int, int, tuple[Image, ...]] | None = None
        """The newest preview that was not due: step, pictures seen, cells."""

    def keep(self, trainer: Trainer, cells: tuple[Image, ...]) -> None:
        """Write a preview if it is due. A picture that cannot be written must not end a run."""
        step, steps = trainer.steps_done, trainer.family.config.steps
        if cells and step < self._next and step < steps:
            self._held = step, trainer.images, cells
        elif cells:
            self._next, self._held = step + max(1, steps // SHEETS), None
            self._write(step, trainer.images, cells)

    def end(self) -> None:
        """The run ends before its time: what it drew last stands for it."""
        if self._held is not None:
            self._write(*self._held)

    def _write(self, step: int, images: int, cells: tuple[Image, ...]) -> None:
        told = json.dumps({"run": self._name, "step": step, "images": images})
        with suppress(WriteError):
            atomic_write(self._folder.sample(step), png_bytes(tiled(cells, COLUMNS), text={STEP_CHUNK: told}))


def past_samples(folder: RunFolder, until_step: int) -> Iterator[Sampled]:
    """What a run drew up to a step, oldest first, for whoever watches it go on. What is damaged is left out."""
    told: dict[int, Sampled] = {}
    for path in folder.samples():
        sampled = _read_sheet(path, str(folder.root))
        if sampled is not None and sampled.step <= until_step:
            told[sampled.step] = sampled
    yield from (told[step] for step in sorted(told))


def newest_sheet(folder: RunFolder) -> tuple[Image, ...]:
    """What a run drew last, as single pictures; empty while there is none that can be read."""
    for path in reversed(folder.samples()):
        if (sampled := _read_sheet(path, str(folder.root))) is not None:
            return sampled.grid
    return ()


def _read_sheet(path: Path, run: str) -> Sampled | None:
    try:
        with Pillow.open(io.BytesIO(read_bounded(path, limit_bytes=SHEET_BYTES)), formats=("PNG",)) as picture:
            side = picture.width // COLUMNS
            whole = (COLUMNS * side, PREVIEWS // COLUMNS * side)
            if side < 1 or max(picture.size) > SHEET_PX or picture.size != whole:
                return None
            picture.load()
            told = json.loads(str(picture.info.get(STEP_CHUNK)))
            sheet_HW3 = np.asarray(picture.convert("RGB"))
        step, images = int(told["step"]), int(told["images"])
    except _NO_SHEET:
        return None
    corners = [(side * (cell // COLUMNS), side * (cell % COLUMNS)) for cell in range(PREVIEWS)]
    grid = tuple(sheet_HW3[top : top + side, left : left + side].copy() for top, left in corners)
    return Sampled(run=run, step=step, images=images, grid=grid)
