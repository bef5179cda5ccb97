"""The grid maker: what changes along rows and columns, the words around, and the grid itself before it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.controls.buttons import icon_button, plain_button, quiet_button, set_available, small_button
from app.controls.elided_label import ElidedLabel
from app.controls.numbers import count_text
from app.controls.page import tell_guide
from app.controls.surfaces import Rule, on_panel
from app.controls.values.inputs import narrow_combo
from app.controls.values.switch import Switch
from app.explore.grid_preview import GridPreview
from app.explore.grid_side import GridSide
from app.flows.shell import Shell
from app.look.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16
from app.store.made.grid_options import Choice
from app.store.made.grid_plans import SCALES
from app.store.made.grids import Grids
from engine.protocol.grids import Varied
from engine.protocol.sheets import TITLE_LETTERS
from engine.protocol.values import Recipe

GAPS = (0, 2, 4, 8, 16)


class GridMaker(QWidget):
    """Shows the store's plan; what a person does goes to the store, and places to go to through `shell`."""

    left = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._grids: Grids = shell.explorer.grids
        self._ready: tuple[QPushButton, ...] = ()
        self.setObjectName("grid")
        tell_guide(self, "Grids")
        self.setAccessibleName("Grid")
        self.rows, self.columns = GridSide("Rows", "rows"), GridSide("Columns", "columns")
        self.swap_button = icon_button("swap", "Swap rows and columns")
        self.swap_button.setObjectName("grid.swap")
        self.close_button = icon_button("close", "Back to the picture (Esc)")
        self.close_button.setObjectName("grid.close")
        self.title = QLineEdit()
        self.title.setObjectName("grid.title")
        self.title.setPlaceholderText("Title")
        self.title.setAccessibleName("Title")
        self.title.setMaxLength(TITLE_LETTERS)
        self.labels = Switch("Labels")
        self.labels.setObjectName("grid.labels")
        self.gap = narrow_combo((f"{gap} px apart" if gap else "No gap" for gap in GAPS), name="Spacing", least=7)
        self.gap.setObjectName("grid.gap")
        self.cell_size = narrow_combo(name="Size of a picture", least=7)
        self.cell_size.setObjectName("grid.size")
        self.export_button = plain_button("Export grid…", "export")
        self.export_button.setObjectName("grid.export")
        self.note = ElidedLabel(quiet=True)
        self.stop_button = small_button("Stop")
        self.stop_button.setObjectName("grid.stop")
        self.preview = GridPreview(self._grids, shell.explorer.place, shell.explorer.models)
        self._build()
        self._connect()
        self.refresh()

    def _build(self) -> None:
        on_panel(self)
        label = QLabel("Grid")
        label.setProperty("tone", "large")
        self._head = QHBoxLayout()
        self._head.setSpacing(SPACE_4)
        self._head.addWidget(label)
        self._head.addSpacing(SPACE_12)
        self._ready_row = QHBoxLayout()
        self._ready_row.setSpacing(SPACE_4)
        self._head.addLayout(self._ready_row)
        self._head.addStretch(1)
        self._head.addWidget(self.export_button)
        self._head.addWidget(self.close_button)
        sides = QHBoxLayout()
        sides.setSpacing(SPACE_8)
        pair = QVBoxLayout()
        pair.setSpacing(SPACE_4)
        pair.addWidget(self.rows)
        pair.addWidget(self.columns)
        sides.addLayout(pair, 1)
        sides.addWidget(self.swap_button)
        words = QHBoxLayout()
        words.setSpacing(SPACE_8)
        labels_word = QLabel("Labels")
        labels_word.setBuddy(self.labels)
        words.addWidget(self.title, 1)
        for widget in (self.labels, labels_word, self.gap, self.cell_size):
            words.addWidget(widget)
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACE_16, SPACE_4, SPACE_16, SPACE_4)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.stop_button)
        top = QVBoxLayout()
        top.setContentsMargins(SPACE_16, SPACE_8, SPACE_12, SPACE_12)
        top.setSpacing(SPACE_8)
        for row in (self._head, sides, words):
            top.addLayout(row)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(Rule())
        whole.addWidget(self.preview, 1)
        whole.addWidget(Rule())
        whole.addLayout(foot)

    def _connect(self) -> None:
        grids = self._grids
        grids.changed.connect(self.refresh)
        grids.cells_changed.connect(self._tell)
        grids.cell_changed.connect(lambda _number: self._tell())
        self.rows.chosen.connect(lambda choice: grids.change(replace(grids.plan, rows=choice)))
        self.columns.chosen.connect(lambda choice: grids.change(replace(grids.plan, columns=choice)))
        self.swap_button.clicked.connect(grids.swap)
        self.title.textEdited.connect(lambda text: grids.change(replace(grids.plan, title=text.strip())))
        self.labels.toggled.connect(lambda on: grids.change(replace(grids.plan, is_labelled=on)))
        self.gap.activated.connect(lambda index: grids.change(replace(grids.plan, gap=GAPS[index])))
        self.cell_size.activated.connect(lambda index: grids.change(replace(grids.plan, scale=SCALES[index])))
        self.export_button.clicked.connect(self.export)
        self.stop_button.clicked.connect(self._on_stop_button_clicked)
        self.close_button.clicked.connect(self.left)
        self.preview.left.connect(self._on_preview_left)
        self.preview.cell_chosen.connect(self._on_preview_cell_chosen)
        self.preview.menu_asked.connect(self._on_preview_menu_asked)

    # ------------------------------------------------------------ what is shown

    def refresh(self) -> None:
        """Bring every control up to the plan."""
        plan, model = self._grids.plan, self._shell.explorer.models.model
        offered = self._grids.options()
        for side, choice in ((self.rows, plan.rows), (self.columns, plan.columns)):
            side.set_options(offered)
            side.set_choice(choice, runs_on=side is self.columns and plan.rows.what is Varied.SEED)
        self._set_ready(self._grids.ready())
        if self.title.text().strip() != plan.title:
            self.title.setText(plan.title)
        self.labels.setChecked(plan.is_labelled)
        self.gap.setCurrentIndex(GAPS.index(plan.gap) if plan.gap in GAPS else 0)
        px = model.size if model is not None else 1
        sizes = [f"{count_text(px * times)} px" for times in SCALES]
        if [self.cell_size.itemText(k) for k in range(self.cell_size.count())] != sizes:
            self.cell_size.clear()
            self.cell_size.addItems(sizes)
        self.cell_size.setCurrentIndex(SCALES.index(plan.scale))
        self._tell()

    def _set_ready(self, pairs: Iterable[tuple[str, Choice, Choice]]) -> None:
        pairs = tuple(pairs)
        if [button.text() for button in self._ready] == [name for name, _, _ in pairs]:
            return
        for button in self._ready:
            self._ready_row.removeWidget(button)
            button.hide()
            button.deleteLater()
        made = []
        for name, _, _ in pairs:
            button = quiet_button(name)
            button.clicked.connect(lambda _checked=False, name=name: self._on_ready_clicked(name))
            self._ready_row.addWidget(button)
            made.append(button)
        self._ready = tuple(made)

    def ready_button(self, name: str) -> QPushButton:
        """The button of a grid that is offered ready."""
        return next(button for button in self._ready if button.text() == name)

    def _tell(self) -> None:
        """How far the drawing is, and how large the file will be."""
        grids = self._grids
        count, drawn, layout = len(grids.cells), grids.drawn, grids.layout()
        size = f"{count_text(layout.width)} × {count_text(layout.height)} px"
        is_whole = drawn == count
        if not count:
            words = "Finding the steps of the path…" if grids.is_open else ""
        elif is_whole:
            words = (
                f"{count_text(count)} pictures · {size} · a click goes to one, a double click leaves the grid for it"
            )
        elif grids.trouble:
            words = grids.trouble
        else:
            words = f"{'Stopped at' if grids.is_stopped else 'Drawing'} {drawn} of {count_text(count)} · {size}"
        self.note.set_text(words)
        self.stop_button.setVisible(not is_whole and not grids.trouble)
        self.stop_button.setText("Go on" if grids.is_stopped else "Stop")
        set_available(
            self.export_button,
            count > 0 and not grids.trouble and all(cell.model for cell in grids.cells),
            grids.trouble or "There is nothing to export yet",
            "As it is seen, with each cell's recipe",
        )

    # ------------------------------------------------------------ a person's hand

    def export(self) -> None:
        """Write it."""
        grids = self._grids
        _, columns = grids.shape
        if grids.cells:
            self._shell.exporting.export_sheet(grids.cells, columns, grids.plan.scale, grids.sheet(), grids.sources)

    def _on_ready_clicked(self, name: str) -> None:
        for known, rows, columns in self._grids.ready():
            if known == name:
                self._grids.change(replace(self._grids.plan, rows=rows, columns=columns))

    def _on_stop_button_clicked(self) -> None:
        if self._grids.is_stopped:
            self._grids.go_on()
        else:
            self._grids.stop()

    def _on_preview_left(self) -> None:
        """Escape first stops what is being drawn."""
        if self.stop_button.isVisible() and not self._grids.is_stopped:
            self._grids.stop()
        else:
            self.left.emit()

    def _on_preview_cell_chosen(self, number: int, leaves: bool) -> None:
        self._shell.explorer.models.go_to(self._grids.cells[number], "Grid cell")
        if leaves:
            self.left.emit()

    def _on_preview_menu_asked(self, number: int, at: QPoint) -> None:
        recipe: Recipe = self._grids.cells[number]
        self._shell.open_place_menu(recipe, at)

    def first_focus(self) -> QWidget:
        """Who has the keyboard first."""
        self.preview.setFocus(Qt.FocusReason.OtherFocusReason)
        return self.preview
