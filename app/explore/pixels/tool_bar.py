"""Over the picture: what a hand does to its pixels, what is given all at once, and the view of how surprising it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from app.controls.buttons import set_available, tool_button
from app.explore.pixels.colours import ColourMenu, swatch
from app.explore.pixels.hands import Hands
from app.look.theme import theme
from app.look.tokens import SPACE_4, SPACE_8
from app.store.drawn.given import Hand
from app.store.state import Explorer
from engine.protocol.values import ModelDescribed

BAR_PX = 44
_BUTTON_PX = 32
TIPS: dict[Hand | None, tuple[str, str, str, str]] = {
    None: ("pointer", "Look", "Look at the picture, drag it out", "V"),
    Hand.PAINT: ("brush", "Paint", "Paint pixels that are given; Alt takes a colour from the picture", "P"),
    Hand.KEEP: ("keep", "Keep", "Give pixels as they are drawn now", "M"),
    Hand.ERASE: ("eraser", "Erase", "Have pixels drawn anew", "E"),
    Hand.BOX: ("box", "Box", "Drag a box: what is in it is drawn anew, all around it is given", "X"),
}


class ToolBar(QWidget):
    """Its tools show what is in the hand; what is done all at once goes to the store."""

    def __init__(self, explorer: Explorer, hands: Hands, ask_for_picture: Callable[[], object]) -> None:
        super().__init__()
        self._explorer, self._hands = explorer, hands
        self.setObjectName("pixels.tools")
        self.setAccessibleName("Tools")
        self.setFixedHeight(BAR_PX)
        self._tips: dict[QToolButton, str] = {}
        self._told = ""
        """Why nothing could be given when the buttons were last told."""
        self.tools: dict[Hand | None, QToolButton] = {}
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_8, SPACE_4, SPACE_8, SPACE_4)
        row.setSpacing(2)
        for hand, (icon, name, tip, key) in TIPS.items():
            button = self._add(icon, name, f"{tip} ({key})", key)
            button.setCheckable(True)
            button.setObjectName(f"pixels.{hand.value if hand else 'look'}")
            button.clicked.connect(lambda _checked=False, hand=hand: self._on_tool_clicked(hand))
            self.tools[hand] = button
        self.colour_button = QToolButton()
        self.colour_button.setProperty("kind", "tool")
        self.colour_button.setAccessibleName("Colour and width of the brush")
        self.colour_button.setToolTip("Colour and width of the brush (wheel over the picture: wider, narrower)")
        self.colour_button.setIconSize(QSize(20, 20))
        self.colour_button.setFixedSize(_BUTTON_PX, _BUTTON_PX)
        self.colour_button.setObjectName("pixels.colour")
        self.colour_button.clicked.connect(self._on_colour_button_clicked)
        row.insertWidget(2, self.colour_button)
        row.addSpacing(SPACE_4)
        row.addWidget(_divider())
        row.addSpacing(SPACE_4)
        given = explorer.given
        self.lower_half = self._add(
            "lower-half", "Lower half", "Keep the upper half and have the lower one drawn anew (L)", "L"
        )
        self.turn = self._add("turn-around", "Turn around", "What is given is drawn anew, and the other way round")
        self.open_button = self._add("open", "Open a picture", "Give all of a picture of your own, then erase of it")
        self.clear = self._add("clear", "Nothing given", "Take away all that is given")
        self.open_button.setObjectName("pixels.open")
        self.clear.setObjectName("pixels.clear")
        self.lower_half.setObjectName("pixels.lower")
        self.turn.setObjectName("pixels.turn")
        self.lower_half.clicked.connect(given.keep_upper_half)
        self.turn.clicked.connect(given.turn_around)
        self.open_button.clicked.connect(ask_for_picture)
        self.clear.clicked.connect(given.clear)
        row.addStretch(1)
        self.heat = self._add("heat", "Surprise", "How hard each pixel was to guess, in bits (H)", "H")
        self.heat.setObjectName("pixels.surprise")
        self.heat.setCheckable(True)
        self.heat.clicked.connect(self._on_heat_clicked)
        hands.changed.connect(self.tell)
        given.changed.connect(self.tell)
        explorer.surprise.shown_changed.connect(self.tell)
        explorer.pictures.drawing_changed.connect(self.tell)
        explorer.pictures.picture_changed.connect(self._on_pictures_picture_changed)
        explorer.models.model_changed.connect(self._on_models_model_changed)
        theme().changed.connect(self.tell)
        self.tell()

    def _add(self, icon: str, name: str, tip: str, key: str = "") -> QToolButton:
        button = tool_button(icon, name)
        button.setToolTip(tip)
        if key:
            QShortcut(QKeySequence(key), button).activated.connect(button.click)  # a button's own waits 100 ms
        self._tips[button] = tip
        self._row.addWidget(button)
        return button

    def tell(self, *_what: object) -> None:
        """Bring every button up to what is in the hand, given and shown."""
        hands, given, surprise = self._hands, self._explorer.given, self._explorer.surprise
        reason = self._told = given.why_not()
        for hand, button in self.tools.items():
            button.setChecked(hand is hands.hand)
            set_available(button, hand is None or not reason, reason, self._tips[button])
        for button in (self.lower_half, self.turn, self.open_button):
            set_available(button, not reason, reason, self._tips[button])
        set_available(self.colour_button, not reason, reason, self.colour_button.toolTip() if not reason else "")
        nothing = "" if given.count else "Nothing is given"
        set_available(self.clear, not (reason or nothing), reason or nothing, self._tips[self.clear])
        why = surprise.why_not()
        set_available(self.heat, not why, why, self._tips[self.heat])
        self.heat.setChecked(surprise.is_shown)
        self.colour_button.setIcon(swatch(hands.colour, 20))

    def _on_tool_clicked(self, hand: Hand | None) -> None:
        if hand is not None:
            self._explorer.surprise.show(False)
        self._hands.take(hand)
        self.tell()

    def _on_heat_clicked(self) -> None:
        shows = not self._explorer.surprise.is_shown
        if shows:
            self._hands.take(None)
        self._explorer.surprise.show(shows)
        self.tell()

    def _on_colour_button_clicked(self) -> None:
        model = self._explorer.models.model
        picture = self._explorer.pictures.picture
        menu = ColourMenu(self._hands, picture.image if picture else None, bool(model and model.channels > 1), self)
        menu.popup(self.colour_button.mapToGlobal(QPoint(0, self.colour_button.height())))

    def _on_pictures_picture_changed(self, _picture: object) -> None:
        if self._explorer.given.why_not() != self._told:
            self.tell()

    def _on_models_model_changed(self, _model: ModelDescribed | None) -> None:
        self._hands.take(None)
        self.tell()


def _divider() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.VLine)
    line.setFrameShadow(QFrame.Shadow.Plain)
    line.setFixedHeight(20)
    line.setForegroundRole(line.palette().ColorRole.Mid)
    line.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return line
