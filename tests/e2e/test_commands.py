"""Copy as command: what is copied is run in a process of its own, and draws the same pixels."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.shell.actions import ActionId
from app.shell.window import MainWindow
from engine.opened.export import read_png_memory
from tests.e2e.opened import opened_as_ever
from tests.patience import PATIENCE_MS, PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def window(qapp: object, tmp_path: Path) -> Iterator[MainWindow]:
    with opened_as_ever(tmp_path / "home") as window:
        yield window


def run(words: list[str], folder: Path) -> dict[str, Any]:
    """What `zscape` answers, in a folder."""
    assert words[0] == "zscape"
    command = [sys.executable, str(ROOT / "main.py"), "--json", *words[1:]]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])["result"]
    return answer


def test_the_copied_command_draws_the_canvas(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    explorer = window.shell.explorer
    explorer.place.set_seed(44)
    explorer.place.set_direction("smile", 1.3)
    explorer.place.set_axis(2, -0.7)
    explorer.place.set_raw(5, 1.25)
    here, pictures = explorer.place.recipe, explorer.pictures
    qtbot.waitUntil(lambda: pictures.image_of(here) is not None, timeout=PATIENCE_MS)
    QTest.keyClick(window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[-2:] == ["--out", "picture.png"]
    run(words, tmp_path)
    _, pixels = read_png_memory(tmp_path / "picture.png")
    assert np.array_equal(pixels, pictures.image_of(here))  # type: ignore[arg-type]


def test_the_copied_command_draws_the_grid_to_the_same_bytes(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    explorer, actions = window.shell.explorer, window.actions_table
    explorer.place.set_seed(44)
    grids = explorer.grids
    grids.open()
    grids.change(
        replace(
            grids.plan,
            rows=replace(grids.plan.rows, low=-1.5, count=3),
            columns=replace(grids.plan.columns, count=2),
            title="It's a grid",
            scale=1,
        )
    )
    qtbot.waitUntil(lambda: grids.drawn == 6, timeout=PATIENCE_MS)
    out = tmp_path / "window.png"
    window.shell.dialogs.ask_save = lambda title, suggestion, filters, then: then(out)  # type: ignore[method-assign]
    window.shell.exporting.export_sheet(grids.cells, 2, 1, grids.sheet())
    qtbot.waitUntil(out.is_file, timeout=PATIENCE_MS)
    actions[ActionId.COPY_COMMAND].trigger()
    run(shlex.split(QGuiApplication.clipboard().text()), tmp_path)
    assert (tmp_path / "grid.png").read_bytes() == out.read_bytes()
