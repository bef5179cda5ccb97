"""The slot beside the picture: what is held there, whose it is, and the way back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.controls.buttons import icon_button, small_button
from app.controls.elided_label import ElidedLabel
from app.controls.picture.stage import PictureStage
from app.controls.surfaces import on_panel
from app.look.images import Scaling
from app.look.tokens import SPACE_4, SPACE_8
from app.places.words import recipe_words
from app.store.state import Explorer


class BesideSlot(QWidget):
    """Shown while something is held. One can go to a place that is, or trade places with it."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self._beside = explorer.beside
        self.setObjectName("beside")
        on_panel(self)
        self.title = ElidedLabel()
        self.title.set_elide(Qt.TextElideMode.ElideMiddle)
        self.swap_button = small_button("Swap")
        self.swap_button.setObjectName("beside.swap")
        self.close_button = icon_button("close", "Take it away", size=14)
        self.close_button.setObjectName("beside.close")
        self.picture = PictureStage("Picture beside")
        self._head = QWidget()
        on_panel(self._head)
        head = QHBoxLayout(self._head)
        head.setContentsMargins(SPACE_8, SPACE_4, SPACE_4, SPACE_4)
        head.setSpacing(SPACE_8)
        head.addWidget(self.title, 1)
        head.addWidget(self.swap_button)
        head.addWidget(self.close_button)
        for part in (self.picture, self._head):
            part.setParent(self)
        self.swap_button.clicked.connect(self._on_swap_button_clicked)
        self.close_button.clicked.connect(self._beside.clear)
        self._beside.changed.connect(self._show)
        self._beside.image_changed.connect(self._on_beside_image_changed)
        explorer.library.changed.connect(self._show)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The picture stands as high as the one beside it; its name lies over the ground above."""
        super().resizeEvent(event)
        self.picture.setGeometry(self.rect())
        self._head.setGeometry(0, 0, self.width(), self._head.sizeHint().height())

    def set_enlarging(self, scaling: Scaling, most_times: int) -> None:
        """As the picture itself."""
        self.picture.set_enlarging(scaling, most_times)

    def _show(self) -> None:
        held = self._beside.held
        if held is None:
            return
        if held.place is not None:
            model, own = self._explorer.models.model, self._explorer.sliders.names()
            words, tip = "Kept place", recipe_words(held.place, model, own=own)
            tip_of_swap = "Go to this place, and keep here the one you leave"
        elif held.source:
            name = self._explorer.library.title(held.source) or Path(held.source).name
            words, tip = name, "The same seed and sliders, as far as this model has them"
            tip_of_swap = "Open this model, and keep here the one you leave"
        else:
            words, tip, tip_of_swap = f"Your picture “{held.picture.name if held.picture else ''}”", "", ""
        self.title.set_text(words)
        self.title.set_tip(tip)
        self.swap_button.setVisible(bool(tip_of_swap))
        self.swap_button.setToolTip(tip_of_swap)
        self.picture.set_words(sentence=self._beside.trouble or "Drawing…")
        self.picture.set_image(self._beside.image)

    def _on_beside_image_changed(self, image: object) -> None:
        self.picture.set_image(self._beside.image)

    def _on_swap_button_clicked(self) -> None:
        held, explorer = self._beside.held, self._explorer
        here, shown = explorer.place.recipe, explorer.pictures.picture
        if held is None or here is None:
            return
        if held.place is not None:
            self._beside.hold_place(here, shown.image if shown is not None and shown.recipe == here else None)
            explorer.models.go_to(held.place, "Swap")
        elif held.source:
            source = explorer.models.source
            explorer.models.open(held.source)
            self._beside.hold_model(source)
