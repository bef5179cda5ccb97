"""Below the picture: where one has been, and what one marked."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QStackedLayout, QVBoxLayout, QWidget

from app.controls.buttons import quiet_button, set_available
from app.controls.empty_state import EmptyState
from app.controls.surfaces import Rule, on_panel
from app.controls.tab_strip import INSET_PX, TabStrip
from app.controls.tiles.strip import GroupStrip, Tile, TileStrip
from app.controls.values.inputs import narrow_combo
from app.look.tokens import SPACE_8, SPACE_16
from app.places.groups import Cell, cells
from app.places.words import recipe_words
from app.store.history import HistoryEntry
from app.store.state import Explorer
from engine.protocol.values import Recipe

HEIGHT_PX = 132
_TILE_PX = 78
_SMALL_PX = 54
_NO_PLACE = "Open a model first"
_ALL = "All favourites"


class Tab(IntEnum):
    """What the tray shows."""

    HISTORY = 0
    FAVOURITES = 1


class Tray(QWidget):
    """`menu_asked` and `drag_asked` carry the recipe of a tile; the window answers them."""

    menu_asked = Signal(object, QPoint)
    drag_asked = Signal(object)
    tab_changed = Signal(int)

    def __init__(self, explorer: Explorer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self.setObjectName("tray")
        on_panel(self)
        self.setFixedHeight(HEIGHT_PX)
        self.tabs = TabStrip("History", "Favourites")
        self.tabs.setAccessibleName("Places")
        self.action = quiet_button("")
        self.tags = narrow_combo(name="Favourites with the tag", least=8)
        self.tags.setObjectName("favourites.tags")
        self._tag = ""
        """Favourites of this tag alone are shown; all for none."""
        self._marked: tuple[HistoryEntry, ...] = ()
        """The favourites that are shown."""
        self.history = GroupStrip("history", _TILE_PX, _SMALL_PX)
        self.favourites = TileStrip("favourites", _TILE_PX)
        self.strips = (self.history, self.favourites)
        self.empties = (
            EmptyState("Every place you visit is kept here."),
            EmptyState("Places you mark stay here, also tomorrow.", "Mark this place"),
        )
        self._pages: list[QStackedLayout] = []
        self._told: object = None
        self._cells: list[Cell] = []
        """What the history's tiles are."""
        self._unfolded: set[Recipe] = set()
        """The groups whose every move is seen, by the place that began them."""
        self._places: dict[Tab, dict[Recipe, int]] = {tab: {} for tab in Tab}
        """Where each place stands: asked at every move of a slider."""
        self._build()
        for tab, strip in zip(Tab, self.strips, strict=True):
            strip.chosen.connect(lambda index, t=tab: self._on_strip_chosen(t, index))
            strip.menu_asked.connect(lambda index, where, t=tab: self._on_strip_menu_asked(t, index, where))
            strip.drag_asked.connect(lambda index, t=tab: self._on_strip_drag_asked(t, index))
        self.tabs.currentChanged.connect(self._on_tabs_current_changed)
        self.action.clicked.connect(self._on_action_clicked)
        self.tags.activated.connect(self._on_tags_activated)
        explorer.history.changed.connect(self.refresh_history)
        explorer.favourites.changed.connect(self.refresh_favourites)
        explorer.place.recipe_changed.connect(self._on_place_recipe_changed)
        explorer.models.model_changed.connect(self._on_models_model_changed)
        explorer.sliders.changed.connect(self._refresh_all)
        self._refresh_all()
        self._tell_action()

    def _build(self) -> None:
        heading = QHBoxLayout()
        # The quiet button's word ends where the pictures do.
        heading.setContentsMargins(SPACE_16 - INSET_PX, 0, SPACE_8, 0)
        heading.addWidget(self.tabs)
        heading.addStretch(1)
        heading.addWidget(self.tags)
        heading.addWidget(self.action)
        self._deck = QStackedLayout()  # placed before it is filled: what it shows alone would be a window
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Rule())
        column.addLayout(heading)
        column.addLayout(self._deck, 1)
        for strip, empty in zip(self.strips, self.empties, strict=True):
            page = QWidget()
            stack = QStackedLayout(page)
            holder = QVBoxLayout()
            holder.setContentsMargins(SPACE_16 - 3, 0, SPACE_16 - 3, 0)
            holder.setSpacing(2)
            holder.addWidget(strip)
            holder.addWidget(_LinkedBar(strip))
            holder.addStretch(1)
            full = QWidget()
            full.setLayout(holder)
            stack.addWidget(empty)
            stack.addWidget(full)
            self._pages.append(stack)
            self._deck.addWidget(page)
            if empty.button is not None:
                empty.button.clicked.connect(self._on_action_clicked)

    # ------------------------------------------------------------ what is shown

    def tab(self) -> Tab:
        """What is shown."""
        return Tab(self.tabs.currentIndex())

    def set_tab(self, tab: int) -> None:
        """Show another list; a number that means nothing is ignored."""
        if 0 <= tab < len(Tab):
            self.tabs.setCurrentIndex(tab)

    def refresh_history(self) -> None:
        """Show where one has been."""
        self._cells = cells(self._explorer.history.entries, self._unfolded)
        places: dict[Recipe, int] = {}
        for index, cell in enumerate(self._cells):
            for entry in cell.hidden if cell.entry is None else (cell.entry,):
                places[entry.recipe] = index
        self._set_tiles(Tab.HISTORY, tuple(self._cell_tile(cell) for cell in self._cells), places)

    def refresh_favourites(self) -> None:
        """Show what is marked."""
        tags = self._explorer.favourites.tags
        if self._tag not in tags:
            self._tag = ""
        self.tags.clear()
        self.tags.addItems([_ALL, *tags])
        self.tags.setCurrentIndex([_ALL, *tags].index(self._tag or _ALL))
        marked = self._explorer.favourites.entries
        self._marked = tuple(entry for entry in marked if not self._tag or self._tag in entry.tags)
        places = {entry.recipe: index for index, entry in enumerate(self._marked)}
        self._set_tiles(Tab.FAVOURITES, tuple(self._entry_tile(entry) for entry in self._marked), places)
        self._tell_action()

    def _refresh_all(self) -> None:
        self.refresh_history()
        self.refresh_favourites()

    def _select(self, tab: Tab) -> None:
        """Ring the tile that is where we are."""
        here = self._explorer.place.recipe
        self.strips[tab].set_selected(self._places[tab].get(here, -1) if here is not None else -1)

    def _set_tiles(self, tab: Tab, tiles: tuple[Tile, ...], places: dict[Recipe, int]) -> None:
        self.strips[tab].set_tiles(tiles)
        self._places[tab] = places
        self._select(tab)
        self._pages[tab].setCurrentIndex(1 if tiles else 0)

    def _cell_tile(self, cell: Cell) -> Tile:
        if cell.entry is not None:
            return self._entry_tile(cell.entry, is_small=cell.is_small)
        if count := len(cell.hidden):
            return Tile(words=f"{count} earlier moves: show them", mark=f"+{count}", is_small=True)
        return Tile(words="Fold these moves together", mark="\u2039", is_small=True)

    def _entry_tile(self, entry: HistoryEntry, *, is_small: bool = False) -> Tile:
        model = self._explorer.models.model
        known = model if model is not None and model.fingerprint == entry.recipe.model else None
        own = self._explorer.sliders.names() if known is not None else None
        place = recipe_words(entry.recipe, known, own=own)
        label = ", ".join((entry.label, *entry.tags))
        return Tile(
            words=f"{label}, {place}",
            tip=f"{label}\n{place}",
            image=entry.thumbnail,
            is_small=is_small,
        )

    def _recipe_at(self, tab: Tab, index: int) -> Recipe | None:
        """The place of a tile; none where it is a sign that folds."""
        entry = self._cells[index].entry if tab is Tab.HISTORY else self._marked[index]
        return None if entry is None else entry.recipe

    def _tell_action(self) -> None:
        tab, marked = self.tab(), self._explorer.favourites.has_place
        is_somewhere = self._explorer.place.recipe is not None
        is_useful = is_somewhere and self.strips[tab].count() > 0
        count = len(self._explorer.favourites.entries)
        has_tags = tab is Tab.FAVOURITES and self.tags.count() > 1
        told = (tab, marked, is_somewhere, is_useful, count, has_tags)
        if told == self._told:  # asked at every move of a slider
            return
        self._told = told
        # Marking is done by key while the other list is shown: the word of this one says that it was.
        self.tabs.setTabText(Tab.FAVOURITES, "Favourites" + f"  {count}" * bool(count) + "  ★" * marked)
        self.action.setText("Unmark this place" if marked else "Mark this place")
        self.action.setVisible(tab is Tab.FAVOURITES and is_useful)
        self.action.setToolTip("F")
        self.tags.setVisible(has_tags)
        for empty in self.empties:
            if empty.button is not None:
                set_available(empty.button, is_somewhere, _NO_PLACE)

    # ------------------------------------------------------------ hearing

    def _on_tabs_current_changed(self, index: int) -> None:
        self._deck.setCurrentIndex(index)
        self._select(self.tab())
        self._tell_action()
        self.tab_changed.emit(index)

    def _on_place_recipe_changed(self, _recipe: Recipe | None) -> None:
        self._select(self.tab())
        self._tell_action()

    def _on_models_model_changed(self, _model: object) -> None:
        self._refresh_all()
        self._tell_action()

    def _on_strip_chosen(self, tab: Tab, index: int) -> None:
        recipe = self._recipe_at(tab, index)
        if recipe is None:
            self._unfolded ^= {self._cells[index].group}
            self.refresh_history()
            return
        label = {Tab.HISTORY: "Go back", Tab.FAVOURITES: "Go to favourite"}[tab]
        self._explorer.models.go_to(recipe, label)

    def _on_strip_menu_asked(self, tab: Tab, index: int, where: QPoint) -> None:
        if (recipe := self._recipe_at(tab, index)) is not None:
            self.menu_asked.emit(recipe, where)

    def _on_strip_drag_asked(self, tab: Tab, index: int) -> None:
        if (recipe := self._recipe_at(tab, index)) is not None:
            self.drag_asked.emit(recipe)

    def _on_tags_activated(self, row: int) -> None:
        self._tag = self.tags.itemText(row) if row > 0 else ""
        self.refresh_favourites()

    def _on_action_clicked(self) -> None:
        if self.tab() is Tab.FAVOURITES:
            self._explorer.favourites.toggle()
        self._tell_action()


class _LinkedBar(QScrollBar):
    """The strip's scroll bar, below it and only as high as it must be."""

    def __init__(self, strip: TileStrip) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = strip.horizontalScrollBar()
        inner.rangeChanged.connect(self._on_inner_range_changed)
        inner.valueChanged.connect(self.setValue)
        self.valueChanged.connect(inner.setValue)
        self.hide()

    def _on_inner_range_changed(self, low: int, high: int) -> None:
        # By what the signal carries: a strip that is being taken down still tells, and can no longer be asked.
        self.setRange(low, high)
        self.setVisible(high > low)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setPageStep(max(1, self.width()))
