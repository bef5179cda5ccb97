"""Where torch works: the words at the foot of the window, and the way to another device."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from app.controls.menu_heading import add_heading
from app.store.engine_status import EngineStatus
from app.store.kept.settings import DEVICE, Settings
from app.store.notices import NoticeBoard

_WORDS = {
    "auto": "The best there is",
    "cpu": "CPU",
    "cuda": "GPU (CUDA)",
    "mps": "Apple GPU",
}
_SHORT = {"auto": "the best device there is", "cpu": "the CPU", "cuda": "the GPU", "mps": "the Apple GPU"}


class DeviceButton(QPushButton):
    """The device's name; pressed, it offers the others. Another one is taken when Zscape starts again."""

    def __init__(self, board: NoticeBoard, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._board, self._settings = board, settings
        self._devices: tuple[str, ...] = ()
        self.menu_of_devices = QMenu(self)
        self.setObjectName("status.engine")
        self.setProperty("kind", "link")
        self.setToolTip("Where pictures are drawn, and how long the last one took. Press to choose another device")
        self.clicked.connect(self.open_menu)

    def set_status(self, status: EngineStatus) -> None:
        """Hear which devices there are."""
        self._devices = status.devices

    def open_menu(self) -> None:
        """Upwards from the foot of the window."""
        self._fill()
        height = self.menu_of_devices.sizeHint().height()
        self.menu_of_devices.popup(self.mapToGlobal(QPoint(0, -height)))

    def _fill(self) -> None:
        menu, wished = self.menu_of_devices, self._settings.get(DEVICE)
        menu.clear()
        menu.setToolTipsVisible(True)
        add_heading(menu, "Work on")
        for device in DEVICE.choices:
            action = menu.addAction(_WORDS[device])
            action.setCheckable(True)
            action.setChecked(device == wished)
            action.setEnabled(device in self._devices or device == wished)
            action.setToolTip("" if device in self._devices else "There is none here that torch can use.")
            action.triggered.connect(lambda _checked, device=device: self._on_device_triggered(device))

    def _on_device_triggered(self, device: str) -> None:
        if device != self._settings.get(DEVICE):
            self._settings.put(DEVICE, device)
            self._board.post(f"From the next start on Zscape works on {_SHORT[device]}.")
