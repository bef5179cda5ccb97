"""The pages on which places are put together: a path with its ways side by side, a sum with its neighbours."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from app.arithmetic.page import ArithmeticPage
from app.path.page import PathPage
from engine.protocol.walks import Way
from tests.shots.stage import LEFT, Stage, pause, until

KEYFRAMES = (8, 70, 44, 54, 22)


def path_empty(scene: Stage) -> None:
    scene.window.show_page("path")
    pause(500)


def path(scene: Stage) -> None:
    """Five faces on a loop of even speed, its speed beside that of the other ways, the hand at a second and a half."""
    scene.window.show_page("explore")
    for seed in KEYFRAMES:
        scene.explorer.place.set_seed(seed)
        until(scene.settled)
        scene.explorer.paths.add()
    scene.window.show_page("path")
    page = scene.window.page("path")
    assert isinstance(page, PathPage)
    QTest.mouseClick(page.side.ways.rows[Way.EVEN], LEFT)
    QTest.mouseClick(page.side.loop, LEFT)
    paths = scene.explorer.paths
    until(lambda: set(paths.looks) == set(Way) and paths.is_final)
    until(lambda: all(key.image() is not None for key in page.timeline.keys))
    QTest.mouseClick(page.timeline, LEFT, pos=QPoint(round(page.timeline.x_of(1.5)), 8))
    board = scene.explorer.boards.stage("path")
    until(lambda: board.picture is not None)
    pause(800)


def arithmetic_empty(scene: Stage) -> None:
    scene.window.show_page("arithmetic")
    pause(800)


def arithmetic(scene: Stage) -> None:
    """Man with glasses less man plus woman."""
    page = scene.window.page("arithmetic")
    assert isinstance(page, ArithmeticPage)
    QTest.mouseClick(page.presets["Glasses"], LEFT)
    board = scene.explorer.boards.board("sum.cell", 9)
    until(lambda: all(board.cell(k) is not None for k in range(9)))
    pause(800)


SCENES = {
    "path-empty": path_empty,
    "path": path,
    "arithmetic-empty": arithmetic_empty,
    "arithmetic": arithmetic,
}
