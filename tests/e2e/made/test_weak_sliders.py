"""Sliders are measured in the open window: one that moves nothing goes, one that drags others along goes below."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import torch
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from engine.disk.bundled import find_model
from engine.evaluation.cards import write_sliders
from engine.opened.model import open_model_file
from tests.e2e.opened import opened
from tests.pages import explore
from tests.patience import PATIENCE_MS


def spoiled(folder: Path) -> Path:
    """The bundled faces with a smile that does not smile, and a light that turns the head further than it lights."""
    path = folder / "spoiled.safetensors"
    shutil.copy(find_model("faces"), path)
    extra = open_model_file(path, torch.device("cpu")).explorables
    assert extra is not None
    place = {one.name: k for k, one in enumerate(extra.directions)}
    moves = extra.directions_MD.clone()
    moves[place["smile"]] *= 0.01
    moves[place["light"]] = 0.4 * moves[place["light"]] + 1.5 * moves[place["yaw"]]
    kept = [place[name] for name in ("smile", "light", "glasses", "yaw")]
    few = replace(extra, directions_MD=moves[kept], directions=tuple(extra.directions[k] for k in kept))
    write_sliders(path, few, "spoiled")
    return path


def test_weak_sliders_are_found_by_measuring_and_known_the_next_time(qtbot: QtBot, tmp_path: Path) -> None:
    path, home = spoiled(tmp_path), tmp_path / "home"
    with opened(qtbot, home, str(path), "Faces", timeout_ms=PATIENCE_MS) as window:
        explorer, panel = window.shell.explorer, explore(window).sliders
        qtbot.waitUntil(lambda: len(panel.look.rows) == 4, timeout=PATIENCE_MS)  # the bundled faces are open before
        assert set(panel.look.rows) == {"smile", "light", "glasses", "yaw"}, "nothing was measured, nothing is weak"
        explorer.meter.measure()
        qtbot.waitUntil(lambda: explorer.meter.matrix is not None, timeout=PATIENCE_MS)
        assert list(panel.look.rows) == ["glasses", "yaw", "light"]
        matrix = explorer.meter.matrix
        assert matrix is not None
        light = dict(zip(matrix.attributes, matrix.rows[matrix.sliders.index("light")], strict=True))
        assert abs(light["yaw"]) > light["light"] > 0.2
        assert "moves turn" in panel.look.rows["light"].track.toolTip()
    with opened(qtbot, home, str(path), "Faces", timeout_ms=PATIENCE_MS) as window:
        panel = explore(window).sliders
        qtbot.waitUntil(lambda: list(panel.look.rows) == ["glasses", "yaw", "light"], timeout=PATIENCE_MS)
        assert "Weak" in {label.text() for label in panel.look.findChildren(QLabel)}
        assert panel.look.header.note == "1 left out"


def test_a_bundled_model_says_what_its_sliders_are_worth_unasked(qtbot: QtBot, tmp_path: Path) -> None:
    """Its card carries what `evaluate --sliders --card` found: nobody has to measure first."""
    with opened(qtbot, tmp_path / "home", "faces-dcgan", "Faces, DCGAN", timeout_ms=PATIENCE_MS) as window:
        explorer, panel = window.shell.explorer, explore(window).sliders
        qtbot.waitUntil(lambda: explorer.meter.matrix is not None, timeout=PATIENCE_MS)
        weak = {"gaze", "brow", "nose", "eyes_open"}
        qtbot.waitUntil(lambda: set(list(panel.look.rows)[-4:]) == weak, timeout=PATIENCE_MS)
        rows = panel.look.rows
        assert "Weak: it does only" in rows["gaze"].track.toolTip()
        assert "it moves skin along" in rows["eyes_open"].track.toolTip()
        assert "Weak" not in rows["smile"].track.toolTip()
