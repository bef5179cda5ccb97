"""The bundled faces-pixels: heads of 32 pixels in all shades, their likelihood, and the ends of what is begun."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.datasets.previews import shipped_preview
from engine.datasets.resize import resize_piece
from engine.disk.bundled import bundled_model
from engine.families.autoregressive.pixelwise import PixelFamily
from engine.opened.asking import seeded_ask
from engine.opened.checkpoints import load_model

CPU = torch.device("cpu")
BYTES = 1_500_000


@pytest.fixture(scope="module")
def family() -> PixelFamily[Any]:
    family = load_model(str(bundled_model("faces-pixels"))).family.eval()
    assert isinstance(family, PixelFamily)
    return family


@pytest.fixture(scope="module")
def heads() -> Tensor:
    """Four heads of the set, as large as the model's."""
    preview = shipped_preview("faces")
    assert preview is not None
    whole = torch.from_numpy(preview.copy()).permute(2, 0, 1)
    cells = [cell for row in whole.chunk(2, 1) for cell in row.chunk(2, 2)]
    return resize_piece(torch.stack(cells), 32, 3).float() / 127.5 - 1.0


def bits_per_dim(family: PixelFamily[Any], x_BCHW: Tensor) -> Tensor:
    with torch.no_grad():
        return family.nats(x_BCHW).flatten(1).mean(1) / torch.log(torch.tensor(2.0))


def test_it_is_small_and_says_what_it_is() -> None:
    path = bundled_model("faces-pixels")
    assert path.stat().st_size <= BYTES
    card = load_model(str(path)).card
    assert card["preset"] == "faces"
    assert card["metrics"]["bits_per_dim"]["value"] < 4.0


def test_heads_as_they_are_surprise_it_least(family: PixelFamily[Any], heads: Tensor) -> None:
    upright = bits_per_dim(family, heads)
    assert (upright < 4.2).all()
    assert (bits_per_dim(family, heads.flip(2)) > upright + 0.3).all(), "heads upside down"
    assert (bits_per_dim(family, 1.0 - heads.abs() * 2.0) > upright + 0.3).all(), "colours nobody has"


def test_what_it_draws_is_as_surprising_as_heads_are(family: PixelFamily[Any], heads: Tensor) -> None:
    *_, x = family.sample(seeded_ask(family, range(4), None, CPU))
    drawn, real = bits_per_dim(family, x), bits_per_dim(family, heads)
    assert abs(float(drawn.mean() - real.mean())) < 1.0
    assert x.std(0).mean() > 0.1, "four seeds are four heads"


def test_the_lower_half_of_a_head_is_finished_in_its_colours(family: PixelFamily[Any], heads: Tensor) -> None:
    """Known pixels to the bit; below them the background goes on, and two seeds end otherwise."""
    mask = torch.zeros(4, 32, 32, dtype=torch.bool)
    mask[:, :20] = True
    ends = []
    for first in (0, 10):
        ask = seeded_ask(family, range(first, first + 4), None, CPU)
        *_, x = family.sample(replace(ask, known_BCHW=heads, mask_BHW=mask))
        assert torch.equal(x[:, :, :20], heads[:, :, :20])
        ends.append(x[:, :, 20:])
    assert not torch.equal(*ends)
    corner, other = heads[:, :, 14:20, :3].mean((2, 3)), heads.roll(1, 0)[:, :, 14:20, :3].mean((2, 3))
    for end in ends:
        below = end[:, :, :4, :3].mean((2, 3))
        assert (below - corner).abs().mean() < 0.5 * (below - other).abs().mean()
