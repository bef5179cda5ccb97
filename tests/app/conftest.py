"""The window's test bench: an engine that answers at once (or on demand) with pictures made by numpy alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication

from app.state import Explorer
from engine.protocol import Image, Ready
from tests.app.fake_engine import FACES, FakeClient


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
    bare_explorer.open_model(FACES.name)
    return bare_explorer


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves a visible window, a running timer or a thread behind fails."""
    threads_before = set(threading.enumerate())
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
    left = [thread for thread in threading.enumerate() if thread not in threads_before and thread.is_alive()]
    assert not strays, f"windows left open: {strays}"
    assert not left, f"threads left running: {left}"


def running_children(root: QObject) -> list[QObject]:
    """Timers and threads below `root` that still run."""
    timers = [timer for timer in root.findChildren(QTimer) if timer.isActive()]
    threads = [thread for thread in root.findChildren(QThread) if thread.isRunning()]
    return [*timers, *threads]


def _counted_seeds() -> Callable[[], int]:
    state = {"next": 1000}

    def draw() -> int:
        state["next"] += 1
        return state["next"]

    return draw


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
