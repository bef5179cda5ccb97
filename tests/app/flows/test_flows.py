"""Ways in and out: models, pictures that remember, grids, exports, the clipboard, drags."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication, QPixmap
from pytestqt.qtbot import QtBot

from app.flows.errors import ErrorHooks
from app.flows.file_dialogs import free_name
from app.flows.opening import MODEL_FILTER, RUN_FILE
from app.look.images import from_qimage
from app.store.kept.settings import EXPORT_FOLDER, EXPORT_SCALE, RECENT_MODELS
from app.store.notices import Level
from engine import __version__
from engine.disk.recipes import stamped
from engine.protocol.answers import Exported, ExportProgressed, Failed, Finished, RecipeRead, Stopped
from engine.protocol.requests import Cancel, Encode, ExportGrid, ExportPicture, OpenModel, ReadRecipe, Render
from engine.protocol.values import CANVAS, Problem, Recipe, Stop, View
from tests.app.conftest import Desk
from tests.app.fake_engine import FACES, GLYPHS


def remembers(desk: Desk, name: str, *recipes: Recipe, source: str = "faces", columns: int = 1) -> Path:
    path = desk.home / name
    path.write_bytes(b"picture")
    desk.fake.recipes[name] = RecipeRead(path=str(path), recipes=recipes, columns=columns, source=source)
    return path


# ---------------------------------------------------------------- in


def test_a_dropped_picture_restores_its_place(desk: Desk) -> None:
    place = Recipe(model=FACES.fingerprint, seed=99, directions=(("smile", 1.5),))
    desk.opening.open_dropped([remembers(desk, "smile.PNG", stamped(place))])
    assert desk.explorer.place.recipe == place
    desk.explorer.edits.undo()
    assert desk.explorer.place.recipe == Recipe(model=FACES.fingerprint, seed=1234)


def test_a_picture_of_another_model_opens_it(desk: Desk) -> None:
    place = Recipe(model=GLYPHS.fingerprint, seed=5, conditions=(("class", 3.0),))
    desk.opening.open_dropped([remembers(desk, "three.png", place, source="glyphs")])
    assert desk.explorer.models.model == GLYPHS
    assert desk.explorer.place.recipe == place


def test_a_picture_whose_model_is_gone_names_it(desk: Desk) -> None:
    before = desk.explorer.place.recipe
    place = Recipe(model="0" * 64, seed=5)
    desk.opening.open_dropped([remembers(desk, "a.png", place, source="/gone/cats.zscape")])
    assert desk.told == ["“cats.zscape” does not exist."]
    assert desk.explorer.place.recipe == before
    desk.opening.open_dropped([remembers(desk, "b.png", place, source="")])
    assert "not known here" in desk.told[-1]


@pytest.mark.parametrize("source", ["/gone/cats.zscape", ""])
def test_a_picture_whose_model_is_gone_offers_to_open_it_and_goes_there(desk: Desk, source: str) -> None:
    place = Recipe(model=GLYPHS.fingerprint, seed=5)
    desk.opening.open_dropped([remembers(desk, "a.png", place, source=source)])
    action = desk.board.notices[-1].action
    assert action is not None
    assert action.label == "Open its model…"
    action.run()  # left without an answer
    assert desk.explorer.models.model == FACES
    desk.dialogs.answer = Path("glyphs")
    action.run()
    assert desk.explorer.models.model == GLYPHS
    assert desk.explorer.place.recipe == place
    desk.explorer.models.open("/gone/dogs.zscape")
    assert desk.board.notices[-1].action is None, "only a picture has a place to go to"


def test_a_picture_of_a_replaced_model_can_be_looked_for_in_the_new_one(desk: Desk) -> None:
    """Its place is shown as closely as the new model can; the picture itself is still there to be found."""
    path = remembers(desk, "old.png", Recipe(model="7" * 16, seed=5), source="faces")
    desk.opening.open_dropped([path])
    notice = desk.board.notices[-1]
    assert "“faces” was replaced" in notice.sentence
    assert "look for the picture itself" in notice.sentence
    assert notice.action is not None
    assert notice.action.label == "Find it in this model"
    notice.action.run()
    assert [sent.path for sent in desk.fake.sent_of(Encode)] == [path]
    assert desk.explorer.place.recipe is not None
    assert desk.explorer.place.recipe.point == (0.5,) * 64


def test_a_grid_asks_which_cell(desk: Desk, qtbot: QtBot) -> None:
    cells = tuple(Recipe(model=FACES.fingerprint, seed=k) for k in range(6))
    with qtbot.waitSignal(desk.opening.grid_read) as blocker:
        desk.opening.open_dropped([remembers(desk, "grid.png", *cells, columns=3)])
    read = blocker.args[0]
    desk.opening.restore(read.recipes[4], read.source)
    assert desk.explorer.place.recipe == cells[4]


def test_a_picture_without_a_recipe_can_be_found_in_the_model(desk: Desk) -> None:
    desk.opening.open_dropped([desk.home / "me.jpg"])
    (notice,) = desk.board.notices
    assert notice.sentence == "“me.jpg” carries no recipe."
    assert notice.action is not None
    assert notice.action.label == "Find it in this model"
    notice.action.run()
    assert len(desk.fake.sent_of(Encode)) == 1
    assert desk.explorer.place.recipe is not None
    assert desk.explorer.place.recipe.point == (0.5,) * 64


def test_a_model_that_cannot_encode_offers_nothing(desk: Desk) -> None:
    desk.explorer.models.open("glyphs")
    desk.opening.open_dropped([desk.home / "me.jpg"])
    assert desk.board.notices[-1].action is None


@pytest.mark.parametrize("file", ["run.json", "model.safetensors", "checkpoint.safetensors"])
def test_any_file_of_a_run_opens_the_run(desk: Desk, tmp_path: Path, file: str) -> None:
    """The guide says to open the run's folder, and a dialog for files only walks into it."""
    (tmp_path / "run.json").touch()
    (tmp_path / file).touch()
    desk.dialogs.answer = tmp_path / file
    desk.opening.ask_for_model()
    assert desk.fake.sent_of(OpenModel)[-1] == OpenModel(source=str(tmp_path))
    assert RUN_FILE in MODEL_FILTER
    desk.opening.open_dropped([tmp_path / file])
    assert desk.fake.sent_of(OpenModel)[-1] == OpenModel(source=str(tmp_path))


def test_a_models_file_outside_of_a_run_is_opened_as_it_is(desk: Desk, tmp_path: Path) -> None:
    desk.opening.open_dropped([tmp_path / "model.safetensors"])
    assert desk.fake.sent_of(OpenModel)[-1] == OpenModel(source=str(tmp_path / "model.safetensors"))


def test_anything_else_dropped_is_tried_as_a_model(desk: Desk, tmp_path: Path) -> None:
    desk.opening.open_dropped([tmp_path / "x.zscape", tmp_path / "y.png"])
    assert desk.fake.sent_of(OpenModel)[-1] == OpenModel(source=str(tmp_path / "x.zscape"))
    assert desk.told == ["One at a time: only “x.zscape” is opened.", "“x.zscape” does not exist."]
    assert desk.fake.sent_of(ReadRecipe) == []
    assert desk.explorer.models.model == FACES


def test_opened_models_are_remembered_and_missing_ones_forgotten(desk: Desk) -> None:
    desk.opening.open_source("glyphs")
    desk.opening.open_source("faces")
    assert desk.settings.get(RECENT_MODELS) == ("faces", "glyphs")
    del desk.fake.models["glyphs"]
    desk.opening.open_source("glyphs")
    assert desk.settings.get(RECENT_MODELS) == ("faces",)


def test_the_dialogs_open_what_was_chosen(desk: Desk) -> None:
    desk.dialogs.answer = Path("glyphs")
    desk.opening.ask_for_model()
    assert desk.explorer.models.model == GLYPHS
    desk.dialogs.answer = remembers(desk, "p.png", Recipe(model=FACES.fingerprint, seed=3))
    desk.opening.ask_for_picture()
    assert desk.explorer.place.recipe == Recipe(model=FACES.fingerprint, seed=3)
    assert desk.dialogs.asked[1][1] == Path(".")


# ---------------------------------------------------------------- out


def test_export_asks_where_and_remembers_it(desk: Desk, tmp_path: Path) -> None:
    desk.dialogs.answer = tmp_path / "out" / "me.png"
    desk.exporting.export_picture(8)
    (command,) = desk.fake.sent_of(ExportPicture)
    assert desk.explorer.place.recipe is not None
    assert command == ExportPicture(recipe=stamped(desk.explorer.place.recipe), path=desk.dialogs.answer, scale=8)
    assert command.recipe.app == __version__
    assert (desk.settings.get(EXPORT_FOLDER), desk.settings.get(EXPORT_SCALE)) == (str(tmp_path / "out"), 8)
    assert desk.told == ["Saved “me.png”."]
    assert desk.board.notices[0].level is Level.NEWS
    desk.exporting.export_picture()
    assert desk.dialogs.asked[-1] == ("Export picture", tmp_path / "out" / "faces-1234.png")


def test_export_suggests_a_name_that_is_free(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "faces-1234.png").write_bytes(b"old")
    desk.settings.put(EXPORT_FOLDER, str(tmp_path))
    desk.exporting.export_picture()
    assert desk.dialogs.asked[-1][1] == tmp_path / "faces-1234-2.png"
    assert free_name(tmp_path / "nowhere", "a", ".png") == tmp_path / "nowhere" / "a.png"


def test_nothing_is_exported_when_the_dialog_is_left(desk: Desk) -> None:
    desk.exporting.export_picture(1)
    desk.exporting.export_grid()
    desk.exporting.export_strip()
    assert desk.fake.sent_of(ExportPicture) == desk.fake.sent_of(ExportGrid) == []


def test_the_gallery_is_exported_as_a_grid(desk: Desk, tmp_path: Path) -> None:
    desk.dialogs.answer = tmp_path / "grid.png"
    desk.exporting.export_grid()
    (command,) = desk.fake.sent_of(ExportGrid)
    assert isinstance(command, ExportGrid)
    assert command.recipes == tuple(stamped(recipe) for recipe in desk.explorer.gallery.recipes)
    assert command.columns == 6


def test_the_strip_is_of_the_slider_moved_last(desk: Desk, tmp_path: Path) -> None:
    desk.dialogs.answer = tmp_path / "strip.png"
    desk.exporting.export_strip()
    desk.explorer.place.set_axis(3, 1.0)
    desk.exporting.export_strip()
    first, second = desk.fake.sent_of(ExportGrid)
    assert isinstance(first, ExportGrid)
    assert isinstance(second, ExportGrid)
    assert [recipe.directions for recipe in first.recipes][::2] == [(("smile", -2.0),), (), (("smile", 2.0),)]
    assert [recipe.axes for recipe in second.recipes][::2] == [((3, -2.0),), (), ((3, 2.0),)]
    assert desk.dialogs.asked[1][1].name == "faces-1234-axis-4.png"


def test_a_failed_export_names_the_file(desk: Desk) -> None:
    problem = Problem(code="disk-full", sentence="“me.png” could not be written: the disk is full.", path="/x/me.png")
    desk.receive(Failed(command=ExportPicture(recipe=Recipe(model=""), path=Path("me.png")), problem=problem))
    assert desk.told == [problem.sentence]
    assert desk.board.notices[0].level is Level.PROBLEM


def test_copy_puts_the_enlarged_picture_on_the_clipboard(desk: Desk) -> None:
    desk.settings.put(EXPORT_SCALE, 4)
    desk.exporting.copy_picture()
    copied = from_qimage(QGuiApplication.clipboard().image())
    picture = desk.explorer.pictures.picture
    assert picture is not None
    assert copied.shape == (256, 256, 3)
    assert np.array_equal(copied[::4, ::4], picture.image)
    assert "256 × 256" in desk.told[0]


def test_a_drag_out_draws_a_file_first_and_tells_nobody(desk: Desk) -> None:
    dragged: list[Path] = []

    def start(path: Path, pixmap: QPixmap) -> None:
        assert not pixmap.isNull()
        dragged.append(path)

    desk.exporting.start_drag = start
    desk.exporting.drag_out_picture()
    desk.exporting.drag_out_picture()
    assert [path.name for path in dragged] == ["faces-1234.png", "faces-1234-2.png"]
    assert all(path.exists() for path in dragged)
    assert desk.told == []


def test_old_drags_are_cleared_away(desk: Desk) -> None:
    desk.exporting.start_drag = lambda path, pixmap: None
    for _ in range(30):
        desk.explorer.place.randomise()
        desk.exporting.drag_out_picture()
    assert len(list((desk.home / "dragged").iterdir())) <= 21


# ---------------------------------------------------------------- tellings


def test_a_failed_thumbnail_is_not_told_a_failed_picture_is(desk: Desk) -> None:
    problem = Problem(code="nan", sentence="This model draws no numbers.")
    thumbnail = Render(view=View("gallery", "", 3), ticket=1, recipe=Recipe(model=""))
    desk.receive(Failed(command=thumbnail, problem=problem))
    assert desk.told == []
    desk.receive(Failed(command=replace(thumbnail, view=CANVAS), problem=problem))
    assert desk.told == ["This model draws no numbers."]


@pytest.mark.parametrize(
    ("reason", "path", "level", "action"),
    [
        (Stop.COMPLETED, "/runs/a", Level.DONE, "Explore it"),
        (Stop.STOPPED, "/runs/a", Level.NEWS, "Explore it"),
        (Stop.DIVERGED, "", Level.WARNING, None),
    ],
)
def test_a_finished_run_offers_its_model(desk: Desk, reason: Stop, path: str, level: Level, action: str | None) -> None:
    event = Finished(
        run="/runs/a", reason=reason, step=1, images=64, path=path, fingerprint="", sha256_state="", seconds=1.0
    )
    desk.receive(event)
    (notice,) = desk.board.notices
    assert notice.level is level
    assert (notice.action.label if notice.action else None) == action
    if notice.action is not None:
        desk.fake.models[path] = replace(FACES, path=path)
        notice.action.run()
        assert desk.fake.sent_of(OpenModel)[-1].source == path


def test_an_engine_that_dies_is_told(desk: Desk) -> None:
    desk.receive(Stopped(clean=True))
    assert desk.told == []
    desk.receive(Stopped(clean=False))
    assert "engine has stopped" in desk.told[0]


def test_an_engine_that_says_why_it_dies_is_told_once(desk: Desk) -> None:
    desk.receive(Failed(command=None, problem=Problem(code="engine-stopped", sentence="The engine stopped: x.")))
    desk.receive(Stopped(clean=False))
    assert desk.told == ["The engine stopped: x."]


def test_what_a_person_ended_is_no_problem(desk: Desk) -> None:
    problem = Problem(code="stopped", sentence="Stopped before the first step.")
    desk.receive(Failed(command=Encode(path=Path("me.png")), problem=problem))
    assert desk.board.notices[0].level is Level.NEWS


def test_a_foreign_export_does_not_start_a_drag(desk: Desk) -> None:
    desk.receive(Exported(path="/x/y.png"))
    assert desk.told == ["Saved “y.png”."]


def test_a_mistake_in_the_engine_stands_in_the_log_in_full(desk: Desk) -> None:
    hooks = ErrorHooks(desk.board, desk.home / "zscape.log")
    hooks.install()
    details = "Traceback (most recent call last):\n  deep inside"
    problem = Problem(code="internal", sentence="Something went wrong inside.", details=details)
    desk.fake.say(Failed(command=OpenModel(source="x"), problem=problem))
    hooks.remove()
    assert desk.told == ["Something went wrong inside."]
    assert details in hooks.log_path.read_text(encoding="utf-8")


def test_a_grid_tells_how_far_it_is_until_it_is_there(desk: Desk, tmp_path: Path) -> None:
    told: list[tuple[int, int] | None] = []
    desk.exporting.progressed.connect(lambda event: told.append((event.done, event.of) if event else None))
    desk.dialogs.answer = tmp_path / "grid.png"
    desk.fake.held = True
    desk.exporting.export_grid(8)
    desk.fake.say_to(ExportGrid, ExportProgressed(path=str(desk.dialogs.answer), done=12, of=24))
    desk.fake.say(ExportProgressed(path="another.png", done=7, of=9))
    desk.exporting.cancel()
    assert desk.fake.last(Cancel).ticket == desk.fake.last(ExportGrid).ticket
    problem = Problem(code="cancelled", sentence="The export was cancelled; nothing was written.")
    desk.fake.refuse(ExportGrid, problem)
    assert told == [(0, 24), (12, 24), None]
    assert [notice.level for notice in desk.board.notices] == [Level.NEWS]
    assert desk.settings.get(EXPORT_SCALE) == 8
