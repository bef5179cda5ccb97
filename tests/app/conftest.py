"""The window's test bench: an engine that answers at once (or on demand) with pictures made by numpy alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, QThread, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.controls.plots.library import library
from app.flows.commands import CommandFlow
from app.flows.directing import DirectionFlow
from app.flows.exporting import ExportFlow
from app.flows.file_dialogs import FileDialogs
from app.flows.finding import PlaceFinder
from app.flows.making import SetFlow
from app.flows.opening import OpeningFlow
from app.flows.saving import CurveFlow
from app.flows.sessions import SessionFlow
from app.flows.shelving import ShelfFlow
from app.flows.tellings import Teller
from app.flows.walking import WalkFlow
from app.look.theme import theme
from app.program import Program
from app.store.kept.session import SessionState
from app.store.kept.settings import Settings
from app.store.notices import NoticeBoard
from app.store.state import Explorer
from engine.protocol.answers import Event, Ready
from engine.protocol.values import Image, Recipe
from tests.app.fake_engine import FACES, FakeClient, FakeEngine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Menus and popups ask a screen for what the offscreen one cannot do; every other Qt warning still fails."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture
def fake() -> FakeClient:
    """A client whose engine is ready and knows two models; set `fake.held = True` to answer on demand."""
    return FakeClient()


@pytest.fixture
def bare_explorer(qapp: QApplication, fake: FakeClient) -> Explorer:
    """A store as it is before any model is open."""
    explorer = Explorer(fake, draw_seed=_counted_seeds())
    fake.listener = explorer.receive
    return explorer


@pytest.fixture
def explorer(bare_explorer: Explorer, fake: FakeClient) -> Explorer:
    """A store with the faces open and their first picture shown."""
    fake.say(Ready(device="cpu", device_label="CPU", threads=2))
    bare_explorer.models.open(FACES.name)
    return bare_explorer


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves a visible window behind fails; threads are looked for, and waited for, for all tests."""
    yield
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return
    # The widget plug-in closes what it was given after this fixture; only strays are looked for here.
    given = {id(ref()) for ref, _ in getattr(request.node, "qt_widgets", [])}
    strays = [
        w for w in app.topLevelWidgets() if w.isVisible() and id(w) not in given and w.windowType().name != "Popup"
    ]
    for widget in strays:
        widget.close()
    assert not strays, f"windows left open: {strays}"


def running_children(root: QObject) -> list[QObject]:
    """Repeating timers and threads below `root` that still run; a last single shot goes with its owner."""
    timers = [timer for timer in root.findChildren(QTimer) if timer.isActive() and not timer.isSingleShot()]
    threads = [thread for thread in root.findChildren(QThread) if thread.isRunning()]
    return [*timers, *threads]


def _counted_seeds() -> Callable[[], int]:
    state = {"next": 1000}

    def draw() -> int:
        state["next"] += 1
        return state["next"]

    return draw


@pytest.fixture(autouse=True)
def plots_are_here() -> None:
    """pyqtgraph is imported once, before anything is timed or counted; only one test watches it come.

    The theme is made first: made by the importing thread, as no program does it, it would call nobody in this one.
    """
    theme()
    library().wait()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def picture() -> Image:
    """Some picture."""
    rng = np.random.default_rng(3)
    return rng.integers(0, 255, (64, 64, 3), dtype=np.uint8)


class FakeDialogs(FileDialogs):
    """File dialogs that answer what `answers` holds, and remember what they were asked."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: Path | None = None
        self.asked: list[tuple[str, Path]] = []

    def ask_open(self, title: str, folder: str, filters: str, then: Callable[[Path], object]) -> None:
        self._ask(title, Path(folder), then)

    def ask_save(self, title: str, suggestion: Path, filters: str, then: Callable[[Path], object]) -> None:
        self._ask(title, suggestion, then)

    def ask_folder(self, title: str, folder: str, then: Callable[[Path], object]) -> None:
        self._ask(title, Path(folder), then)

    def _ask(self, title: str, suggestion: Path, then: Callable[[Path], object]) -> None:
        self.asked.append((title, suggestion))
        if self.answer is not None:
            then(self.answer)


class Desk(QObject):
    """All parts of the program but its window, on a fake engine: what the bars and flows are tested with."""

    def __init__(self, explorer: Explorer, fake: FakeClient, home: Path) -> None:
        super().__init__()
        self.explorer = explorer
        self.fake = fake
        self.home = home
        self.board = NoticeBoard(self)
        self.settings = Settings(home, self)
        self.dialogs = FakeDialogs()
        self.opening = OpeningFlow(explorer, fake, self.board, self.settings, self.dialogs, self)
        self.exporting = ExportFlow(explorer, fake, self.board, self.settings, self.dialogs, home, self)
        self.sets = SetFlow(fake, self.board, self.settings, self.opening, self)
        self.finder = PlaceFinder(explorer, fake, self.board, self)
        self.walks = WalkFlow(explorer, self.board, self.settings, self.dialogs, self)
        self.sessions = SessionFlow(explorer, self.board, self.settings, self.dialogs, SessionState, self)
        self.directing = DirectionFlow(explorer, self.board, self.settings, self.dialogs, self)
        self.curves = CurveFlow(self.board, self.settings, self.dialogs, self)
        self.shelf = ShelfFlow(explorer, self.board, self.settings, self.dialogs, self.opening, self)
        self.commands = CommandFlow(explorer, self.board, home, self)
        self.teller = Teller(explorer, self.board, self.opening, self.exporting, self)
        self.asked: list[str] = []
        self.stopped_cleanly = True
        fake.listener = self.receive

    def receive(self, event: Event) -> None:
        if self.finder.receive(event):
            return
        self.explorer.receive(event)
        if self.directing.receive(event):
            return
        for part in (self.opening, self.exporting, self.sets, self.shelf, self.teller):
            part.receive(event)

    def show_page(self, page: str) -> None:
        self.asked.append(page)

    def open_picture_menu(self, at: QPoint) -> None:
        self.asked.append("picture menu")

    def open_place_menu(self, recipe: Recipe, at: QPoint) -> None:
        self.asked.append("place menu")

    def close(self) -> None:
        self.asked.append("close")

    @property
    def client(self) -> FakeClient:
        return self.fake

    def make_set(self) -> None:
        self.asked.append("draw")

    def add_to_path(self, recipe: Recipe | None = None) -> None:
        self.explorer.paths.add(recipe)

    def open_palette(self) -> None:
        self.asked.append("palette")

    def show_directions(self, tab: str = "list") -> None:
        self.asked.append(f"directions {tab}")

    def show_keys(self) -> None:
        self.asked.append("keys")

    def show_guide(self, about: str = "") -> None:
        self.asked.append("guide")

    def open_home(self) -> None:
        self.asked.append("home")

    def quit(self) -> None:
        self.asked.append("quit")

    @property
    def told(self) -> list[str]:
        """The sentences of the notices."""
        return [notice.sentence for notice in self.board.notices]


@pytest.fixture
def desk(explorer: Explorer, fake: FakeClient, home: Path) -> Desk:
    """The parts of the program with the faces open."""
    return Desk(explorer, fake, home)


@pytest.fixture
def open_program(qtbot: QtBot, home: Path) -> Iterator[Callable[..., Program]]:
    """Opens whole programs on fake engines, as often as a test starts one; each is closed in the end."""
    opened: list[Program] = []

    def open_one(engine: FakeEngine | None = None, *, folder: Path = home, show: bool = True) -> Program:
        engine = engine or FakeEngine()
        program = Program(folder, engine, FakeDialogs())
        engine.listener = program.receive
        qtbot.addWidget(program.window)
        opened.append(program)
        if show:
            program.window.show()
            qtbot.waitExposed(program.window)
            qtbot.waitUntil(lambda: engine.is_started)
        return program

    yield open_one
    for program in opened:
        program.window.close()


@pytest.fixture
def program(open_program: Callable[..., Program]) -> Program:
    """The whole program on a fake engine, shown and started, the faces open."""
    return open_program()
