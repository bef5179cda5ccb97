"""The pad in the panel: which plane, its square, and what stands in its corners."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from app.controls.buttons import link_button
from app.controls.page import tell_guide
from app.controls.small_note import small_note
from app.controls.tiles.thumbnail import Thumbnail
from app.controls.values.inputs import narrow_combo
from app.explore.pad_square import PadSquare
from app.flows.finding import carries_places
from app.look.tokens import SPACE_4, SPACE_8
from app.store.made.pads import CORNERS, PadKind, Pads
from app.store.made.planes import SliderPlane

_WORDS = {PadKind.SHEET: "Whole sheet", PadKind.SLIDERS: "Two sliders", PadKind.CORNERS: "Four pictures"}
_CORNER_WORDS = ("lower left", "lower right", "upper left", "upper right")
_MOST_PX = 400
_CORNER_PX = 44


class Corner(Thumbnail):
    """What stands in a corner: pressed or dropped upon, it is another one."""

    dropped = Signal(object)

    def __init__(self) -> None:
        super().__init__(_CORNER_PX)
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if carries_places(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.set_selected(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.set_selected(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.set_selected(False)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(event.mimeData())


class PadPanel(QWidget):
    """Shows the store's pad while it is visible; what a hand does goes to the store."""

    dropped = Signal(int, object)
    """A corner, and what was dropped there."""

    def __init__(self, pads: Pads) -> None:
        super().__init__()
        self._pads = pads
        self.setObjectName("pad")
        tell_guide(self, "The pad")
        self.square = PadSquare()
        self.kinds: dict[PadKind, QPushButton] = {}
        self.across = narrow_combo(name="Across", least=8)
        self.across.setObjectName("pad.x")
        self.up = narrow_combo(name="Up", least=8)
        self.up.setObjectName("pad.y")
        self.note = small_note()
        self.corners = tuple(Corner() for _ in range(CORNERS))
        self.others_button = link_button("Other pictures")
        self._build()
        self._connect()

    def _build(self) -> None:
        group, row = QButtonGroup(self), QHBoxLayout()
        row.setSpacing(SPACE_4)
        for kind, words in _WORDS.items():
            button = QPushButton(words)
            button.setCheckable(True)
            button.setProperty("kind", "choice")
            button.setObjectName(f"pad.{kind}")
            button.clicked.connect(lambda _checked=False, kind=kind: self._pads.choose(kind))
            group.addButton(button)
            row.addWidget(button)
            self.kinds[kind] = button
        self.axes = QWidget()
        axes = QGridLayout(self.axes)
        axes.setContentsMargins(0, 0, 0, 0)
        axes.setHorizontalSpacing(SPACE_8)
        for line, (word, combo) in enumerate((("Across", self.across), ("Up", self.up))):
            label = QLabel(word)
            label.setProperty("tone", "secondary")
            label.setBuddy(combo)
            axes.addWidget(label, line, 0)
            axes.addWidget(combo, line, 1)
        axes.setColumnStretch(1, 1)
        self.corner_row = QWidget()
        corners = QHBoxLayout(self.corner_row)
        corners.setContentsMargins(0, 0, 0, 0)
        corners.setSpacing(SPACE_4)
        for number, thumbnail in enumerate(self.corners):
            words = f"Corner {_CORNER_WORDS[number]}"
            thumbnail.set_words(words, f"{words}: click to put the present picture there, or drop one")
            thumbnail.dropped.connect(lambda content, number=number: self.dropped.emit(number, content))
            thumbnail.clicked.connect(lambda _checked=False, number=number: self._pads.set_corner(number))
            corners.addWidget(thumbnail)
        corners.addStretch(1)
        corners.addWidget(self.others_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE_8)
        column.setSpacing(SPACE_8)
        column.addLayout(row)
        column.addWidget(self.axes)
        column.addWidget(self.square, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.corner_row)
        column.addWidget(self.note)

    def _connect(self) -> None:
        pads, square = self._pads, self.square
        pads.changed.connect(self.refresh)
        pads.dot_changed.connect(self._on_pads_dot_changed)
        pads.cell_changed.connect(lambda number: square.set_image(number, pads.image(number)))
        pads.corner_changed.connect(lambda number: self.corners[number].set_image(pads.corner_image(number)))
        square.edit_began.connect(pads.begin_edit)
        square.moved.connect(pads.move)
        square.edit_ended.connect(pads.end_edit)
        square.dropped.connect(self.dropped)
        square.menu_asked.connect(self._on_square_menu_asked)
        self.across.activated.connect(self._on_axes_activated)
        self.up.activated.connect(self._on_axes_activated)
        self.others_button.clicked.connect(pads.draw_corners)

    # ------------------------------------------------------------ what is shown

    def refresh(self) -> None:
        """Another plane."""
        pads = self._pads
        for kind, button in self.kinds.items():
            button.setVisible(kind in pads.kinds)
            button.setChecked(kind is pads.kind)
        plane = pads.plane
        self.axes.setVisible(isinstance(plane, SliderPlane))
        self.corner_row.setVisible(pads.kind is PadKind.CORNERS)
        if isinstance(plane, SliderPlane):
            offered = pads.options()
            for combo, option in ((self.across, plane.x), (self.up, plane.y)):
                labels = [one.label for one in offered]
                if [combo.itemText(k) for k in range(combo.count())] != labels:
                    combo.clear()
                    combo.addItems(labels)
                combo.setCurrentIndex([one.key for one in offered].index(option.key))
            self.square.setAccessibleName(f"{plane.x.label} across, {plane.y.label} up")
        else:
            self.square.setAccessibleName(_WORDS[pads.kind])
        self.square.set_side(pads.side)
        for number in range(pads.side**2):
            self.square.set_image(number, pads.image(number))
        self._on_pads_dot_changed()

    def _on_pads_dot_changed(self) -> None:
        dot = self._pads.dot()
        self.square.set_dot(dot)
        words = ""
        if dot is None and self._pads.kind is PadKind.CORNERS:
            words = "Press anywhere on it to go there. Pictures may be dropped on its corners."
        elif dot is None:
            words = "The present place is not on this sheet: press anywhere on it to go there."
        elif not all(-1e-6 <= share <= 1 + 1e-6 for share in dot):
            words = "The present place lies past the edge."
        elif self._pads.kind is PadKind.CORNERS:
            words = "Drop pictures on the corners, or press one of the four to put the present one there."
        self.note.setText(words)
        self.note.setVisible(bool(words))

    # ------------------------------------------------------------ a person's hand

    def _on_axes_activated(self, _index: int) -> None:
        offered = self._pads.options()
        self._pads.set_axes(offered[self.across.currentIndex()], offered[self.up.currentIndex()])

    def _on_square_menu_asked(self, corner: int, at: QPoint) -> None:
        if self._pads.kind is not PadKind.CORNERS:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(f"Put the present picture {_CORNER_WORDS[corner]}", lambda: self._pads.set_corner(corner))
        menu.popup(at)

    # ------------------------------------------------------------ Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._pads.open()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pads.open(is_open=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = min(self.width(), _MOST_PX)
        self.square.setFixedSize(side, side)
