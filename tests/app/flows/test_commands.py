"""Copy as command: every side of a grid as the command line takes it, long places as files, and why there is none."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from app.store.made.grid_options import Choice
from engine.disk.recipes import read_recipe
from engine.protocol.grids import Varied
from engine.protocol.values import Recipe
from tests.app.conftest import Desk
from tests.app.fake_engine import FACES, LIVE


def copied(desk: Desk) -> list[str]:
    desk.commands.copy()
    return shlex.split(QGuiApplication.clipboard().text())


def test_a_place_is_one_line(desk: Desk, home: Path) -> None:
    desk.explorer.place.set_direction("smile", 0.7)
    words = copied(desk)
    assert words[:4] == ["zscape", "--home", str(home), "render"]
    recipe = read_recipe(json.loads(words[4]))
    assert recipe is not None
    assert replace(recipe, app="") == desk.explorer.place.recipe
    assert words[5:] == ["--model", "faces", "--out", "picture.png"]
    assert desk.told[-1] == "Copied the command that draws this picture."


def test_a_place_of_many_dimensions_is_a_file(desk: Desk) -> None:
    wide = replace(FACES, name="wide", path="wide", fingerprint="8" * 64, latent=4096)
    desk.fake.models["wide"] = wide
    desk.explorer.models.open("wide")
    point = tuple(k / 4097 for k in range(4096))
    desk.explorer.models.go_to(Recipe(model=wide.fingerprint, point=point), "Place")
    path = Path(copied(desk)[4])
    recipe = read_recipe(json.loads(path.read_text(encoding="utf-8")))
    assert recipe is not None
    assert recipe.point == point


def test_a_grid_is_the_line_that_exports_it(desk: Desk) -> None:
    grids = desk.explorer.grids
    grids.open()
    rows = Choice(what=Varied.AXIS, name="1", low=-1.0, high=1.0, count=3)
    columns = Choice(what=Varied.SEED, low=5.0, count=2)
    grids.change(replace(grids.plan, rows=rows, columns=columns, title="A & B", gap=8))
    words = copied(desk)
    assert words[3] == "export"
    assert words[4] == "faces"
    assert words[words.index("--rows") + 1] == "axis2=-1.0,0.0,1.0"
    assert words[words.index("--cols") + 1] == "seed=5,6"
    assert words[words.index("--title") + 1] == "A & B"
    assert "--labels" in words


def test_classes_go_by_their_names(desk: Desk) -> None:
    desk.explorer.models.open("glyphs")
    grids = desk.explorer.grids
    grids.open()
    classes = Choice(what=Varied.CONDITION, name="class", count=3, is_class=True)
    grids.change(replace(grids.plan, rows=Choice(), columns=classes, is_labelled=False))
    words = copied(desk)
    assert words[words.index("--cols") + 1] == "class=0,1,2"
    assert "--rows" not in words
    assert "--labels" not in words


def test_a_run_that_learns_has_no_command_and_says_so(desk: Desk) -> None:
    desk.fake.models[LIVE.path] = LIVE
    desk.explorer.models.open(LIVE.path)
    QGuiApplication.clipboard().setText("before")
    assert copied(desk) == ["before"]
    assert "export the picture" in desk.told[-1]
