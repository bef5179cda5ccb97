"""R9, sampled: a monkey at the window, without exception, Qt warning or hang."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from app.program import Program
from tests.app.fake_engine import FakeEngine
from tests.app.monkey import Monkey, rest

DEEDS = int(os.environ.get("ZSCAPE_MONKEY_DEEDS", "200"))


@pytest.mark.timeout(max(600, DEEDS))
@pytest.mark.parametrize("seed", [1, 2])
def test_a_monkey_breaks_nothing(
    open_program: Callable[..., Program], seed: int, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: True)
    engine = FakeEngine()
    program = open_program(engine)
    program.exporting.start_drag = lambda path, pixmap: None
    monkey = Monkey(program, engine, seed)
    deeds: list[str] = []
    with qtbot.captureExceptions() as exceptions:
        for _ in range(DEEDS):
            deeds.append(monkey.act())
            assert not exceptions, (deeds[-20:], exceptions)
        rest(monkey)
    explorer = program.explorer
    assert program.window.isVisible()
    assert explorer.place.recipe is not None
    assert explorer.pictures.picture is not None, deeds[-20:]
    assert explorer.pictures.picture.recipe == explorer.place.recipe, deeds[-20:]
