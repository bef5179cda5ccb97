"""Another device is chosen at the foot of the window, kept, and taken at the next start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.run import create_window
from app.shell.device_menu import DeviceButton
from app.shell.statusbar import StatusBar
from app.store.kept.settings import DEVICE, Settings
from app.store.notices import Level
from engine.protocol.answers import Ready
from tests.app.conftest import Desk


@pytest.fixture
def status(desk: Desk, qtbot: QtBot) -> StatusBar:
    status = StatusBar(desk.explorer, desk.board, desk.settings)
    qtbot.addWidget(status)
    status.show()
    return status


@pytest.fixture
def button(status: StatusBar) -> DeviceButton:
    button = status.findChild(DeviceButton)
    assert button is not None
    return button


def offered(button: DeviceButton) -> dict[str, QAction]:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    button.menu_of_devices.close()
    return {action.text(): action for action in button.menu_of_devices.actions() if action.isCheckable()}


def test_a_device_is_chosen_for_the_next_start(desk: Desk, button: DeviceButton) -> None:
    desk.explorer.receive(Ready(device="cpu", device_label="CPU", threads=1, devices=("auto", "cpu")))
    actions = offered(button)
    assert list(actions) == ["The best there is", "CPU", "GPU (CUDA)", "Apple GPU"]
    assert actions["The best there is"].isChecked()
    assert not actions["GPU (CUDA)"].isEnabled()
    assert "none here" in actions["GPU (CUDA)"].toolTip()
    actions["CPU"].trigger()
    assert desk.settings.get(DEVICE) == "cpu"
    assert Settings(desk.home).get(DEVICE) == "cpu"
    assert desk.board.notices[0].sentence == "From the next start on Zscape works on the CPU."
    assert offered(button)["CPU"].isChecked()


def test_a_gpu_is_offered_where_there_is_one(desk: Desk, button: DeviceButton) -> None:
    desk.explorer.receive(Ready(device="cuda", device_label="H200", threads=1, devices=("auto", "cpu", "cuda")))
    assert offered(button)["GPU (CUDA)"].isEnabled()


def test_a_wish_that_cannot_be_met_is_told(desk: Desk, button: DeviceButton) -> None:
    desk.receive(Ready(device="cpu", device_label="CPU", threads=1, note="No CUDA GPU is usable here."))
    assert desk.board.notices[0].level is Level.WARNING


@pytest.mark.parametrize(("kept", "asked", "used"), [("cpu", "auto", "cpu"), ("auto", "auto", "auto"),
                                                     ("cuda", "cpu", "cpu")])  # fmt: skip
def test_the_kept_wish_is_used_unless_the_command_line_says_otherwise(
    qtbot: QtBot, tmp_path: Path, kept: str, asked: str, used: str
) -> None:
    Settings(tmp_path).put(DEVICE, kept)
    window = create_window(tmp_path, device=asked)
    qtbot.addWidget(window)
    assert window.shell.client._device == used
    window.close()
