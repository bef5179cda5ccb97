"""The bar over the timeline: play, the time, and what there is to add."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.controls.buttons import icon_button, plain_button, quiet_button
from app.controls.values.inputs import narrow_combo
from app.look.theme import Ink, dress
from app.look.tokens import SPACE_8, SPACE_16
from app.path.player import SPEEDS


class TransportBar(QWidget):
    """Its buttons are the page's to connect."""

    def __init__(self) -> None:
        super().__init__()
        self.play = icon_button("play", "Play", ink=Ink.TEXT)
        self.play.setObjectName("path.play")
        self.play.setFixedSize(32, 32)
        self.clock = QLabel("0 s")
        self.clock.setProperty("tone", "secondary")
        self.clock.setMinimumWidth(110)
        self.speed = narrow_combo((f"{speed:g}×" for speed in SPEEDS), name="Playing speed", least=4)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.add = plain_button("Add current place", "plus")
        self.add.setObjectName("path.add")
        self.wander = quiet_button("Random walk")
        self.wander.setObjectName("path.wander")
        self.clear = quiet_button("Clear")
        self.norm = quiet_button("Graph: speed")
        self.norm.setCheckable(True)
        self.norm.setObjectName("path.norm")
        self.places = quiet_button("Places")
        self.places.setCheckable(True)
        self.places.setChecked(True)
        self._words: dict[QPushButton, tuple[str, str]] = {
            self.add: ("Add current place", "Add"),
            self.wander: ("Random walk", "Walk"),
            self.norm: ("Graph: speed", "Speed"),
        }
        """What each says where there is room, and where there is not."""
        bar = QHBoxLayout(self)
        bar.setContentsMargins(SPACE_16, 4, SPACE_8, 0)
        bar.setSpacing(SPACE_8)
        bar.addWidget(self.play)
        bar.addWidget(self.clock)
        bar.addWidget(self.speed)
        bar.addStretch(1)
        for widget in (self.add, self.wander, self.clear, self.norm, self.places):
            bar.addWidget(widget)

    def show_playing(self, playing: bool) -> None:
        """Say what the play button does now."""
        word = "Pause" if playing else "Play"
        dress(self.play, word.lower(), 20, Ink.TEXT)
        self.play.setAccessibleName(word)
        self.play.setToolTip(f"{word} (Space)")

    def show_norm(self, *, is_distance: bool) -> None:
        """Say what the graph shows."""
        self.norm.setToolTip("What the graph shows: how fast pictures change, or how far out their places are")
        self._words[self.norm] = ("Graph: distance", "Distance") if is_distance else ("Graph: speed", "Speed")
        self._fit()

    def _fit(self) -> None:
        """Whole words, or short ones that are whole too: never a word that is cut."""
        self._say(is_short=False)
        if self.sizeHint().width() > self.width():
            self._say(is_short=True)

    def _say(self, *, is_short: bool) -> None:
        for button, (full, short) in self._words.items():
            button.setText(short if is_short else full)
            button.setAccessibleName(full)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
