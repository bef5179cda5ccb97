"""Make a data set: what, how many, how large, what is held still, where to; and the button that begins."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.controls.buttons import plain_button, primary_button, set_available
from app.controls.durations import about, file_size
from app.controls.focus import move_focus
from app.controls.option_card import OptionCard
from app.controls.surfaces import Rule, on_panel
from app.flows.file_dialogs import FileDialogs
from app.flows.making import SetFlow
from app.look.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16
from app.making.choices import TITLES, What, by_what, read_choices
from app.making.options import Options
from app.making.place_row import PlaceRow
from app.making.preview_box import halved
from app.store.kept.settings import MAKE_CHOICES, Settings
from engine.disk.files import shown
from engine.protocol.requests import MakeSet
from engine.protocol.values import Image, MakeableDescribed

WIDTH_PX, HEIGHT_PX, CARDS_PX = 732, 628, 236
_STARTING = "The engine is starting; a few seconds more."
_DENSITY_ON_CARD = "spiral"


class MakeDialog(QDialog):
    """Closing it loses nothing: what was chosen is there again the next time."""

    def __init__(self, flow: SetFlow, settings: Settings, dialogs: FileDialogs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = flow
        self._settings = settings
        self._kinds: dict[What, tuple[MakeableDescribed, ...]] = {}
        self._what = What.FACES
        self._shown: MakeSet | None = None
        self.setObjectName("draw")
        self.setWindowTitle("Make a data set")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(WIDTH_PX, HEIGHT_PX)
        on_panel(self)
        self.cards = {what: OptionCard(*TITLES[what]) for what in What}
        self.options = Options()
        self.place = PlaceRow(settings, dialogs)
        self.estimate = QLabel()
        self.estimate.setObjectName("draw.estimate")
        self.estimate.setWordWrap(True)
        self.cancel_button = plain_button("Cancel")
        self.cancel_button.clicked.connect(self.reject)
        self.make_button = primary_button("Make")
        self.make_button.setObjectName("draw.start")
        self.make_button.setDefault(True)
        self.make_button.clicked.connect(self._on_draw_button_clicked)
        self._group = QButtonGroup(self)
        self._build()
        self.options.changed.connect(self._on_options_changed)
        self.place.changed.connect(self._judge)
        flow.drawables_changed.connect(self.set_drawables)
        flow.current_changed.connect(self._on_flow_current_changed)
        flow.previewed.connect(self.options.preview.set_preview)
        self.finished.connect(self._on_finished)
        self._judge()
        if flow.makeables:
            self.set_drawables(flow.makeables)
        else:
            flow.list_drawables()

    def _build(self) -> None:
        cards = QWidget()
        cards.setFixedWidth(CARDS_PX)
        column = QVBoxLayout(cards)
        column.setContentsMargins(SPACE_16, SPACE_8, SPACE_12, SPACE_16)
        column.setSpacing(SPACE_4)
        for what, card in self.cards.items():
            card.setObjectName(f"draw.what.{what}")
            card.set_unavailable(_STARTING)
            card.clicked.connect(lambda _checked=False, w=what: self._on_card_clicked(w))
            self._group.addButton(card)
            column.addWidget(card)
        column.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(cards)
        top.addWidget(Rule(Qt.Orientation.Vertical))
        top.addWidget(self.options, 1)
        last = QHBoxLayout()
        last.setSpacing(SPACE_8)
        last.addWidget(self.estimate, 1)
        last.addWidget(self.cancel_button)
        last.addWidget(self.make_button)
        foot = QVBoxLayout()
        foot.setContentsMargins(SPACE_16, SPACE_12, SPACE_16, SPACE_12)
        foot.setSpacing(SPACE_12)
        foot.addWidget(self.place)
        foot.addLayout(last)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top, 1)
        whole.addWidget(Rule())
        whole.addLayout(foot)

    # ------------------------------------------------------------ the engine speaks

    def set_drawables(self, makeables: tuple[MakeableDescribed, ...]) -> None:
        """What can be drawn; the choices of the last time come with it."""
        if self._kinds or not makeables:
            return
        self._kinds = dict(by_what(makeables))
        for what in self._kinds:
            self.cards[what].set_image(self._picture(what))
            self.cards[what].set_unavailable("")
        choices = read_choices(self._settings.get(MAKE_CHOICES))
        self.options.set_drawables(self._kinds, choices)
        self._choose(choices.what if choices.what in self._kinds else What.FACES)
        self.cards[self._what].setFocus()

    def order(self) -> MakeSet | None:
        """What Draw would ask for; None while something is missing."""
        if not self._kinds or self.options.problem(self._what):
            return None
        return self.options.order(self._what, self.place.out())

    def missing(self) -> str:
        """Why nothing can be drawn, in a sentence; empty when it can."""
        if not self._kinds:
            return _STARTING
        if self._flow.current is not None:
            name = shown(self._flow.current.out)
            return f"“{name}” is being drawn. Stop it, or wait until it is done."
        return self.options.problem(self._what) or self.place.problem()

    def focusNextPrevChild(self, forward: bool) -> bool:
        return move_focus(self, forward=forward)

    # ------------------------------------------------------------ within

    def _picture(self, what: What) -> Image | None:
        entries = self._kinds[what]
        entry = next((entry for entry in entries if entry.name == _DENSITY_ON_CARD), entries[0])
        return halved(entry.thumbnail) if what is What.PAIRS and entry.thumbnail is not None else entry.thumbnail

    def _choose(self, what: What) -> None:
        self._what = what
        self.cards[what].setChecked(True)
        self.options.show_what(what)
        self._on_options_changed()

    def _on_options_changed(self) -> None:
        order = self.order()
        if order is not None:
            self.place.suggest(self.options.stem(self._what))
            order = self.options.order(self._what, self.place.out())
            if self._shown is None or not _looks_alike(order, self._shown):
                if self._shown is None or _kind(order) != _kind(self._shown):
                    self.options.preview.clear()  # what is left of another kind would be a lie
                self.options.expect(self._what, order)
                self._flow.preview(order)
                self._shown = order
        self._judge()

    def _judge(self) -> None:
        reason = self.missing()
        order = self.order()
        set_available(self.make_button, not reason, reason, "The window stays free while it draws")
        is_mistake = bool(reason) and bool(self._kinds) and self._flow.current is None
        self.estimate.setProperty("tone", "problem" if is_mistake else "secondary")
        self.estimate.style().unpolish(self.estimate)
        self.estimate.style().polish(self.estimate)
        if reason or order is None:
            self.estimate.setText(reason)
        else:
            time, size = about(self._flow.seconds_for(order)), file_size(self._flow.bytes_for(order))
            self.estimate.setText(f"{time[:1].upper()}{time[1:]} · {size}")

    # ------------------------------------------------------------ a person's hand

    def _on_card_clicked(self, what: What) -> None:
        if what is not self._what:
            self._choose(what)

    def _on_flow_current_changed(self, _order: MakeSet | None) -> None:
        self._judge()

    def _on_draw_button_clicked(self) -> None:
        order = self.order()
        if order is not None and not self.missing() and self._flow.draw(order):
            self.accept()

    def _on_finished(self, _result: int) -> None:
        self._flow.forget_preview()
        if self._kinds:
            self._settings.put(MAKE_CHOICES, self.options.choices(self._what).words())


def _kind(order: MakeSet) -> tuple[str, str]:
    """What its pictures are of, whoever they show."""
    return order.what, order.pair.partition("=")[0]


def _looks_alike(order: MakeSet, other: MakeSet) -> bool:
    """True if the preview of one is the preview of the other: where they go makes no difference."""
    return (order.what, order.count, order.size, order.seed, order.held, order.correlated, order.pair) == (
        other.what, other.count, other.size, other.seed, other.held, other.correlated, other.pair,
    )  # fmt: skip
