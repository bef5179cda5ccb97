"""Opening: named as in the library, held while it is shown."""

from __future__ import annotations

from pathlib import Path

import torch

from engine.disk.holding import OPEN, is_held
from engine.library import keeping
from engine.serving.opening import Opening

CPU = torch.device("cpu")


def test_what_is_open_is_held_for_others_and_called_as_in_the_library(run: Path) -> None:
    home = run.parent.parent
    opening = Opening(home, CPU)
    keeping.rename(str(run), "Second", home)
    assert opening.open(str(run)).model.name == "Second"
    assert (run / OPEN).exists()
    assert not is_held(run, OPEN), "by us: that is no obstacle"
    assert opening.open("glyphs").source == "glyphs"
    assert not (run / OPEN).exists(), "another one is shown"
