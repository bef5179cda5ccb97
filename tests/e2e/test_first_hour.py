"""The first hour by hand: what an artist, a teacher and a researcher come for, in so many presses, by real events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image as Pillow
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.library.page import LibraryPage
from app.library.words import Shelf
from app.shell.window import MainWindow
from app.store.kept.settings import EXPORT_FOLDER
from app.train.page import TrainPage
from engine.disk.runs import RunFolder
from engine.protocol.values import Image
from engine.training.loop import Job, train
from tests.e2e.opened import opened
from tests.engine.small import SMALL, bars, drained
from tests.pages import explore
from tests.patience import PATIENCE_MS

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
PICTURES, SIDE = 500, 64


class Hand:
    """Presses, drags and types, and counts: a press, a drag, a drop and a word each are one."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self._qtbot = qtbot
        self._window = window
        self.count = 0

    def press(self, widget: QWidget, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self._qtbot.waitUntil(lambda: widget.isVisible() and widget.isEnabled(), timeout=PATIENCE_MS)
        self.count += 1
        QTest.mouseClick(widget, LEFT, keys)

    def press_entry(self, page: LibraryPage, source: str, keys: Qt.KeyboardModifier | None = None) -> None:
        self._qtbot.waitUntil(lambda: page.rows.row_of(source) >= 0, timeout=PATIENCE_MS)
        index = page.rows.index(page.rows.row_of(source))
        page.sheet.scrollTo(index)
        self.count += 1
        keys = keys or Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(page.sheet.viewport(), LEFT, keys, page.sheet.visualRect(index).center())

    def key(self, widget: QWidget, key: Qt.Key) -> None:
        self.count += 1
        QTest.keyClick(widget, key)

    def type(self, widget: QWidget, words: str) -> None:
        self.count += 1
        QTest.keyClicks(widget, words)

    def drag(self, widget: QWidget, share: float) -> None:
        self.count += 1
        middle = QPoint(widget.width() // 2, widget.height() // 2)
        QTest.mousePress(widget, LEFT, pos=middle)
        for step in range(1, 9):
            QTest.mouseMove(widget, middle + QPoint(round(step / 8 * share * widget.width() / 2), 0))
        QTest.mouseRelease(widget, LEFT, pos=middle + QPoint(round(share * widget.width() / 2), 0))

    def drop(self, path: Path) -> None:
        self.count += 1
        content = QMimeData()
        content.setUrls([QUrl.fromLocalFile(str(path))])
        copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self._window, QDragEnterEvent(QPoint(400, 300), copy, content, LEFT, none))
        QApplication.sendEvent(self._window, QDropEvent(QPointF(400, 300), copy, content, LEFT, none))

    def save(self) -> None:
        """Accept the name that the dialog suggests."""
        self._qtbot.waitUntil(lambda: bool(dialogs()), timeout=PATIENCE_MS)
        self.count += 1
        QTest.keyClick(dialogs()[0], Qt.Key.Key_Return)
        self._qtbot.waitUntil(lambda: not dialogs(), timeout=PATIENCE_MS)


def dialogs() -> list[QFileDialog]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, QFileDialog) and one.isVisible()]


def colourful(image: Image) -> float:
    """How far its channels are apart, in levels."""
    return float(np.ptp(image.astype(int).mean((0, 1))))


def folder_of_pictures(folder: Path) -> Path:
    """Discs of many colours on other colours, as no test of anything else draws them."""
    folder.mkdir()
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:SIDE, :SIDE]
    for number in range(PICTURES):
        ground, disc = (np.array((200, 90, 40)) + rng.integers(-40, 40, 3) for _ in range(2))
        centre, radius = rng.uniform(20, 44, 2), rng.uniform(8, 20)
        inside = ((y - centre[0]) ** 2 + (x - centre[1]) ** 2 < radius**2)[..., None]
        pixels = np.where(inside, disc[::-1], ground).clip(0, 255).astype(np.uint8)
        Pillow.fromarray(pixels).save(folder / f"{number:03d}.png")
    return folder


def library_of(window: MainWindow) -> LibraryPage:
    page = window.page("library")
    assert isinstance(page, LibraryPage)
    return page


def test_an_artist_moves_her_own_pictures_in_five_presses(qtbot: QtBot, tmp_path: Path) -> None:
    folder = folder_of_pictures(tmp_path / "discs")
    with opened(qtbot, tmp_path / "home", "faces", "Faces", timeout_ms=PATIENCE_MS) as window:
        hand, explorer = Hand(qtbot, window), window.shell.explorer
        qtbot.waitUntil(lambda: bool(explorer.runs.families), timeout=PATIENCE_MS)
        hand.drop(folder)
        page = window.page("train")
        assert isinstance(page, TrainPage)
        qtbot.waitUntil(lambda: not page.setup.missing(), timeout=PATIENCE_MS)
        command = page.setup.command()
        assert command is not None
        assert (dict(command.config).get("size", 64), dict(command.config).get("channels", 3)) == (64, 3)
        hand.press(page.setup.start_button)
        qtbot.waitUntil(lambda: explorer.runs.run is not None and bool(explorer.runs.run.grid), timeout=PATIENCE_MS)
        assert explorer.runs.run is not None
        assert max(map(colourful, explorer.runs.run.grid)) > 10
        hand.press(page.run.peek_button)
        qtbot.waitUntil(lambda: bool(explorer.models.model and explorer.models.model.live), timeout=PATIENCE_MS)
        sliders = explore(window).sliders
        qtbot.waitUntil(lambda: bool(sliders.axes.rows), timeout=PATIENCE_MS)
        before = explorer.place.recipe
        hand.drag(next(iter(sliders.axes.rows.values())).track, 0.6)
        assert before is not None
        qtbot.waitUntil(lambda: explorer.place.recipe not in (None, before), timeout=PATIENCE_MS)
        assert hand.count <= 5


def test_a_teacher_has_ten_people_with_the_same_glasses_in_two(qtbot: QtBot, tmp_path: Path) -> None:
    with opened(qtbot, tmp_path / "home", "faces", "Faces", timeout_ms=PATIENCE_MS) as window:
        hand, explorer = Hand(qtbot, window), window.shell.explorer
        sliders = explore(window).sliders
        qtbot.waitUntil(lambda: "glasses" in sliders.look.rows, timeout=PATIENCE_MS)
        hand.drag(sliders.look.rows["glasses"].track, 0.6)
        window.setFocus()
        hand.key(window, Qt.Key.Key_G)
        assert hand.count <= 2

        def drawn() -> list[Image]:
            images = [explorer.gallery.image(k) for k in range(len(explorer.gallery.recipes))]
            return [image for image in images if image is not None]

        qtbot.waitUntil(lambda: len(drawn()) >= 10, timeout=PATIENCE_MS)
        worn = {dict(recipe.directions).get("glasses") for recipe in explorer.gallery.recipes}
        assert len(worn) == 1
        assert (worn.pop() or 0.0) > 1.0
        assert len({recipe.seed for recipe in explorer.gallery.recipes}) >= 10
        assert len({image.tobytes() for image in drawn()}) >= 10


def test_a_researcher_compares_two_runs_in_six_and_keeps_order(qtbot: QtBot, tmp_path: Path) -> None:
    home = tmp_path / "home"
    runs = [learned(home, "first", 4), learned(home, "second", 6)]
    with opened(qtbot, home, "faces", "Faces", timeout_ms=PATIENCE_MS) as window:
        hand, shell = Hand(qtbot, window), window.shell
        shell.settings.put(EXPORT_FOLDER, str(tmp_path))
        hand.press(button(window, "mode.library"))
        page = library_of(window)
        first, second = map(str, runs)
        hand.press_entry(page, first)
        hand.press_entry(page, second, CTRL)
        hand.press(page.picks.compare_button)
        qtbot.waitUntil(lambda: page.compare.plot.is_comparing(), timeout=PATIENCE_MS)
        shown = {name: len(curves.curves["loss"]) for name, curves in page.compare.plot.runs.items()}
        assert shown == {run.name: len(RunFolder(run).read_metrics()) for run in runs}
        hand.press(page.compare.tables_button)
        hand.save()
        assert hand.count <= 6
        curves, figures = tmp_path / "2-runs-curves.csv", tmp_path / "2-runs-figures.csv"
        qtbot.waitUntil(lambda: curves.is_file() and figures.is_file(), timeout=PATIENCE_MS)
        assert len(figures.read_text(encoding="utf-8").splitlines()) == 3
        keep_order(qtbot, hand, window, page, first, second)


def keep_order(qtbot: QtBot, hand: Hand, window: MainWindow, page: LibraryPage, first: str, second: str) -> None:
    """Find, rename, delete and bring back."""
    hand.key(page.compare.back_button, Qt.Key.Key_Escape)
    hand.type(page.search, "first")
    qtbot.waitUntil(lambda: page.rows.sources == (first,), timeout=PATIENCE_MS)
    hand.press_entry(page, first)
    hand.key(page.sheet, Qt.Key.Key_F2)
    hand.type(page.entry.name_edit, "Discs in June")
    hand.key(page.entry.name_edit, Qt.Key.Key_Return)
    library = window.shell.explorer.library
    qtbot.waitUntil(lambda: library.title(first) == "Discs in June", timeout=PATIENCE_MS)
    assert RunFolder(Path(first)).read_config()["name"] == "Discs in June"
    window.shell.explorer.models.open(second)
    qtbot.waitUntil(lambda: window.shell.explorer.models.source == second, timeout=PATIENCE_MS)
    page.search.clear()
    hand.press_entry(page, first)
    hand.key(page.sheet, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not Path(first).exists(), timeout=PATIENCE_MS)
    page.rows.choose(shelf=Shelf.TRASH)
    qtbot.waitUntil(lambda: len(page.rows.sources) == 1, timeout=PATIENCE_MS)
    hand.press_entry(page, page.rows.sources[0])
    hand.press(page.entry.explore_button)
    qtbot.waitUntil(lambda: RunFolder(Path(first)).model.is_file(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: library.title(first) == "Discs in June", timeout=PATIENCE_MS)


def button(window: MainWindow, name: str) -> QWidget:
    found: QWidget | None = window.findChild(QWidget, name)
    assert found is not None
    return found


def learned(home: Path, name: str, steps: int) -> Path:
    run = home / "runs" / name
    values = {**SMALL["vae"], "steps": steps}
    drained(
        train(Job(run=run, name=name, family="vae", values=values, data="bars"), bars(), device=torch.device("cpu"))
    )
    return run
