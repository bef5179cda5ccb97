"""What stands around the picture: menus, help, notices, exports on their way, files over the window."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

from app.shell.actions import ActionId
from app.shell.palette import Palette
from app.store.notices import Level
from engine.protocol.answers import Exported, ExportProgressed
from tests.pages import explore
from tests.shots import runs
from tests.shots.stage import LEFT, Stage, pause, until


def menu_export(scene: Stage) -> None:
    explore(scene.window).sliders.verticalScrollBar().setValue(0)
    scene.window.top_bar.export.click()
    pause(200)


def menu_model(scene: Stage) -> None:
    scene.window.shell.settings.remember_model("/models/a-model-with-a-name-of-more-than-forty-letters.safetensors")
    scene.window.chip.open_menu()
    pause(200)


def keys(scene: Stage) -> None:
    scene.window.actions_table[ActionId.KEYS].trigger()
    pause(300)


def palette(scene: Stage) -> None:
    """Anything is found by some of its letters."""
    scene.window.actions_table[ActionId.PALETTE].trigger()
    opened = scene.window.findChild(Palette)
    assert opened is not None
    QTest.keyClicks(opened.edit, "sm")
    pause(300)
    scene.held.append(opened)


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


def exporting(scene: Stage) -> None:
    scene.explorer.models.open("faces")
    until(lambda: scene.explorer.models.model is not None and scene.explorer.models.model.name.lower() == "faces")
    scene.settle()
    path = str(scene.home / "a-gallery-with-a-name-of-more-than-forty-letters.png")
    scene.program.receive(ExportProgressed(path=path, done=14, of=24))
    pause(200)


def exported(scene: Stage) -> None:
    scene.program.receive(Exported(path=str(scene.home / "faces-seed-54.png")))
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
