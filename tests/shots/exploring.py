"""The Explore page's states: sliders, gallery, a grid laid over the picture, and models that draw pixel by pixel."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDragLeaveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.controls.values.bipolar_slider import BipolarSlider
from app.explore.grid_overlay import GridOverlay
from app.shell.model_chip import bundled_models
from app.store.drawn.given import Hand
from app.store.shown.pictures import Drawing
from engine.disk.bundled import bundled_model
from engine.machine.work import finished
from engine.opened.checkpoints import load_model, save_model
from engine.opened.export import export_grid
from tests.pages import explore
from tests.shots import runs
from tests.shots.stage import LEFT, Stage, pause, until

SEEDS = (8, 70, 44, 54)
GLYPH_SEED = 13
WALKER_SEED = 16


def ready(scene: Stage) -> None:
    """A face with a smile, some places visited."""
    scene.settle()
    for seed in SEEDS:
        scene.explorer.place.set_seed(seed)
        until(scene.settled)
    model = scene.explorer.models.model
    for direction in (model.directions if model is not None else ())[:2]:
        scene.explorer.place.set_direction(direction.name, 1.4)
    scene.settle()


def look_slider(scene: Stage) -> BipolarSlider:
    """The smile, or what stands first where a model has none."""
    rows = explore(scene.window).sliders.look.rows
    return rows.get("smile") or next(iter(rows.values()))


def dragging(scene: Stage) -> None:
    slider = look_slider(scene)
    middle = slider.track.rect().center()
    QTest.mousePress(slider.track, LEFT, pos=middle)
    QTest.mouseMove(slider.track, middle + QPoint(slider.track.width() // 3, 0))
    scene.settle()


def let_go(scene: Stage) -> None:
    slider = look_slider(scene)
    QTest.mouseRelease(slider.track, LEFT, pos=slider.track.rect().center())


def before(scene: Stage) -> None:
    let_go(scene)
    QTest.keyPress(scene.window, Qt.Key.Key_B)
    pause(600)


def gallery(scene: Stage) -> None:
    QTest.keyRelease(scene.window, Qt.Key.Key_B)
    scene.settle()
    pause(1500)


def focus(scene: Stage) -> None:
    """Where the keyboard is can be seen."""
    explore(scene.window).canvas.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(3):
        QTest.keyClick(scene.app.focusWidget() or scene.window, Qt.Key.Key_Tab)
    pause(200)


def strip(scene: Stage) -> None:
    slider = look_slider(scene)
    slider.track.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(slider.track, Qt.Key.Key_Return)
    pause(1500)


def weak(scene: Stage) -> None:
    """Sliders that do little, or drag others along, stand below under a word of their own: the model's card says so."""
    scene.window.show_page("explore")
    scene.explorer.models.open("faces-dcgan")
    look = explore(scene.window).sliders.look
    until(lambda: any(label.text() == "Weak" for label in look.findChildren(QLabel)))
    scene.settle()
    panel = explore(scene.window).sliders
    panel.all_z.set_open(False)
    panel.verticalScrollBar().setValue(0)
    panel.ensureWidgetVisible(list(look.rows.values())[-1])
    pause(1500)


def raw(scene: Stage) -> None:
    panel = explore(scene.window).sliders
    panel.all_z.set_open(True)
    panel.filter_edit.setText("10–30")
    pause(300)
    bar = panel.verticalScrollBar()
    bar.setValue(bar.maximum())
    pause(300)


def pad(scene: Stage) -> None:
    """Turn across and smile up, with the pictures of the plane under the dot."""
    panel, pads = explore(scene.window).sliders, scene.explorer.pads
    panel.verticalScrollBar().setValue(0)
    panel.pad_section.set_open(True)
    until(lambda: all(pads.image(number) is not None for number in range(pads.side**2)))
    pause(300)


def grid(scene: Stage) -> None:
    from engine.machine.devices import choose
    from engine.opened.model import open_model_file

    QApplication.sendEvent(scene.window, QDragLeaveEvent())
    model = scene.explorer.models.model
    assert model is not None
    path = scene.home / "grid of twelve.png"
    session = open_model_file(model.path, choose("cpu").torch)
    finished(export_grid(session, scene.explorer.gallery.recipes[:12], 4, path, scale=4))
    scene.program.opening.read_picture(path)
    until(lambda: explore(scene.window).canvas.findChild(GridOverlay) is not None)
    overlay = explore(scene.window).canvas.findChild(GridOverlay)
    assert overlay is not None
    QTest.mouseMove(overlay, overlay.cell_rect(6).center())
    scene.held.append(overlay)
    pause(300)


def grid_maker(scene: Stage) -> None:
    """Smile by turn, seen before it is written."""
    scene.window.show_page("explore")
    grids = scene.explorer.grids
    grids.open()
    until(lambda: bool(grids.cells) and grids.drawn == len(grids.cells))
    pause(300)


def pixels_drawing(scene: Stage) -> None:
    scene.explorer.grids.open(is_open=False)
    scene.window.show_page("explore")
    scene.explorer.models.open("glyphs" if "glyphs" in bundled_models() else runs.blank_pixelcnn(scene.home))
    until(lambda: scene.explorer.models.model is not None and scene.explorer.models.model.latent == 0)
    until(scene.settled)
    scene.explorer.place.set_seed(GLYPH_SEED)
    until(lambda: scene.explorer.pictures.drawing is Drawing.GROWING)
    until(lambda: scene.explorer.pictures.picture is not None and scene.explorer.pictures.picture.progress > 0.45)
    scene.explorer.pictures.stop()  # held still for its portrait
    _pose(scene, Drawing.GROWING)


def pixels_stopped(scene: Stage) -> None:
    _pose(scene, Drawing.STOPPED)


def _pose(scene: Stage, drawing: Drawing) -> None:
    scene.explorer.pictures._drawing = drawing
    scene.explorer.pictures.drawing_changed.emit(drawing)
    pause(200)


def pixels_completed(scene: Stage) -> None:
    """The upper half is given, and the gallery shows ends to it; a brush in the hand."""
    explorer, page = scene.explorer, explore(scene.window)
    explorer.place.set_condition("class", 5.0)
    scene.settle()
    QTest.mouseClick(page.pixels.tools.lower_half, LEFT)
    until(lambda: explorer.given.count > 0 and bool(explorer.place.recipe and explorer.place.recipe.known))
    scene.settle()
    explorer.gallery.refresh()
    until(lambda: all(explorer.gallery.image(k) is not None for k in range(len(explorer.gallery.recipes))))
    page.pixels.hands.take(Hand.PAINT)
    pause(200)


def pixels_surprise(scene: Stage) -> None:
    """The map over the picture, and one pixel of which is told."""
    explorer, page = scene.explorer, explore(scene.window)
    QTest.mouseClick(page.pixels.tools.heat, LEFT)
    until(lambda: explorer.surprise.bits is not None)
    explorer.surprise.show_sight(False)
    explorer.surprise.hold((15, 12))
    until(lambda: explorer.surprise.told is not None)
    pause(300)


def pixels_sight(scene: Stage) -> None:
    """The same pixel, and what it saw."""
    scene.explorer.surprise.show_sight(True)
    pause(100)


def pixels_class(scene: Stage) -> None:
    """A class was asked for, and drawn to the end."""
    scene.explorer.surprise.show(False)
    scene.explorer.given.clear()
    scene.explorer.place.set_condition("class", 3.0)
    explore(scene.window).tray.set_tab(1)
    until(scene.settled)
    pause(500)


def steps(scene: Stage) -> None:
    """A picture on its way: what the judging networks think of each step."""
    scene.explorer.models.open("glyphs-xicfg")
    until(lambda: scene.explorer.steps.setting is not None)
    scene.explorer.place.set_seed(WALKER_SEED)
    scene.explorer.steps.go_to(3)
    until(lambda: scene.explorer.steps.followed is not None)
    explore(scene.window).tray.set_tab(0)
    scene.settle()
    pause(800)


def long_name(scene: Stage) -> None:
    model = load_model(bundled_model("glyphs"))
    path = scene.home / "long.safetensors"
    save_model(path, model.family, name="Handwritten glyphs of a name that is longer than forty letters")
    scene.explorer.models.open(str(path))
    until(lambda: scene.explorer.models.model is not None and scene.explorer.models.model.path == str(path))
    scene.settle()
