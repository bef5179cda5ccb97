"""Notices: one route, kept, told again, copied; and the cards on screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.shell.notice_widgets import LEAVES_MS, NoticeList, NoticeStack
from app.store.notices import Level, Notice, NoticeAction, NoticeBoard
from engine.protocol.values import Problem


@pytest.fixture
def board(qapp: object) -> NoticeBoard:
    return NoticeBoard()


@pytest.fixture
def stack(qtbot: QtBot, board: NoticeBoard) -> Iterator[NoticeStack]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(960, 600)
    stack = NoticeStack(board, window)
    window.show()
    yield stack
    stack.dismiss_all()


def named(inside: QWidget, label: str) -> QPushButton | QToolButton:
    buttons = [*inside.findChildren(QPushButton), *inside.findChildren(QToolButton)]
    return next(button for button in buttons if button.accessibleName() == label)


def test_a_problem_keeps_its_file_and_code(board: NoticeBoard) -> None:
    board.post_problem(Problem(code="truncated", sentence="“a.zscape” is cut off.", path="/x/a.zscape", details="why"))
    (notice,) = board.notices
    assert notice.sentence == "“a.zscape” is cut off."
    assert all(word in notice.report for word in ("truncated", "/x/a.zscape", "why", "is cut off"))


def test_told_again_is_counted_not_stacked(board: NoticeBoard, stack: NoticeStack) -> None:
    for _ in range(3):
        board.post("The disk is full.", Level.PROBLEM)
    assert [notice.times for notice in board.notices] == [3]
    assert len(stack.shown) == 1
    assert any(label.text() == "3 times" for label in stack.findChildren(QLabel))


def test_notices_from_other_threads_arrive_on_the_window_s(board: NoticeBoard, qtbot: QtBot) -> None:
    heard: list[threading.Thread] = []
    board.posted.connect(lambda _: heard.append(threading.current_thread()))
    with qtbot.waitSignal(board.posted):
        thread = threading.Thread(target=lambda: board.post("from afar", Level.WARNING))
        thread.start()
        thread.join()
    assert heard == [threading.main_thread()]


def test_the_list_is_bounded(board: NoticeBoard) -> None:
    for k in range(300):
        board.post(f"notice {k}")
    assert len(board.notices) == 200
    assert board.notices[-1].sentence == "notice 299"


def test_three_cards_at_most_the_rest_stays_in_the_list(board: NoticeBoard, stack: NoticeStack) -> None:
    for k in range(5):
        board.post(f"Problem {k}", Level.PROBLEM)
    assert [card.accessibleName() for card in stack.shown] == [f"Problem: Problem {k}" for k in (2, 3, 4)]
    assert len(board.notices) == 5


def test_cards_stand_in_the_corner_and_follow_it(board: NoticeBoard, stack: NoticeStack, qtbot: QtBot) -> None:
    board.post("“ein-sehr-langer-Name-mit-vielen-Buchstaben-der-nicht-aufhört.zscape” " * 4, Level.PROBLEM)
    window = stack.parentWidget()
    assert window is not None
    for size in ((960, 600), (700, 500), (1280, 800)):
        window.resize(*size)
        qtbot.waitUntil(lambda: stack.geometry().bottom() == window.height() - 17)
        assert window.rect().contains(stack.geometry())
        assert stack.geometry().right() == window.width() - 17


def test_the_one_action_runs_and_the_card_goes(board: NoticeBoard, stack: NoticeStack, qtbot: QtBot) -> None:
    ran: list[str] = []
    board.post("No recipe in it.", Level.WARNING, action=NoticeAction("Find it in this model", lambda: ran.append("x")))
    qtbot.mouseClick(named(stack.shown[0], "Find it in this model"), Qt.MouseButton.LeftButton)
    assert ran == ["x"]
    assert stack.shown == ()
    assert stack.isHidden()


def test_copy_details_copies_the_report(board: NoticeBoard, stack: NoticeStack, qtbot: QtBot) -> None:
    board.post("It broke.", Level.PROBLEM, details="Traceback: line 1")
    qtbot.mouseClick(named(stack, "Copy details"), Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    assert "It broke." in text
    assert "Traceback: line 1" in text


def test_problems_stay_news_goes(
    board: NoticeBoard, stack: NoticeStack, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("app.shell.notice_widgets.LEAVES_MS", dict.fromkeys(LEAVES_MS, 1))
    board.post("Saved.")
    board.post("Learned.", Level.DONE)
    board.post("Not quite.", Level.WARNING)
    board.post("Not saved.", Level.PROBLEM)
    qtbot.waitUntil(lambda: len(stack.shown) == 1)
    assert stack.shown[0].accessibleName() == "Problem: Not saved."
    assert len(board.notices) == 4, "the list keeps all"


def test_cards_stand_in_the_area_they_are_given_and_follow_it(
    board: NoticeBoard, stack: NoticeStack, qtbot: QtBot
) -> None:
    window = stack.parentWidget()
    assert window is not None
    area = QWidget(window)
    area.setGeometry(10, 20, 500, 300)
    area.show()
    stack.set_area(area)
    board.post("It broke.", Level.PROBLEM)
    qtbot.waitUntil(lambda: area.geometry().contains(stack.geometry()))
    area.setGeometry(200, 100, 420, 280)
    qtbot.waitUntil(lambda: stack.geometry().bottomRight() == area.geometry().bottomRight() - QPoint(16, 16))
    assert area.geometry().contains(stack.geometry())


def test_a_long_file_name_runs_over_no_edge(board: NoticeBoard, stack: NoticeStack, qtbot: QtBot) -> None:
    name = "a-film-of-everything-I-found-between-two-faces_2026-11-30_final-final.webp"
    board.post(f"Saved “{name}”.")
    (card,) = stack.shown
    label = next(label for label in card.findChildren(QLabel) if label.text().startswith("Saved"))
    assert label.text().replace("\N{ZERO WIDTH SPACE}", "") == f"Saved “{name}”."
    qtbot.waitUntil(lambda: label.width() > 100)
    pieces = label.text().replace("\N{ZERO WIDTH SPACE}", " ").split()
    assert max(map(label.fontMetrics().horizontalAdvance, pieces)) <= label.width()


def test_beside_a_small_picture_no_button_is_cut(board: NoticeBoard, stack: NoticeStack, qtbot: QtBot) -> None:
    """“Find it in this model” was “d it in this mo”."""
    narrow = QWidget(stack.parentWidget())
    narrow.setGeometry(0, 0, 272, 600)
    narrow.show()
    stack.set_area(narrow)
    find = NoticeAction("Find it in this model", lambda: None)
    board.post_problem(Problem(code="none", sentence="“me.png” carries no recipe."), find, Level.WARNING)

    def whole() -> bool:
        shown = [named(stack, "Find it in this model"), named(stack, "Copy details")]
        inside = [stack.rect().contains(QRect(one.mapTo(stack, QPoint(0, 0)), one.size())) for one in shown]
        return all(one.width() >= one.sizeHint().width() for one in shown) and all(inside)

    qtbot.waitUntil(whole)
    assert stack.width() == 272 - 32


def test_a_low_area_cuts_no_sentence(board: NoticeBoard, stack: NoticeStack, qtbot: QtBot) -> None:
    """Below the sums two notices had 40 pixels each: half a line could be read of either."""
    window = stack.parentWidget()
    assert window is not None
    area = QWidget(window)
    area.setGeometry(70, 480, 800, 120)
    area.show()
    stack.set_area(area)
    for k in range(2):
        board.post(f"“purple dragons {k}” names nothing. " + "Try left, right, down, up, old. " * 8, Level.PROBLEM)
    qtbot.waitUntil(lambda: stack.geometry().bottom() == area.geometry().bottom() - 16)
    assert window.rect().contains(stack.geometry())
    for card in stack.shown:
        label = next(label for label in card.findChildren(QLabel) if "names nothing" in label.text())
        qtbot.waitUntil(lambda label=label: label.height() >= label.heightForWidth(label.width()) > 0)


def test_the_newest_goes_first(board: NoticeBoard, stack: NoticeStack) -> None:
    for k in range(2):
        board.post(f"Problem {k}", Level.PROBLEM)
    assert stack.dismiss_newest()
    assert [card.accessibleName() for card in stack.shown] == ["Problem: Problem 0"]
    assert stack.dismiss_newest()
    assert not stack.dismiss_newest()


def test_file_names_are_never_markup(board: NoticeBoard, stack: NoticeStack) -> None:
    board.post("“<b>bold</b>%s\u202e.png” is not a picture.", Level.PROBLEM)
    label = next(label for label in stack.findChildren(QLabel) if "bold" in label.text())
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_the_list_shows_all_newest_first_and_clears(board: NoticeBoard, stack: NoticeStack, qtbot: QtBot) -> None:
    for k in range(12):
        board.post(f"Problem {k}", Level.PROBLEM)
    window = stack.parentWidget()
    assert window is not None
    listed = NoticeList(board, window)
    qtbot.addWidget(listed)
    listed.open_above(window)
    texts = [label.text() for label in listed.findChildren(QLabel) if label.text().startswith("Problem ")]
    assert texts == [f"Problem {k}" for k in range(11, -1, -1)]
    clear = next(button for button in listed.findChildren(QPushButton) if button.text() == "Clear all")
    qtbot.mouseClick(clear, Qt.MouseButton.LeftButton)
    assert board.notices == ()


def test_equal_words_of_another_level_are_another_notice(board: NoticeBoard) -> None:
    board.post("x", Level.WARNING)
    board.post("x", Level.PROBLEM)
    assert [type(notice) for notice in board.notices] == [Notice, Notice]
