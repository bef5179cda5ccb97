"""For families that draw in steps: what decides a picture, with sliders or without, and the pen in one's hand."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.look.tokens import SPACE_8, SPACE_12, SPACE_16
from app.places.words import has_places
from app.store.shown.pictures import Drawing
from app.store.state import Explorer
from engine.protocol.values import Capability, ConditionKind, ModelDescribed

_STOP_TIP = "What is drawn so far stays (Esc)"
_REST_TIP = "The same seed again, to the last pixel (Enter on the picture)"


class DrawingBox(QWidget):
    """Another drawing, an end to this one, or its rest."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self.label = QLabel()
        self.label.setProperty("tone", "secondary")
        self.label.setWordWrap(True)
        self.again_button = QPushButton("Draw another")
        self.again_button.setObjectName("again")
        self._has_places = False
        self.pen_button = QPushButton("Stop")
        self.pen_button.setObjectName("pen")
        self.pen_button.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_8)
        buttons.addWidget(self.again_button)
        buttons.addWidget(self.pen_button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_8, 0, SPACE_16)
        column.setSpacing(SPACE_12)
        column.addWidget(self.label)
        column.addLayout(buttons)
        self.again_button.clicked.connect(self._on_again_button_clicked)
        self.pen_button.clicked.connect(self._on_pen_button_clicked)
        explorer.pictures.drawing_changed.connect(self.set_drawing)
        self.set_drawing(explorer.pictures.drawing)

    def set_model(self, model: ModelDescribed) -> None:
        """Say what decides the picture: sliders and chance, or what there is instead of sliders."""
        self._has_places = has_places(model)
        if self._has_places:
            self.again_button.setText("Draw it again")
            self.again_button.setToolTip("The same place; what is left to chance falls otherwise")
            self.label.setText(
                "The sliders decide what is drawn, and its sketch follows your hand. The pen then draws it out pixel by"
                " pixel, where chance has a say."
            )
            return
        self.again_button.setText("Draw another")
        self.again_button.setToolTip("From another seed (R)")
        how = (
            "draws each picture pixel by pixel, each from all before it."
            if Capability.PROGRESSIVE in model.capabilities
            else "makes a picture in one go."
        )
        if Capability.TRANSLATE in model.capabilities:
            decides = "A picture that you give it decides"
        elif any(condition.kind is not ConditionKind.CLASS for condition in model.conditions):
            decides = "A seed and what you ask for decide"
        else:
            decides = "A seed and a class decide" if model.conditions else "A seed alone decides"
        self.label.setText(
            f"{model.family_label} {how} There is no latent space to move through, so there are no sliders."
            f" {decides} what is drawn."
        )

    def set_drawing(self, drawing: Drawing) -> None:
        """Offer what can be done with the pen now."""
        self.pen_button.setVisible(drawing is not Drawing.RESTING)
        is_growing = drawing is Drawing.GROWING
        self.pen_button.setText("Stop" if is_growing else "Draw the rest")
        self.pen_button.setToolTip(_STOP_TIP if is_growing else _REST_TIP)

    def _on_again_button_clicked(self) -> None:
        base = self._explorer.pictures.base
        if self._has_places and base is not None:
            self._explorer.place.redraw(base)
        elif not self._has_places:
            self._explorer.place.randomise()

    def _on_pen_button_clicked(self) -> None:
        if self._explorer.pictures.drawing is Drawing.GROWING:
            self._explorer.pictures.stop()
        else:
            self._explorer.finish_picture()
