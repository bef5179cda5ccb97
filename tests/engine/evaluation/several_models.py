"""Two small models and a folder of pictures to measure them on."""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image as Pillow

from engine.training.loop import Job, train
from tests.engine.small import SMALL, bars, drained

CPU = torch.device("cpu")


def picture_folder(folder: Path, count: int = 300) -> Path:
    """Bars as files, each class in a folder of its own."""
    store = bars(count)
    assert store.labels is not None
    for number, (picture, label) in enumerate(zip(store.pictures, store.labels.tolist(), strict=True)):
        place = folder / store.classes[label]
        place.mkdir(parents=True, exist_ok=True)
        shaded = picture[0].clone()
        shaded[0, 0] = number % 250  # no two are equal
        shaded[0, 1] = number // 250
        Pillow.fromarray(shaded.numpy()).save(place / f"{number:03d}.png")
    return folder


def small_run(run: Path, family: str, data: str, *, name: str = "", steps: int = 8) -> Path:
    """A run of eight steps on bars, with its snapshots."""
    values = {**SMALL[family], "steps": steps}
    drained(train(Job(run=run, name=name or run.name, family=family, values=values, data=data), bars(), device=CPU))
    return run
