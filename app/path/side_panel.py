"""Beside the path: the chosen keyframe, the way, the time, and what it is written as."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.controls.buttons import link_button, primary_button, set_available
from app.controls.numbers import count_text
from app.controls.panel_scroll import PanelScroll
from app.controls.section import Section
from app.controls.small_note import small_note
from app.controls.values.inputs import narrow_combo
from app.controls.values.switch import Switch
from app.look.tokens import ROW_PX, SPACE_8, SPACE_12
from app.path.seconds_edit import SecondsEdit
from app.path.timeline_painting import EASINGS, time_text
from app.path.way_rows import WayRows
from app.path.words import FILMS, RATES
from app.store.kept.settings import FILM_KIND, FILM_RATE, FILM_SCALE, SCALES, Settings
from app.store.made.paths import Paths
from engine.protocol.values import ModelDescribed
from engine.protocol.walks import LEAST_S, MOST_S, Easing, Film

WIDTH_PX = 340
MOST_WHOLE_S = 600.0


class SidePanel(PanelScroll):
    """Shows the path's settings; what a person does goes to the store, and `export_asked` to the page."""

    export_asked = Signal()
    save_asked = Signal()
    open_asked = Signal()

    def __init__(self, paths: Paths, settings: Settings) -> None:
        super().__init__()
        self._paths = paths
        self._settings = settings
        self._index = -1
        self._model: ModelDescribed | None = None
        self.setObjectName("sliders")
        self.setAccessibleName("Path settings")
        self.setFixedWidth(WIDTH_PX)
        self._build_keyframe()
        self._build_way()
        self._build_export()
        self.column.addStretch(1)
        self.refresh()

    # ------------------------------------------------------------ parts

    def _build_keyframe(self) -> None:
        self.keyframe = Section("Keyframe", ruled=False)
        self.seconds = SecondsEdit("Seconds to the next keyframe", LEAST_S, MOST_S)
        self.seconds.setObjectName("path.seconds")
        self.easing = narrow_combo(EASINGS.values(), name="Easing")
        self.replace_button = link_button("Put the current place here")
        self.duplicate_button = link_button("Duplicate")
        self.remove_button = link_button("Delete")
        self.hint = small_note("Choose a keyframe to set how long the way from it takes, and how it begins and ends.")
        self._rows = _grid((("To the next", self.seconds), ("Easing", self.easing)))
        links = QHBoxLayout()
        links.setSpacing(SPACE_12)
        for button in (self.replace_button, self.duplicate_button, self.remove_button):
            links.addWidget(button)
        links.addStretch(1)
        self._links = QWidget()
        links.setContentsMargins(0, 0, 0, 0)
        self._links.setLayout(links)
        self._about = QStackedWidget()
        """As high whether a keyframe is chosen or not: what stands below must not move under the hand."""
        for parts in ((self.hint,), (self._rows, self._links)):
            page = QWidget()
            column = QVBoxLayout(page)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(self.keyframe.body.spacing())
            for part in parts:
                column.addWidget(part)
            column.addStretch(1)
            self._about.addWidget(page)
        self.keyframe.body.addWidget(self._about)
        self.column.addWidget(self.keyframe)
        self.seconds.value_edited.connect(lambda value: self._paths.set_seconds(self._index, value))
        self.easing.activated.connect(lambda row: self._paths.set_easing(self._index, list(Easing)[row]))
        self.replace_button.clicked.connect(lambda: self._paths.set_place(self._index))
        self.duplicate_button.clicked.connect(lambda: self._paths.duplicate(self._index))
        self.remove_button.clicked.connect(lambda: self._paths.remove(self._index))

    def _build_way(self) -> None:
        self.way = Section("Way between keyframes")
        self.ways = WayRows()
        self.ways_note = small_note("Largest visible speed over the mean: 1.00 is even.")
        self.loop = Switch("Loop")
        self.loop.setObjectName("path.loop")
        self.whole = SecondsEdit("Seconds in all", 0.5, MOST_WHOLE_S)
        self.way.body.addWidget(self.ways)
        self.way.body.addWidget(self.ways_note)
        self.way.body.addSpacing(SPACE_8)
        self.way.body.addWidget(_grid((("Takes in all", self.whole), ("Loop", self.loop))))
        self.column.addWidget(self.way)
        self.ways.chosen.connect(self._paths.set_way)
        self.loop.clicked.connect(self._paths.set_closed)
        self.whole.value_edited.connect(self._paths.set_whole_seconds)

    def _build_export(self) -> None:
        self.export = Section("Export")
        self.film = narrow_combo(FILMS.values(), name="Format")
        self.size_box = narrow_combo(name="Size")
        self.rate = narrow_combo((f"{rate} a second" for rate in RATES), name="Pictures a second")
        self.told = small_note()
        self.export_button = primary_button("Export path…")
        self.export_button.setObjectName("path.export")
        self.save_button = link_button("Save path…")
        self.open_button = link_button("Open path…")
        self.export.body.addWidget(_grid((("Format", self.film), ("Size", self.size_box), ("Frames", self.rate))))
        self.export.body.setSpacing(SPACE_8)
        self.export.body.addWidget(self.told)
        self.export.body.addWidget(self.export_button)
        files = QHBoxLayout()
        files.setContentsMargins(0, 4, 0, 0)
        files.setSpacing(SPACE_12)
        files.addWidget(self.save_button)
        files.addWidget(self.open_button)
        files.addStretch(1)
        holder = QWidget()
        holder.setLayout(files)
        self.export.body.addWidget(holder)
        self.column.addWidget(self.export)
        self._show_sizes()
        for box, option, values in (
            (self.film, FILM_KIND, [film.value for film in FILMS]),
            (self.size_box, FILM_SCALE, list(SCALES)),
            (self.rate, FILM_RATE, list(RATES)),
        ):
            box.setCurrentIndex(values.index(self._settings.get(option)))
            box.activated.connect(lambda row, option=option, values=values: self._choose(option, values[row]))
        self.export_button.clicked.connect(self.export_asked)
        self.save_button.clicked.connect(self.save_asked)
        self.open_button.clicked.connect(self.open_asked)

    # ------------------------------------------------------------ what is shown

    def set_model(self, model: ModelDescribed | None) -> None:
        """Sizes are told in the model's pixels."""
        self._model = model
        self._show_sizes()
        self.refresh()

    def set_index(self, index: int) -> None:
        """Which keyframe is chosen; −1 for none."""
        self._index = index
        self.refresh()

    def refresh(self) -> None:
        """Show what the path says."""
        walk, why = self._paths.walk, self._paths.why_not()
        keyframes = walk.keyframes if self._paths.is_here else ()
        has_key = 0 <= self._index < len(keyframes)
        self.keyframe.set_note(f"{self._index + 1} of {len(keyframes)}" if has_key else "")
        self._about.setCurrentIndex(has_key)
        if has_key:
            key = keyframes[self._index]
            is_even = walk.way.value == "even"
            goes_on = key in walk.spans and (walk.closed or self._index < len(keyframes) - 1)
            self.seconds.set_value(key.seconds)
            self.easing.setCurrentIndex(list(Easing).index(key.easing))
            ends = "" if goes_on else "The path ends here; a loop goes on to the first keyframe"
            self.seconds.setEnabled(goes_on and not is_even)
            self.seconds.setToolTip(ends or ("On the even way only the time in all counts" if is_even else ""))
            self.easing.setEnabled(goes_on and not is_even)
            self.easing.setToolTip("On the even way the speed is the same everywhere" if is_even else "")
        self.ways.set_way(walk.way)
        self.loop.setChecked(walk.closed)
        has_way = bool(walk.spans) and not why and self._paths.is_here
        self.whole.setEnabled(has_way)
        self.whole.set_value(walk.seconds if walk.spans else 0.5)
        set_available(
            self.export_button, has_way, why or "A path needs two keyframes or more", "Write the path as a file"
        )
        set_available(self.save_button, bool(keyframes), "There is no keyframe yet", "Keep the path in a file")
        self._tell_size()

    def show_looks(self) -> None:
        """Show how even the ways are, as far as it is known."""
        self.ways.set_looks(self._paths.looks)

    def film_kind(self) -> Film:
        """What to write."""
        return list(FILMS)[self.film.currentIndex()]

    def _choose(self, option: object, value: object) -> None:
        self._settings.put(option, value)  # type: ignore[arg-type]
        self._tell_size()

    def _show_sizes(self) -> None:
        row = max(0, self.size_box.currentIndex())
        side = self._model.size if self._model is not None else 64
        self.size_box.clear()
        self.size_box.addItems([f"{count_text(side * times)} px" for times in SCALES])
        self.size_box.setCurrentIndex(row)

    def _tell_size(self) -> None:
        walk, rate = self._paths.walk, RATES[max(0, self.rate.currentIndex())]
        is_strip = self.film_kind() is Film.STRIP
        self.rate.setEnabled(not is_strip)
        self.rate.setToolTip("A film strip is one picture: it does not play" if is_strip else "")
        if not walk.spans:
            self.told.setText("")
            return
        count = min(12, walk.frames(rate)) if is_strip else walk.frames(rate)
        words = f"{count_text(count)} pictures"
        self.told.setText(words if is_strip else f"{words}, {time_text(round(walk.seconds, 2))}")


def _grid(rows: tuple[tuple[str, QWidget], ...]) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE_12)
    grid.setVerticalSpacing(SPACE_8)
    for row, (words, widget) in enumerate(rows):
        label = QLabel(words)
        label.setProperty("tone", "secondary")
        label.setBuddy(widget)
        grid.addWidget(label, row, 0)
        grid.addWidget(
            widget, row, 1, Qt.AlignmentFlag.AlignRight if isinstance(widget, Switch) else Qt.AlignmentFlag(0)
        )
        grid.setRowMinimumHeight(row, ROW_PX)
    grid.setColumnMinimumWidth(0, 92)
    grid.setColumnStretch(1, 1)
    return holder
