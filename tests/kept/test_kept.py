"""What Zscape 0.1.0 left on disk opens, goes on, and draws the same bytes.

The files beside this one were written by that version (commit 02896d0) and are never written again. A bundled model
that was trained anew has another fingerprint: its recipes are then those of a model that is gone, and its pictures
are kept anew, with the model: those of `faces` by the version that gave its sliders another length; seeds and encoded
places draw what they drew before.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtWidgets import QApplication

from app.flows.shell import TRAIN
from app.run import create_window
from app.shell.window import MainWindow
from app.store.engine_status import EngineState
from app.store.kept.settings import EXPORT_FOLDER, EXPORT_SCALE, RECENT_MODELS, THEME
from engine.commands.console import main
from engine.disk.bundled import bundled_model
from engine.disk.recipes import read_recipe
from engine.disk.runs import RunFolder
from engine.library.entries import look
from engine.machine.facts import cpu_name
from engine.opened.export import read_png_memory
from engine.opened.model import OpenedModel, open_model_file
from engine.protocol.library import Standing
from engine.protocol.values import Image, Recipe
from tests.e2e.waiting import until

KEPT = Path(__file__).parent
PIXELS: dict[str, Any] = json.loads((KEPT / "pixels.json").read_text(encoding="utf-8"))
CPU = torch.device("cpu")
FAMILIES = ("vae", "dcgan", "pixelcnn")
MOST_BYTES = 300_000


@cache
def bundled(name: str) -> OpenedModel:
    return open_model_file(str(bundled_model(name)), CPU)


def recipe_of(value: object) -> Recipe:
    recipe = read_recipe(value)
    assert recipe is not None
    return recipe


def sha256(image: Image) -> str:
    return hashlib.sha256(np.ascontiguousarray(image).tobytes()).hexdigest()


def same_machine() -> bool:
    """Another processor or torch may round the last bit another way, which a rare pixel shows by one level."""
    instructions = torch.backends.cpu.get_cpu_capability()  # equal ones may still be computed in another order
    return bool(PIXELS["machine"] == {"torch": torch.__version__, "cpu": cpu_name(), "instructions": instructions})


def test_they_stay_small() -> None:
    assert sum(path.stat().st_size for path in KEPT.rglob("*") if path.suffix not in (".py", ".pyc")) <= MOST_BYTES


# ---------------------------------------------------------------- pictures and recipes


@pytest.mark.parametrize("name", ["faces", "faces-dcgan", "glyphs"])
def test_bundled_models_keep_their_fingerprint(name: str) -> None:
    assert bundled(name).fingerprint == PIXELS[name]["model"]


@pytest.mark.skipif(not same_machine(), reason="hashes are of another processor or torch")
@pytest.mark.parametrize(
    ("name", "which"),
    [(name, which) for name in ("faces", "faces-dcgan", "glyphs") for which in PIXELS[name]["recipes"]],
)
def test_a_bundled_model_draws_the_same_bytes(name: str, which: str) -> None:
    kept = PIXELS[name]["recipes"][which]
    assert sha256(bundled(name).picture(recipe_of(kept["recipe"]))) == kept["sha256_pixels"]


@pytest.mark.parametrize(
    ("file", "name", "scale"),
    [
        ("faces-sliders.png", "faces", 1),
        ("faces-encoded.png", "faces", 1),
        ("dcgan-all.png", "faces-dcgan", 1),
        ("glyphs-class.png", "glyphs", 4),
    ],
)
def test_an_exported_picture_is_drawn_again_as_it_is(file: str, name: str, scale: int) -> None:
    memory, pixels = read_png_memory(KEPT / "pictures" / file)
    (recipe,) = memory.recipes
    assert recipe.model == bundled(name).fingerprint
    assert memory.scale == scale
    again = bundled(name).picture(recipe)
    away = np.abs(again.astype(int) - pixels[::scale, ::scale])
    assert away.max() <= (0 if same_machine() else 1)


def test_a_grid_remembers_every_cell() -> None:
    memory, pixels = read_png_memory(KEPT / "pictures" / "faces-grid.png")
    kept = PIXELS["faces"]["recipes"]
    assert (memory.columns, memory.scale, len(memory.recipes), pixels.shape) == (2, 1, 4, (128, 128, 3))
    for number, which in enumerate(("seed", "sliders", "all")):
        assert bundled("faces").place(memory.recipes[number]) is not None
        alone = bundled("faces").picture(recipe_of(kept[which]["recipe"]))
        assert np.array_equal(bundled("faces").picture(memory.recipes[number]), alone)
        row, column = divmod(number, 2)
        cell = pixels[row * 64 : row * 64 + 64, column * 64 : column * 64 + 64]
        assert np.abs(alone.astype(int) - cell).max() <= 1  # cells are decoded together


def test_a_picture_is_found_at_the_same_place() -> None:
    _, pixels = read_png_memory(KEPT / "pictures" / PIXELS["encode"]["picture"])
    point, distance, percentile = bundled("faces").encode(pixels)
    kept = recipe_of(PIXELS["faces"]["recipes"]["encoded"]["recipe"])
    assert kept.point is not None
    np.testing.assert_allclose(point, kept.point, rtol=0, atol=0 if same_machine() else 1e-4)
    assert distance == pytest.approx(PIXELS["encode"]["distance"], rel=1e-4)
    assert percentile == pytest.approx(PIXELS["encode"]["percentile"], abs=0.1)


# ---------------------------------------------------------------- models and runs


@pytest.mark.parametrize("family", FAMILIES)
def test_a_finished_model_opens_and_draws_the_same(family: str) -> None:
    session, kept = open_model_file(str(KEPT / "models" / f"{family}.safetensors"), CPU), PIXELS["small"][family]
    assert session.fingerprint == kept["model"]
    assert session.describe().name == f"Small {family}"
    image = session.picture(Recipe(model=session.fingerprint, seed=4))
    if same_machine():
        assert sha256(image) == kept["sha256_pixels"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_run_that_was_left_half_way_goes_on_to_its_end(
    family: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / family
    shutil.copytree(KEPT / "runs" / family, run)
    asked = json.loads((run / "run.json").read_text(encoding="utf-8"))["config"]
    settings = [word for name, value in asked.items() for word in ("--set", f"{name}={str(value).lower()}")]
    words = ["train", family, "--data", str(KEPT / "bars.npz"), "--out", str(run), "--resume", *settings]
    code = main([*words, "--json", "--quiet", "--threads", "1", "--home", str(tmp_path / "home")])
    result = json.loads(capsys.readouterr().out.splitlines()[-1])["result"]
    assert code == 0
    assert (result["reason"], result["steps"]) == ("completed", 8)
    first = RunFolder(run).read_metrics()[0]
    assert first["step"] > 3, "it goes on from its checkpoint and does not begin again"
    assert open_model_file(str(RunFolder(run).model), CPU).describe().family == family


def test_left_runs_are_offered() -> None:
    offered = {entry.family: entry for family in FAMILIES if (entry := look(str(KEPT / "runs" / family), KEPT))}
    assert set(offered) == set(FAMILIES)
    for family, entry in offered.items():
        assert (entry.name, entry.steps, entry.standing) == (f"Small {family}", 8, Standing.UNFINISHED)
        assert entry.can_go_on


@pytest.mark.parametrize("family", FAMILIES)
def test_the_snapshot_of_a_left_run_opens(family: str) -> None:
    session = open_model_file(str(RunFolder(KEPT / "runs" / family).best_model()), CPU)
    assert session.describe().name == f"Small {family} · step 3"


# ---------------------------------------------------------------- a home


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    home = tmp_path / "home"
    shutil.copytree(KEPT / "home", home)
    window = create_window(home, device="cpu")
    window.show()
    yield window
    window.close()
    assert window.shell.stopped_cleanly


@pytest.mark.threads
def test_a_home_is_as_it_was_left(window: MainWindow) -> None:
    explorer, settings = window.shell.explorer, window.shell.settings
    assert window.shell.board.notices == ()
    until(lambda: explorer.engine.status.state is EngineState.READY and explorer.models.model is not None)
    until(lambda: explorer.pictures.picture is not None and explorer.pictures.picture.recipe == explorer.place.recipe)
    faces, glyphs = PIXELS["faces"]["model"], PIXELS["glyphs"]["model"]
    assert explorer.place.recipe == Recipe(model=faces, seed=5, directions=(("glasses", 2.0),))
    assert [entry.recipe.model for entry in explorer.favourites.entries] == [glyphs, faces]
    assert explorer.favourites.entries[0].recipe.conditions == (("class", 7.0),)
    assert explorer.favourites.entries[1].recipe.directions == (("smile", 1.5),)
    assert {"Glasses", "Smile", "Class"} <= {entry.label for entry in explorer.history.entries}
    assert all(entry.thumbnail is not None for entry in explorer.favourites.entries)
    assert window.page_id == TRAIN
    assert settings.get(THEME) == "light"
    assert settings.get(EXPORT_SCALE) == 8
    assert settings.get(EXPORT_FOLDER) == "/home/ada/Pictures"
    assert settings.get(RECENT_MODELS) == ("faces", "glyphs")
