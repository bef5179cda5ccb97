"""Under the picture: pause and single steps, how fast one watches it being drawn, and what may become of its part."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.controls.buttons import set_available, small_button, tool_button
from app.controls.numbers import count_text
from app.controls.values.bipolar_track import BipolarTrack
from app.look.theme import Ink, dress
from app.look.tokens import SPACE_8
from app.store.drawn.pen import AT_ONCE, PACES
from app.store.shown.pictures import Drawing
from app.store.state import Explorer

BAR_PX = 44
_STATES = {
    "pause": ("pause", "Pause", "Wait here (Space on the picture)"),
    "play": ("play", "Draw on", "Go on drawing (Space on the picture)"),
    "again": ("play", "Watch again", "See the same picture being drawn again (Space on the picture)"),
}


def pace_words(pace: int) -> str:
    """12 pixels a second."""
    each = PACES[pace]
    return f"{count_text(round(each))} px a second" if each else "Full speed"


class PenBar(QWidget):
    """What the pen does, told and done."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer, self._pen = explorer, explorer.pen
        self.setObjectName("pixels.pen")
        self.setAccessibleName("Pen")
        self.setFixedHeight(BAR_PX)
        self._state = ""
        self.play = tool_button("play", "Watch again", ink=Ink.TEXT)
        self.play.setObjectName("pen.play")
        self.step = tool_button("step", "One pixel")
        self.step.setObjectName("pen.step")
        QShortcut(QKeySequence("."), self.step).activated.connect(self.step.click)
        self.stop = tool_button("stop", "Stop")
        self.stop.setObjectName("pen.stop")
        self.pace = BipolarTrack(0.0, float(AT_ONCE), origin=float(AT_ONCE), step=1.0)
        self.pace.setObjectName("pen.pace")
        self.pace.setAccessibleName("Drawing speed")
        self.pace.setToolTip("How fast you watch it being drawn; double-click for full speed")
        self.words = QLabel()
        self.words.setProperty("tone", "small")
        self.words.setMinimumWidth(92)
        self.keep = small_button("Keep this")
        self.keep.setObjectName("pen.keep")
        self.keep.setToolTip("Give what is drawn so far; Random and the gallery then draw other ends to it")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_8, 4, SPACE_8, 4)
        row.setSpacing(2)
        for button in (self.play, self.step, self.stop):
            row.addWidget(button)
        row.addSpacing(SPACE_8)
        row.addWidget(self.pace, 1)
        row.addSpacing(SPACE_8)
        row.addWidget(self.words)
        row.addWidget(self.keep)
        self.play.clicked.connect(self._pen.toggle)
        self.step.clicked.connect(self._pen.step)
        self.stop.clicked.connect(explorer.pictures.stop)
        self.keep.clicked.connect(explorer.given.keep_drawn)
        self.pace.value_edited.connect(lambda value: self._pen.set_pace(round(value)))
        self.pace.reset_asked.connect(lambda: self._pen.set_pace(AT_ONCE))
        self._pen.changed.connect(self.tell)
        explorer.pictures.drawing_changed.connect(self.tell)
        explorer.given.changed.connect(self.tell)
        self.tell()

    def tell(self, *_what: object) -> None:
        """Bring it up to what the pen does."""
        pen, drawing = self._pen, self._explorer.pictures.drawing
        moves = drawing is Drawing.GROWING and not pen.is_paused
        state = "pause" if moves else "again" if drawing is Drawing.RESTING else "play"
        icon, name, tip = _STATES[state]
        if state != self._state:
            self._state = state
            dress(self.play, icon, 20, Ink.TEXT)
            self.play.setAccessibleName(name)
        has_picture = self._explorer.pictures.picture is not None
        nothing = "The first picture is being drawn"
        whole = "All of it is given: there is nothing to draw" if has_picture and not pen.of else ""
        set_available(self.play, has_picture and not whole, whole or nothing, tip)
        set_available(self.step, has_picture and not whole, whole or nothing, "Draw one pixel (.)")
        set_available(
            self.stop, drawing is Drawing.GROWING, "Nothing is being drawn", "Leave off; what is drawn stays (Esc)"
        )
        if round(self.pace.value()) != pen.pace or not self.pace.value_text():
            self.pace.set_value(float(pen.pace), pace_words(pen.pace))
        under_way = drawing is not Drawing.RESTING
        text = f"{count_text(pen.at)} of {count_text(pen.of)} px" if under_way else pace_words(pen.pace)
        if text != self.words.text():
            self.words.setText(text)
        can_keep = under_way and not moves and 0 < pen.at < pen.of and not self._explorer.given.why_not()
        self.keep.setVisible(can_keep)
