"""PixelRNN: what each walk sees, its LSTMs one step after another, and states that are kept while it draws."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from engine.families import build
from engine.families.autoregressive.pixelrnn import PixelRNN, Walk
from engine.families.autoregressive.recurrent import SHUT, DiagonalBiLSTM, RowLSTM, skewed, step, upright
from engine.families.base import DataShape
from tests.engine.families.autoregressive.exactness import draw_naively, influence, shake, total, worst_cached
from tests.engine.families.stepping import ask

TWO = DataShape(classes=("a", "b"))


def recurrent(walk: Walk, *, shape: DataShape = TWO, **changes: object) -> PixelRNN:
    values = {"size": 8, "channels": 1, "levels": 4, "width": 6, "depth": 2, "walk": walk.value, **changes}
    family = build("pixelrnn", values, shape)
    assert isinstance(family, PixelRNN)
    shake(family)
    return family


@pytest.mark.parametrize("walk", Walk)
@pytest.mark.parametrize("channels", [1, 3])
def test_no_number_depends_on_itself_or_on_a_later_one(walk: Walk, channels: int) -> None:
    family = recurrent(walk, channels=channels)
    moved = influence(family, 8)
    assert not moved.triu().any()
    begins_row = torch.arange(1, len(moved)) % (family.picture.size * channels) == 0
    assert ((moved.diagonal(-1) > 0) | begins_row).all(), "the number just before is seen, where it is in the row"


@pytest.mark.parametrize("channels", [1, 3])
def test_diagonals_see_all_that_is_drawn(channels: int) -> None:
    """Also the last pixels of the row above, which the first convolution does not reach."""
    size = 8 if channels == 1 else 6
    moved = influence(recurrent(Walk.DIAGONAL, channels=channels, depth=1), size)
    assert (moved[torch.ones_like(moved).tril(-1).bool()] > 0).all()


def test_rows_see_a_triangle() -> None:
    """Three states above, and so on: nothing beyond a slope of one pixel a row (figure 2 of the paper)."""
    family = recurrent(Walk.ROW, size=16, depth=1)
    x = torch.randn(8, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    sees = family.noticed(x, 15, 0, {"class": torch.zeros(8, dtype=torch.int64)}).amax(0) > 0
    reach = 3 + 1
    for row in range(12, 15):
        assert sees[row, : 15 - row].all()
        assert not sees[row, 15 - row + reach :].any()


@pytest.mark.parametrize("walk", Walk)
@pytest.mark.parametrize(("size", "shape"), [(2, TWO), (3, DataShape())])
def test_probabilities_of_all_pictures_sum_to_one(walk: Walk, size: int, shape: DataShape) -> None:
    assert total(recurrent(walk, shape=shape, levels=2), size, size) == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("walk", Walk)
@pytest.mark.parametrize(("channels", "size", "levels"), [(1, 8, 256), (1, 16, 2), (3, 8, 4)])
def test_kept_states_tell_what_one_pass_tells(walk: Walk, channels: int, size: int, levels: int) -> None:
    assert worst_cached(recurrent(walk, channels=channels, size=size, levels=levels, depth=3)) < 1e-5


@pytest.mark.parametrize("walk", Walk)
@pytest.mark.parametrize("channels", [1, 3])
def test_the_same_seed_gives_the_same_picture_kept_or_by_full_passes(walk: Walk, channels: int) -> None:
    family = recurrent(walk, channels=channels)
    asked = ask(family, 0, 1, **{"class": 1.0})
    *_, drawn = family.sample(asked)
    assert torch.equal(drawn, draw_naively(family, asked))


def test_a_step_is_that_of_torchs_own_cell() -> None:
    """Our gates stand as output, forget, input, content; torch's as input, forget, content, output."""
    cell = torch.nn.LSTMCell(5, 4)
    x, h, c = torch.randn(3, 5), torch.randn(3, 4), torch.randn(3, 4)
    i, f, g, o = (F.linear(x, cell.weight_ih, cell.bias_ih) + F.linear(h, cell.weight_hh, cell.bias_hh)).chunk(4, 1)
    ours = step(torch.cat((o, f, i, g), 1), c)
    for one, other in zip(ours, cell(x, (h, c)), strict=True):
        torch.testing.assert_close(one, other)


def test_diagonals_stand_upright_and_are_laid_back() -> None:
    x = torch.arange(2 * 3 * 4, dtype=torch.float32).view(2, 3, 4, 1)
    shifted = skewed(x)
    assert shifted.shape == (2, 3, 6, 1)
    for row in range(3):
        assert (shifted[:, row, :row] == SHUT).all()
        assert torch.equal(shifted[:, row, row : row + 4], x[:, row])
        assert (shifted[:, row, row + 4 :] == SHUT).all()
    assert torch.equal(upright(shifted, 4), x)


def test_a_walk_along_diagonals_is_that_along_pixels() -> None:
    """Each state from the one before in the row and the one above, pixel after pixel."""
    layer = DiagonalBiLSTM(3, 1)
    gates = torch.randn(2, 2, 4, 5, 12)
    walked = layer.walk(gates)
    for way in range(2):
        h, c = torch.zeros(2, 5, 6, 3), torch.zeros(2, 5, 6, 3)  # a margin above and to the left
        for row in range(4):
            for column in range(5):
                said = torch.cat((h[:, row + 1, column], h[:, row, column + 1]), 1) @ layer.carry[way]
                new, kept = step(gates[way, :, row, column] + said, c[:, row + 1, column])
                h[:, row + 1, column + 1], c[:, row + 1, column + 1] = new.detach(), kept.detach()
        torch.testing.assert_close(walked[way], h[:, 1:, 1:], rtol=0, atol=1e-6)


@pytest.mark.parametrize("layer", [RowLSTM, DiagonalBiLSTM])
def test_fresh_layers_pass_on_what_they_read(layer: type[RowLSTM | DiagonalBiLSTM]) -> None:
    """Residual connections begin as nothing but connections."""
    f = torch.randn(2, 12, 6, 6)
    assert torch.equal(layer(6, 1)(f, None), f)
