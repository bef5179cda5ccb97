"""R12: an exception in a slot, a Qt virtual, a thread, a destructor: each becomes a notice, and the app lives."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, Signal, qCritical
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.flows.errors import ErrorHooks
from app.store.notices import NoticeBoard


@pytest.fixture
def board(qapp: object) -> NoticeBoard:
    return NoticeBoard()


@pytest.fixture
def hooks(board: NoticeBoard, home: Path) -> Iterator[ErrorHooks]:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    hooks = ErrorHooks(board, home / "zscape.log")
    hooks.install()
    yield hooks
    hooks.remove()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def assert_told(board: NoticeBoard, hooks: ErrorHooks, words: str) -> None:
    assert len(board.notices) == 1
    (notice,) = board.notices
    assert "Traceback" not in notice.sentence
    assert "Traceback" in notice.details
    assert words in notice.details
    assert words in hooks.log_path.read_text(encoding="utf-8")


def test_exception_in_a_slot(board: NoticeBoard, hooks: ErrorHooks, qtbot: QtBot) -> None:
    button = QPushButton("press")
    qtbot.addWidget(button)

    def slot() -> None:
        raise RuntimeError("slot broke")

    button.clicked.connect(slot)
    button.show()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert_told(board, hooks, "slot broke")


def test_exception_in_a_paint_event_is_told_once(board: NoticeBoard, hooks: ErrorHooks, qtbot: QtBot) -> None:
    class BrokenWidget(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            raise ValueError("paint broke")

    widget = BrokenWidget()
    qtbot.addWidget(widget)
    widget.show()

    def has_painted_thrice() -> bool:
        widget.update()
        return hooks.log_path.read_text(encoding="utf-8").count("ValueError: paint broke") >= 3

    qtbot.waitUntil(has_painted_thrice)
    widget.hide()
    assert_told(board, hooks, "paint broke")
    assert board.notices[0].times == 1


def test_exception_in_a_thread(board: NoticeBoard, hooks: ErrorHooks, qtbot: QtBot) -> None:
    def work() -> None:
        raise RuntimeError("thread broke")

    with qtbot.waitSignal(board.posted):
        thread = threading.Thread(target=work, name="engine")
        thread.start()
        thread.join()
    assert_told(board, hooks, "thread broke")


def test_exception_in_a_destructor(board: NoticeBoard, hooks: ErrorHooks) -> None:
    class Unlucky:
        def __del__(self) -> None:
            raise RuntimeError("destructor broke")

    Unlucky()
    assert_told(board, hooks, "destructor broke")


def test_exception_in_a_slot_of_a_queued_signal(board: NoticeBoard, hooks: ErrorHooks, qtbot: QtBot) -> None:
    class Source(QObject):
        said = Signal()

    def slot() -> None:
        raise RuntimeError("queued broke")

    source = Source()
    source.said.connect(slot, Qt.ConnectionType.QueuedConnection)
    with qtbot.waitSignal(board.posted):
        source.said.emit()
    assert_told(board, hooks, "queued broke")


def test_what_qt_complains_of(board: NoticeBoard, hooks: ErrorHooks) -> None:
    qCritical("out of handles")
    assert "out of handles" in board.notices[0].sentence
    assert "out of handles" in hooks.log_path.read_text(encoding="utf-8")


def test_interrupt_quits_instead(board: NoticeBoard, home: Path) -> None:
    asked: list[int] = []
    hooks = ErrorHooks(board, home / "log", on_interrupt=lambda: asked.append(1))
    hooks.install()
    try:
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    finally:
        hooks.remove()
    assert asked == [1]
    assert board.notices == ()


def test_a_home_that_cannot_be_written_is_no_reason_to_die(board: NoticeBoard, home: Path) -> None:
    (home / "blocked").write_text("a file where a folder should be")
    hooks = ErrorHooks(board, home / "blocked" / "zscape.log")
    hooks.install()
    try:
        sys.excepthook(RuntimeError, RuntimeError("still told"), None)
    finally:
        hooks.remove()
    assert len(board.notices) == 1
    assert board.notices[0].action is None
