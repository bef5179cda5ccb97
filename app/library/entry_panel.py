"""What is picked: its picture, name, standing and card; a person's note; and what one can do with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.controls.buttons import primary_button, set_available
from app.controls.section import Section
from app.controls.small_note import small_note
from app.controls.values.inputs import LineEdit
from app.flows.shelving import ShelfFlow
from app.library.card_view import CardView
from app.library.menu import cannot_duplicate, cannot_go_on, cannot_open, entry_menu
from app.library.plate import Plate
from app.library.rows import LibraryRows
from app.library.words import learned_words, size_words
from app.look.tokens import SPACE_4, SPACE_8
from app.store.library import State
from app.store.state import Explorer
from engine.protocol.library import Entry, NoteEntry, Origin, RenameEntry

_NOTE_PX = 64
_NOTE_MS = 900
"""A note is kept once nobody has typed for a moment, and when one leaves it."""


class EntryPanel(QWidget):
    """`curves_asked` carries the source of the run whose curves are wanted."""

    curves_asked = Signal(str)

    def __init__(self, explorer: Explorer, rows: LibraryRows, flow: ShelfFlow) -> None:
        super().__init__()
        self._library = explorer.library
        self._rows = rows
        self._flow = flow
        self._entry: Entry | None = None
        self.plate = Plate()
        self.name_edit = LineEdit()
        self.name_edit.setObjectName("library.name")
        self.name_edit.setProperty("flat", True)
        self.name_edit.setAccessibleName("Name")
        self.name_edit.setToolTip("Type another name (F2)")
        self.name_edit.setMaxLength(80)
        font = self.name_edit.font()
        font.setPixelSize(15)
        font.setWeight(font.Weight.DemiBold)
        self.name_edit.setFont(font)
        self.facts = small_note()
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.trouble = QLabel(wordWrap=True)
        self.trouble.setProperty("tone", "problem")
        self.explore_button = primary_button("Explore")
        self.explore_button.setObjectName("library.explore")
        self.go_on_button = QPushButton("Go on")
        self.go_on_button.setObjectName("library.go_on")
        self.curves_button = QPushButton("Curves")
        self.curves_button.setObjectName("library.curves")
        self.duplicate_button = QPushButton("Duplicate…")
        self.duplicate_button.setObjectName("library.duplicate")
        self.more_button = QPushButton("More")
        self.more_button.setObjectName("library.more")
        self.note_edit = QPlainTextEdit()
        self.note_edit.setObjectName("library.note")
        self.note_edit.setPlaceholderText("Notes: what was tried, what came of it")
        self.note_edit.setAccessibleName("Notes")
        self.note_edit.setFixedHeight(_NOTE_PX)
        self.note_edit.setTabChangesFocus(True)
        self.card = CardView()
        self._note_timer = QTimer(self, singleShot=True, interval=_NOTE_MS)
        self._note_timer.timeout.connect(self.keep_note)
        self._build()
        self.name_edit.editingFinished.connect(self._on_name_edit_finished)
        self.note_edit.textChanged.connect(self._on_note_edit_changed)
        self.note_edit.installEventFilter(self)
        self.explore_button.clicked.connect(self._on_explore_button_clicked)
        self.go_on_button.clicked.connect(self._on_go_on_button_clicked)
        self.curves_button.clicked.connect(self._on_curves_button_clicked)
        self.duplicate_button.clicked.connect(self._on_duplicate_button_clicked)
        self.more_button.clicked.connect(self._on_more_button_clicked)
        self.card.explore_asked.connect(flow.explore)
        self._library.described.connect(self._on_library_described)
        self._library.illustrated.connect(self._on_library_illustrated)

    def _build(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for row, buttons in (
            (first, (self.explore_button, self.go_on_button)),
            (second, (self.curves_button, self.duplicate_button, self.more_button)),
        ):
            row.setSpacing(SPACE_8)
            for button in buttons:
                row.addWidget(button, 1)
        note = Section("Notes")
        note.body.addWidget(self.note_edit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_8)
        column.addWidget(self.plate)
        column.addSpacing(SPACE_4)
        column.addWidget(self.name_edit)
        column.addWidget(self.facts)
        column.addWidget(self.trouble)
        column.addLayout(first)
        column.addLayout(second)
        column.addWidget(note)
        column.addWidget(self.card)
        column.addStretch(1)

    # ------------------------------------------------------------ the store speaks

    def set_entry(self, entry: Entry | None) -> None:
        """Show another one, or the same as it is now."""
        is_other = entry is None or self._entry is None or entry.source != self._entry.source
        if is_other:
            self.keep_note()
        before, self._entry = self._entry, entry
        if entry is None:
            return
        if is_other or (before is not None and before.note == self.note_edit.toPlainText().strip() != entry.note):
            self._show_note(entry.note)
        if is_other or not self.name_edit.hasFocus():
            self.name_edit.setText(entry.name)
        self.facts.setText("\n".join(filter(None, self._facts(entry))))
        self.trouble.setText(entry.trouble)
        self.trouble.setVisible(bool(entry.trouble))
        self.plate.set_image(self._library.picture(entry.source))
        self._show_buttons(entry)
        card = self._library.card(entry.source)
        if is_other:
            self.card.set_card(card)
        if card is None and (is_other or before != entry):
            self._library.describe(entry.source)

    def rename(self) -> None:
        """Put the keyboard into the name."""
        self.name_edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.name_edit.selectAll()

    def keep_note(self) -> None:
        """Keep what was written."""
        self._note_timer.stop()
        text = self.note_edit.toPlainText().strip()
        if self._entry is not None and text != self._entry.note.strip():
            self._library.ask(NoteEntry(source=self._entry.source, text=text))

    def _facts(self, entry: Entry) -> tuple[str, ...]:
        where = "" if entry.origin is Origin.BUNDLED else entry.source
        return (
            self._rows.kind_words(entry),
            self._rows.state_words(entry),
            learned_words(entry),
            " · ".join(part for part in (size_words(entry), _broken(where)) if part),
        )

    def _show_buttons(self, entry: Entry) -> None:
        is_away = self._library.state(entry) is State.TRASH
        is_run = entry.origin is Origin.RUN
        self.explore_button.setText("Bring it back" if is_away else "Explore")
        set_available(self.explore_button, is_away or entry.can_open, cannot_open(entry))
        self.go_on_button.setVisible(is_run and not is_away and (entry.step < entry.steps or not entry.can_open))
        why = cannot_go_on(self._library, entry)
        set_available(self.go_on_button, not why, why, "Learn on from its last checkpoint")
        self.curves_button.setVisible(is_run)
        set_available(self.curves_button, entry.step > 0, "It has reported nothing yet.", "How it learned")
        why = cannot_duplicate(entry)
        self.duplicate_button.setVisible(not is_away)
        set_available(self.duplicate_button, not why, why, "Fill the form for a run with its settings")

    def _show_note(self, text: str) -> None:
        self.note_edit.blockSignals(True)
        self.note_edit.setPlainText(text.strip())
        self.note_edit.blockSignals(False)

    def _on_library_described(self, source: str) -> None:
        if self._entry is not None and source == self._entry.source:
            self.card.set_card(self._library.card(source))

    def _on_library_illustrated(self, source: str) -> None:
        if self._entry is not None and source == self._entry.source:
            self.plate.set_image(self._library.picture(source))

    # ------------------------------------------------------------ a person's hand

    def _on_name_edit_finished(self) -> None:
        entry, name = self._entry, " ".join(self.name_edit.text().split())
        if entry is None or name == entry.name:
            return
        if not name:
            self.name_edit.setText(entry.name)
            return
        self._library.ask(RenameEntry(source=entry.source, name=name))

    def _on_note_edit_changed(self) -> None:
        self._note_timer.start()

    def _on_explore_button_clicked(self) -> None:
        if self._entry is None:
            return
        if self._library.state(self._entry) is State.TRASH:
            self._flow.bring_back(self._entry.source)
        else:
            self._flow.explore(self._entry.source)

    def _on_go_on_button_clicked(self) -> None:
        if self._entry is not None:
            self._flow.go_on(self._entry)

    def _on_curves_button_clicked(self) -> None:
        if self._entry is not None:
            self.curves_asked.emit(self._entry.source)

    def _on_duplicate_button_clicked(self) -> None:
        if self._entry is not None:
            self._flow.duplicate(self._entry)

    def _on_more_button_clicked(self) -> None:
        if self._entry is None:
            return
        menu = entry_menu(self, self._flow, self._library, self._entry)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = self.more_button.mapToGlobal(QPoint(self.more_button.width(), self.more_button.height() + SPACE_4))
        menu.popup(corner - QPoint(menu.sizeHint().width(), 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.note_edit and event.type() == QEvent.Type.FocusOut:
            self.keep_note()
        return False


def _broken(path: str) -> str:
    """A path that may be broken over lines after each of its parts."""
    return path.replace("/", "/\u200b").replace("\\", "\\\u200b")
