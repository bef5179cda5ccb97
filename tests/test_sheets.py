"""The page on the faces: written from attributes and card, and what it shows is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from bench import sheets
from bench.pages import model_sheets
from engine.datasets.faces.factors import ATTRIBUTE_NAMES, ATTRIBUTES
from engine.datasets.making.words import DERIVED
from engine.disk.files import LoadError

if TYPE_CHECKING:
    from engine.opened.model import OpenedModel

CARD = {
    "measured_on": "bundled:faces, pictures held out",
    "measured_by": "zscape evaluate judge --card",
    "date": "2026-01-31",
    "metrics": {
        "r2.smile": {"value": 0.91234, "stderr": 0.004, "n": 1000, "real": None},
        "accuracy.beard": {"value": 0.98, "stderr": 0.01, "n": 990, "real": None},
        "r2.age": {"value": None, "stderr": None, "n": 0, "real": None},
    },
}


def test_every_attribute_has_its_strip_its_line_and_its_figure() -> None:
    text = sheets.page(CARD)
    assert tuple(sheets.LINES) == ATTRIBUTE_NAMES
    for attribute in ATTRIBUTES:
        assert f"faces/{attribute.name}.webp" in text
        assert sheets.LINES[attribute.name] in text
    assert "| Smile | R² | 0.912 ± 0.004 | 1000 |" in text
    assert "| Beard | balanced accuracy | 0.980 ± 0.010 | 990 |" in text
    assert "| Age | – | – | – |" in text
    assert "`zscape evaluate judge --card`" in text


def test_a_judge_that_was_not_measured_is_no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    monkeypatch.setattr(sheets, "load_model", lambda path: SimpleNamespace(card={"data": "bundled:faces"}))
    with pytest.raises(LoadError, match="evaluate judge --card"):
        sheets.judge_metrics()


def test_strips_go_from_end_to_end() -> None:
    by_name = {attribute.name: attribute for attribute in ATTRIBUTES}
    assert sheets.values_of(by_name["yaw"]) == pytest.approx([-35, -35 * 2 / 3, -35 / 3, 0, 35 / 3, 35 * 2 / 3, 35])
    assert sheets.values_of(by_name["glasses"]) == [0.0, 1.0, 2.0, 3.0]


def test_every_pair_that_has_a_name_has_its_line() -> None:
    assert tuple(name for name in sheets.PAIRS if "=" not in name) == tuple(DERIVED)
    text = sheets.page(CARD)
    for name, line in sheets.PAIRS.items():
        assert f"`--pair {name}`" in text
        assert line in text


def test_pictures_stand_in_reading_order_with_white_between() -> None:
    sheet = sheets.tiled([np.full((2, 2, 3), k, np.uint8) for k in range(4)], 3, 1)
    assert sheet.shape == (5, 8, 3)
    assert sheet[0, 3, 0] == 1
    assert sheet[3, 0, 0] == 3
    assert sheet[0, 2, 0] == 255
    assert sheet[4, 7, 0] == 255


def test_what_the_page_shows_is_there_and_small() -> None:
    text = sheets.PAGE.read_text(encoding="utf-8")
    shown = re.findall(r"\]\((faces/[^)]+)\)", text)
    assert len(shown) == 2 + len(ATTRIBUTES) + len(sheets.PAIRS) + 1 + 6  # five sheets of the model, and a key
    sets = [path for path in sheets.FOLDER.iterdir() if path.stem.startswith(("pair-", "densities"))]
    assert sum(path.stat().st_size for path in sets) <= 150_000
    for name in shown:
        assert (sheets.PAGE.parent / name).is_file(), name
    assert sum(path.stat().st_size for path in sheets.FOLDER.iterdir()) <= 2_500_000


class Drawn(model_sheets.Sheets):
    """Samples that say their seed, on which the order must not depend."""

    def drawn(self, seed: int, **directions: float) -> NDArray[np.uint8]:
        return np.full((4, 4, 3), seed % 251, np.uint8)


def test_what_is_hidden_among_renders_is_told_by_the_key() -> None:
    heads = [np.full((4, 4, 3), 255, np.uint8) for _ in range(model_sheets.COPIES + model_sheets.HIDDEN)]
    pixels, key = Drawn(cast("OpenedModel", None), heads).hidden()
    step = 4 + model_sheets.GAP
    assert len(key) == 2 * model_sheets.HIDDEN
    assert len(set(key)) == len(key)
    for place, what in enumerate(key):
        row, column = divmod(place, model_sheets.HIDDEN_COLUMNS)
        shown = int(pixels[step * row, step * column, 0])
        number = int(re.findall(r"\d+", what)[0])
        assert shown == (number % 251 if what.startswith("sample") else 255), what
    are_samples = [what.startswith("sample") for what in key]
    assert are_samples != sorted(are_samples, reverse=True), "they are shuffled"
    assert Drawn(cast("OpenedModel", None), heads).hidden()[1] == key, "and stay where they are"


def test_places_that_a_sheet_leaves_are_white() -> None:
    pixels = model_sheets.sheet([np.zeros((2, 2, 3), np.uint8)] * 3, 2, 1)
    assert pixels.shape == (5, 5, 3)
    assert (pixels[3:, 3:] == 255).all()
    assert (pixels[2] == 255).all()
    assert not pixels[3:, :2].any()
