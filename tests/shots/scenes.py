"""Every state of docs/checklist.md, driven by hand in the real window and photographed light and dark."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

from app import theme
from app.actions import ActionId
from app.controls.bipolar_slider import BipolarSlider
from app.engine_status import Drawing
from app.grid_overlay import GridOverlay
from app.model_chip import bundled_models
from app.notices import Level
from engine.bundled import bundled_model
from engine.checkpoints import load_model, save_model
from engine.export import export_grid
from engine.protocol import Exported, ExportProgressed
from tests.shots import runs, sets
from tests.shots.stage import SIZE_PX, Stage, pause, photograph, save_small, stage, until
from tests.shots.starts import STARTS

LEFT = Qt.MouseButton.LeftButton
KEPT = {"ready": "window", "train-finished": "train", "pixels-drawing": "pixels"}
"""The states that are kept in docs/screens, by the name of their panel."""
SEEDS = (8, 70, 44, 47)
GLYPH_SEED = 4

Scene = Callable[[Stage], object]


def ready(scene: Stage) -> None:
    """A face with a smile, some places visited."""
    scene.settle()
    for seed in SEEDS:
        scene.explorer.set_seed(seed)
        until(scene.settled)
    model = scene.explorer.model
    for direction in (model.directions if model is not None else ())[:2]:
        scene.explorer.set_direction(direction.name, 1.4)
    scene.settle()


def look_slider(scene: Stage) -> BipolarSlider:
    """The smile, or what stands first where a model has none."""
    rows = scene.window.sliders.look.rows
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
    scene.window.tray.set_tab(2)
    scene.settle()
    pause(1500)


def focus(scene: Stage) -> None:
    """Where the keyboard is can be seen."""
    scene.window.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(3):
        QTest.keyClick(scene.app.focusWidget() or scene.window, Qt.Key.Key_Tab)
    pause(200)


def strip(scene: Stage) -> None:
    slider = look_slider(scene)
    slider.track.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(slider.track, Qt.Key.Key_Return)
    pause(1500)


def raw(scene: Stage) -> None:
    panel = scene.window.sliders
    panel.all_z.set_open(True)
    panel.filter_edit.setText("10–30")
    pause(300)
    bar = panel.verticalScrollBar()
    bar.setValue(bar.maximum())
    pause(300)


def menu_export(scene: Stage) -> None:
    scene.window.sliders.verticalScrollBar().setValue(0)
    scene.window.top_bar.export.click()
    pause(200)


def menu_model(scene: Stage) -> None:
    scene.window.shell.settings.remember_model("/models/a-model-with-a-name-of-more-than-forty-letters.safetensors")
    scene.window.chip.open_menu()
    pause(200)


def keys(scene: Stage) -> None:
    scene.window.actions_table[ActionId.KEYS].trigger()
    pause(300)


def guide(scene: Stage) -> None:
    scene.window.actions_table[ActionId.GUIDE].trigger()
    pause(300)


def notice(scene: Stage) -> None:
    bad = scene.home / "a-model-with-a-name-of-more-than-forty-letters.safetensors"
    bad.write_bytes(b"<!DOCTYPE html><html><body>404</body></html>")
    count = len(scene.program.board.notices)
    scene.program.opening.open_dropped([bad])
    until(lambda: len(scene.program.board.notices) > count)
    pause(400)


def drop(scene: Stage) -> None:
    for card in scene.window.notices.shown:
        scene.window.notices.dismiss(card.number)
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(scene.home / "face.png"))])
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(
        scene.window, QDragEnterEvent(QPoint(500, 300), Qt.DropAction.CopyAction, content, LEFT, none)
    )
    pause(200)


def grid(scene: Stage) -> None:
    from engine.devices import choose
    from engine.session import open_session

    QApplication.sendEvent(scene.window, QDragLeaveEvent())
    model = scene.explorer.model
    assert model is not None
    path = scene.home / "grid of twelve.png"
    session = open_session(model.path, choose("cpu").torch)
    export_grid(session, scene.explorer.gallery[:12], 4, path, scale=4)
    scene.program.opening.read_picture(path)
    until(lambda: scene.window.canvas.findChild(GridOverlay) is not None)
    overlay = scene.window.canvas.findChild(GridOverlay)
    assert overlay is not None
    QTest.mouseMove(overlay, overlay.cell_rect(6).center())
    scene.held.append(overlay)
    pause(300)


def pixels_drawing(scene: Stage) -> None:
    scene.explorer.open_model("glyphs" if "glyphs" in bundled_models() else runs.blank_pixelcnn(scene.home))
    until(lambda: scene.explorer.model is not None and scene.explorer.model.latent == 0)
    until(scene.settled)
    scene.explorer.set_seed(GLYPH_SEED)
    until(lambda: scene.explorer.drawing is Drawing.GROWING)
    until(lambda: scene.explorer.picture is not None and scene.explorer.picture.progress > 0.45)
    scene.explorer.cancel_picture()  # held still for its portrait
    _pose(scene, Drawing.GROWING)


def pixels_stopped(scene: Stage) -> None:
    _pose(scene, Drawing.STOPPED)


def _pose(scene: Stage, drawing: Drawing) -> None:
    scene.explorer._drawing = drawing
    scene.explorer.drawing_changed.emit(drawing)
    pause(200)


def pixels_class(scene: Stage) -> None:
    """A class was asked for, and drawn to the end."""
    scene.explorer.set_condition("class", 3.0)
    scene.window.tray.set_tab(1)
    until(scene.settled)
    pause(500)


def long_name(scene: Stage) -> None:
    model = load_model(bundled_model("glyphs"))
    path = scene.home / "long.safetensors"
    save_model(path, model.family, name="Handwritten glyphs of a name that is longer than forty letters")
    scene.explorer.open_model(str(path))
    until(lambda: scene.explorer.model is not None and scene.explorer.model.path == str(path))
    scene.settle()


def exporting(scene: Stage) -> None:
    scene.explorer.open_model("faces")
    until(lambda: scene.explorer.model is not None and scene.explorer.model.name.lower() == "faces")
    scene.settle()
    path = str(scene.home / "a-gallery-with-a-name-of-more-than-forty-letters.png")
    scene.program.receive(ExportProgressed(path=path, done=14, of=24))
    pause(200)


def exported(scene: Stage) -> None:
    scene.program.receive(Exported(path=str(scene.home / "faces-seed-47.png")))
    pause(400)


def notices(scene: Stage) -> None:
    """Very many, one told again and again, and the list that keeps them."""
    for number in range(1, 13):
        scene.program.board.post(f"“picture {number}.png” carries no recipe.", Level.PROBLEM)
    for _ in range(40):
        scene.program.board.post("The settings could not be written: the disk is full.", Level.WARNING)
    pause(300)
    button = scene.window.findChild(QPushButton, "status.notices")
    assert button is not None
    button.click()
    pause(300)


def settings_menu(scene: Stage) -> None:
    runs.dismissed(scene)
    button = scene.window.findChild(QToolButton, "settings")
    assert button is not None
    button.click()
    pause(300)


def smallest(scene: Stage) -> None:
    scene.explorer.open_model("faces")
    until(lambda: scene.explorer.model is not None and scene.explorer.model.name.lower() == "faces")
    scene.window.resize(960, 640)
    scene.settle()


def restore_size(scene: Stage) -> None:
    scene.window.resize(*SIZE_PX)


SCENES: dict[str, Scene] = {
    "ready": ready,
    "dragging": dragging,
    "before": before,
    "gallery": gallery,
    "focus": focus,
    "strip": strip,
    "raw-z": raw,
    "menu-export": menu_export,
    "menu-model": menu_model,
    "keys": keys,
    "guide": guide,
    "notice": notice,
    "drop": drop,
    "grid": grid,
    "pixels-drawing": pixels_drawing,
    "pixels-stopped": pixels_stopped,
    "pixels-class": pixels_class,
    "long-name": long_name,
    "exporting": exporting,
    "exported": exported,
    "notices": notices,
    "settings-menu": settings_menu,
    **sets.SCENES,
    "smallest": smallest,
    "train-empty": runs.empty,
    "train-preparing": runs.preparing,
    "train-running": runs.running,
    "train-paused": runs.paused,
    "train-stopping": runs.stopping,
    "train-finished": runs.finished,
    "train-resumed": runs.resumed,
    "train-failed": runs.failed,
    "train-diverged": runs.diverged,
    "train-long-name": runs.long_name,
}


def draw(out: Path, scale: str, *, only: str = "", every: bool = False) -> int:
    """Play the scenes in order (each builds on those before) and photograph those that are wanted."""
    wanted = set(only.split(",")) if only else set(SCENES) | set(STARTS) if every else set(KEPT)
    names = list(SCENES)
    last = max((names.index(name) for name in wanted if name in SCENES), default=-1)
    if last >= 0:
        with stage() as scene:
            for name in names[: last + 1]:
                if not every and name not in wanted and name not in ("ready", "train-empty"):
                    continue
                if name == "train-empty":
                    restore_size(scene)
                SCENES[name](scene)
                if name in wanted:
                    _both(scene, out, name if every else KEPT.get(name, name), scale)
                scene.strike()
    for name, start in STARTS.items():
        if name in wanted:
            with start() as scene:
                _both(scene, out, name, scale)
    return 0


def _both(scene: Stage, out: Path, name: str, scale: str) -> None:
    for scheme in (theme.Scheme.LIGHT, theme.Scheme.DARK):
        theme.apply(scene.app, scheme)
        pause(250)
        suffix = "png" if scale == "1" else "webp"
        save_small(photograph(scene), out / f"{name}-{scheme.value}-{scale}x.{suffix}")
    print(f"{name} {scale}x", file=sys.stderr, flush=True)


__all__ = ["KEPT", "SCENES", "draw"]
