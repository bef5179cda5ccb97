"""The small picture of a model in the Library."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.disk.bundled import bundled_model
from engine.library import pictures
from engine.machine.work import finished
from engine.opened.model import open_model_file
from engine.protocol.values import Recipe

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("sheet", "seeds"),
    [([9, 7, 5, 3, 1], (3, 9, 7, 5)), (None, (3, 1, 2, 4)), ("9, 7", (3, 1, 2, 4)), ([9], (3, 9, 1, 2))],
)
def test_it_shows_what_the_card_names_as_good(
    monkeypatch: pytest.MonkeyPatch, sheet: object, seeds: tuple[int, ...]
) -> None:
    path = bundled_model("glyphs-xicfg")
    opened = open_model_file(str(path), CPU)
    opened.model = replace(opened.model, card={"first_seed": 3} | ({} if sheet is None else {"first_sheet": sheet}))
    monkeypatch.setattr(pictures, "open_model_file", lambda source, device: opened)
    shown = finished(pictures._drawn(Path(path), CPU))
    side = opened.family.picture.size
    for place, seed in enumerate(seeds):
        top, left = side * (place // 2), side * (place % 2)
        own = opened.picture(Recipe(model=opened.fingerprint, seed=seed))
        assert np.abs(shown[top : top + side, left : left + side].astype(int) - own).max() <= 1
