"""Small sets of pictures for these tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.datasets.store import Store, category, continuous


@pytest.fixture
def store() -> Store:
    """Forty distinct colour pictures with everything that can be known of them, in no order of their split."""
    generator = torch.Generator().manual_seed(1)
    n = 40
    return Store(
        name="small",
        label="Small",
        pictures=torch.randint(0, 256, (n, 3, 16, 16), generator=generator, dtype=torch.uint8),
        attributes={"smile": torch.rand(n, generator=generator), "glasses": (torch.arange(n) % 3).float()},
        visible={"smile": torch.arange(n) % 5 > 0, "glasses": torch.ones(n, dtype=torch.bool)},
        kinds={
            "smile": continuous("Smile", 0, 1, "frowning", "smiling"),
            "glasses": category("Glasses", ("none", "round", "sun")),
        },
        labels=torch.arange(n) % 4,
        classes=("a", "b", "c", "d"),
        captions=tuple(f"picture {k}, naïve" for k in range(n)),
        split=(torch.arange(n) % 3).to(torch.uint8),
        provenance={"source": "a test"},
    )


@pytest.fixture
def picture_folder(tmp_path: Path) -> Callable[[int], Path]:
    """Makes a folder of so many good pictures."""

    def make(count: int) -> Path:
        folder = tmp_path / "pictures"
        folder.mkdir()
        rng = np.random.default_rng(2)
        for k in range(count):
            pixels = rng.integers(0, 256, (20, 24, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"{k:03d}.png")
        return folder

    return make
