"""Sheets: where cells are is told by one layout; words leave the pictures alone; what is kept reads back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.disk.recipes import Memory, memory_text, read_memory
from engine.opened.sheets import on_sheet, sheet_layout
from engine.protocol.grids import Side, Varied, crossed, quantiles, spread
from engine.protocol.sheets import Sheet
from engine.protocol.values import Image, Recipe

LABELLED = Sheet(
    title="Smile by turn", across="Smile", down="Turn", columns=("−2", "0", "2"), rows=("left", "right"), gap=4
)


def cell(level: int, side: int = 64) -> Image:
    image = np.full((side, side, 3), level, np.uint8)
    image.setflags(write=False)
    return image


@pytest.mark.parametrize("sheet", [Sheet(), Sheet(gap=7), Sheet(title="A title"), LABELLED])
def test_every_cell_is_whole_where_the_layout_says(sheet: Sheet) -> None:
    cells = [cell(10 * k) for k in range(6)]
    pixels = on_sheet(cells, 3, sheet)
    layout = sheet_layout(sheet, 6, 3, 64, 64)
    assert pixels.shape == (layout.height, layout.width, 3)
    for number in range(6):
        box = layout.cell(number)
        assert (pixels[box.y : box.y + 64, box.x : box.x + 64] == 10 * number).all()
        assert layout.at(box.x, box.y) == layout.at(box.x + 63.5, box.y + 63.5) == number
    assert layout.at(-1, 5) is None
    assert layout.at(layout.width + 200, 5) is None


def test_words_are_written_between_the_edge_and_the_pictures() -> None:
    pixels = on_sheet([cell(255)] * 6, 3, LABELLED)
    layout = sheet_layout(LABELLED, 6, 3, 64, 64)
    assert (pixels[: layout.top, layout.left :] < 100).any()  # title and column labels
    assert (pixels[layout.top :, : layout.left] < 100).any()  # row labels, the turned word
    assert (pixels[layout.top :, layout.left :] == 255).all()
    assert layout.at(layout.left + 65, layout.top) is None  # between two pictures


def test_a_long_label_is_cut_to_its_cell() -> None:
    sheet = Sheet(columns=("extraordinarily long words", ""))
    pixels = on_sheet([cell(255)] * 2, 2, sheet)
    layout = sheet_layout(sheet, 2, 2, 64, 64)
    assert (pixels[: layout.top, layout.left : layout.left + 64] < 100).any()
    assert (pixels[: layout.top, layout.left + 65 :] == 255).all()


def test_a_sheet_is_remembered_and_what_is_no_sheet_is_none() -> None:
    layout = sheet_layout(LABELLED, 6, 3, 64, 64)
    memory = Memory(recipes=(Recipe(model="m"),) * 6, columns=3, sheet=LABELLED, layout=layout)
    read = read_memory(memory_text(memory))
    assert read is not None
    assert read.sheet == LABELLED
    assert read.layout is not None
    assert [read.layout.cell(k) for k in range(6)] == [layout.cell(k) for k in range(6)]
    value = json.loads(memory_text(memory))
    for harm in ({"gap": -1}, {"left": True}, {"cell": [64]}, {"cell": [0, 64]}, {"top": 10**9}, {"gap": 65}):
        broken = read_memory(json.dumps({**value, "sheet": {**value["sheet"], **harm}}))
        assert broken is not None
        assert (broken.sheet, broken.layout) == (Sheet(), None)


def test_a_seed_or_a_path_goes_first_and_zero_is_no_displacement() -> None:
    root = Recipe(model="m", seed=1, raw=((3, 1.0),), directions=(("smile", 2.0),))
    smile = Side(what=Varied.DIRECTION, name="smile", values=(-1.0, 0.0))
    coordinate = Side(what=Varied.COORDINATE, name="0", values=(0.5,))
    seeds = Side(what=Varied.SEED, values=(7.0, 8.0))
    cells = crossed(root, coordinate, seeds)
    assert [(one.seed, one.raw) for one in cells] == [(7, ((0, 0.5),)), (8, ((0, 0.5),))]
    cells = crossed(root, smile, Side())
    assert [one.directions for one in cells] == [(("smile", -1.0),), ()]
    walk = Side(what=Varied.PATH, frames=(Recipe(model="m", seed=4), Recipe(model="m", seed=5)))
    assert [(one.seed, one.directions) for one in crossed(root, smile, walk)] == [
        (4, (("smile", -1.0),)),
        (5, (("smile", -1.0),)),
        (4, ()),
        (5, ()),
    ]


def test_quantiles_share_a_normal_evenly() -> None:
    values = quantiles(4)
    assert values == pytest.approx((-1.150349, -0.318639, 0.318639, 1.150349), abs=1e-5)
    assert spread(-2, 2, 5) == (-2.0, -1.0, 0.0, 1.0, 2.0)
    assert spread(3, 9, 1) == (3,)
