"""A place to drop pictures into: the group where a direction starts, or where it leads."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout

from app.controls.buttons import link_button
from app.look.tokens import SPACE_8
from app.places.drop_box import DropBox, SmallPictures
from engine.protocol.values import Image


class Well(DropBox):
    """Says what a person does with it; the panel tells it what to show."""

    here_asked = Signal()
    favourites_asked = Signal()
    remove_asked = Signal(int)

    def __init__(self, title: str, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleName(title)
        self.title = QLabel(title)
        self.title.setProperty("tone", "secondary")
        self.add_button = link_button("Add…")
        self.add_button.setAccessibleName(f"Add to {title}")
        self.pictures = SmallPictures(40, 4, 2, empty="Drop pictures here")
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.add_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_8, SPACE_8, SPACE_8, SPACE_8)
        column.setSpacing(SPACE_8)
        column.addLayout(head)
        column.addWidget(self.pictures)
        column.addStretch(1)
        self.pictures.remove_asked.connect(self.remove_asked)
        self.add_button.clicked.connect(self._on_add_button_clicked)

    def set_images(self, images: list[Image | None]) -> None:
        """The group's pictures; None for one that is still to come."""
        self.pictures.set_images(images)

    def _on_add_button_clicked(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("The picture on the canvas", self.here_asked.emit)
        menu.addAction("All favourites of this model", self.favourites_asked.emit)
        menu.popup(self.add_button.mapToGlobal(self.add_button.rect().bottomLeft()))

    def sizeHint(self) -> QSize:
        return QSize(220, 140)
