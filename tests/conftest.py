"""Habits that hold for every test: a home of its own, no network, one torch thread, nothing left running."""

from __future__ import annotations

import os
import random
import socket
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.patience import PATIENCE_MS, PATIENCE_S

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ["OMP_NUM_THREADS"] = "1"  # resume is bit-exact for one thread count, and two cores are shared by everybody

for wait in (
    QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitExposed, QtBot.waitActive, QtBot.waitCallback,
):  # fmt: skip
    wait.__kwdefaults__["timeout"] = PATIENCE_MS


class NetworkTouched(AssertionError):
    """A test tried to talk to another machine."""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zscape never talks to anybody: connecting or looking up a name fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            raise NetworkTouched(f"connected to {address}")
        connect(self, address)

    def lookup(*where: Any, **_how: Any) -> None:
        raise NetworkTouched(f"looked up {where[0]}")

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, caches and logs of a test go where nobody else looks, in subprocesses too."""
    home = tmp_path_factory.mktemp("person")
    for name in ("HOME", "USERPROFILE", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("ZSCAPE_HOME", str(home / "zscape"))
    return home


@pytest.fixture(autouse=True)
def same_numbers_each_time(request: pytest.FixtureRequest) -> Iterator[None]:
    """One thread of torch, since other thread counts differ in the last bit, and random numbers of the test's own.

    Tests come in another order each time; their numbers do not, so that what fails fails again: Random and the gallery
    draw the same faces in each run.
    """
    own = zlib.crc32(request.node.nodeid.encode())
    random.seed(own)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
        torch.manual_seed(own)
    yield
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    """A test that leaves a thread running fails: one inside torch at the end aborts the interpreter."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if thread.ident is not None:  # what another thread is just beginning cannot be waited for yet
            thread.join(PATIENCE_S)
    left = [thread for thread in set(threading.enumerate()) - before if thread.is_alive()]
    assert not left, f"threads left running: {left}"


@pytest.fixture(autouse=True)
def no_button_held() -> Iterator[None]:
    """Qt's moves of the mouse hold whatever button was pressed and not let go, in every later test, too."""
    yield
    if isinstance(QApplication.instance(), QApplication):
        QTest.mouseRelease(QWidget(), Qt.MouseButton.LeftButton)


def pytest_configure(config: pytest.Config) -> None:
    """The plug-in that shuffles tests would give each of them other random numbers in each run, too."""
    if hasattr(config.option, "randomly_reset_seed"):
        config.option.randomly_reset_seed = False


def pytest_collection_finish() -> None:
    """A window that closes waits for its engine as long as it takes; the deadline is tried in other processes."""
    program = sys.modules.get("app.program")
    if program is not None:
        program.STOP_DEADLINE_S = PATIENCE_S  # type: ignore[attr-defined]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a GPU is skipped where there is none."""
    wanting = [item for item in items if item.get_closest_marker("gpu")]
    if wanting:
        import torch

        if not torch.cuda.is_available():
            for item in wanting:
                item.add_marker(pytest.mark.skip(reason="no GPU here"))
