"""Where pictures lie: the codes of held-out pictures, each class in its colour, over the prior one draws from."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from app.controls.numbers import count_text
from app.controls.page import tell_guide
from app.controls.plots.library import library
from app.controls.small_note import small_note
from app.controls.values.inputs import narrow_combo
from app.look.theme import theme, tokens
from app.look.tokens import SPACE_4, SPACE_8
from app.store.judged.codes import Codes
from engine.protocol.scoring import CodesScattered

if TYPE_CHECKING:
    from app.controls.plots.cloud_plot import Cloud, CloudPlot

MOST_CLASSES = 35
"""So many can be told apart by colour and shape; of more, all are grey."""
_ALL = "All classes"


class CodesPanel(QWidget):
    """Looks only while it is seen."""

    def __init__(self, codes: Codes) -> None:
        super().__init__()
        self._codes = codes
        self._lit = -1
        """The class that alone has its colour; −1 for all of them."""
        self._fitted: tuple[object, ...] = ()
        self.setObjectName("codes")
        self.setAccessibleName("Where pictures lie")
        tell_guide(self, "Where pictures lie")
        self.across = narrow_combo(name="Across", least=8)
        self.across.setObjectName("codes.x")
        self.up = narrow_combo(name="Up", least=8)
        self.up.setObjectName("codes.y")
        self.lit = narrow_combo(name="Classes in colour", least=8)
        self.lit.setObjectName("codes.class")
        self.plot: CloudPlot | None = None
        self.legend = small_note()
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.words = small_note()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self._build()
        self.across.activated.connect(self._on_plane_activated)
        self.up.activated.connect(self._on_plane_activated)
        self.lit.activated.connect(self._on_lit_activated)
        codes.changed.connect(self._refresh)
        library().arrived.connect(self._refresh)
        theme().changed.connect(self._tell_classes)
        self._refresh()

    def _build(self) -> None:
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(SPACE_8)
        self._rows.setVerticalSpacing(SPACE_4)
        for line, (word, combo) in enumerate((("Across", self.across), ("Up", self.up), ("In colour", self.lit))):
            label = QLabel(word)
            label.setProperty("tone", "secondary")
            label.setBuddy(combo)
            self._rows.addWidget(label, line, 0)
            self._rows.addWidget(combo, line, 1)
        self._rows.setColumnStretch(1, 1)
        self._room = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_8)
        column.addLayout(self._rows)
        column.addLayout(self._room)
        for part in (self.legend, self.words, self.bar):
            column.addWidget(part)

    # ------------------------------------------------------------ what is shown

    def _refresh(self) -> None:
        codes, found, looking = self._codes, self._codes.found, self._codes.looking
        self.bar.setVisible(looking is not None)
        if looking is not None:
            self.bar.setRange(0, max(1, looking.of))
            self.bar.setValue(looking.done)
        self._list_choices(found)
        if found is not None and library().is_here:
            self._show_clouds(found)
        if self.plot is not None:
            self.plot.setVisible(found is not None)
        self._tell_classes()
        if codes.trouble:
            self.words.setText(codes.trouble)
        elif found is not None:
            self.words.setText(agreement_words(found))
        elif looking is not None:
            self.words.setText(f"{looking.what}, {count_text(looking.done)} of {count_text(looking.of)}.")
        else:
            self.words.setText("Pictures that it never learned from are being encoded.")

    def _list_choices(self, found: CodesScattered | None) -> None:
        for row in range(self._rows.rowCount()):
            is_offered = found is not None and (row < 2 or _coloured(found))
            for column in (0, 1):
                item = self._rows.itemAtPosition(row, column)
                if item is not None and (widget := item.widget()) is not None:
                    widget.setVisible(is_offered)
        if found is None:
            return
        for combo, now in zip((self.across, self.up), self._codes.plane, strict=True):
            if [combo.itemText(place) for place in range(combo.count())] != list(self._codes.directions):
                combo.clear()
                combo.addItems(self._codes.directions)
            combo.setCurrentIndex(now)
        names = [_ALL, *found.classes]
        if [self.lit.itemText(place) for place in range(self.lit.count())] != names:
            self.lit.clear()
            self.lit.addItems(names)
            self._lit = -1
        self.lit.setCurrentIndex(self._lit + 1)

    def _show_clouds(self, found: CodesScattered) -> None:
        if self.plot is None:
            from app.controls.plots.cloud_plot import CloudPlot

            self.plot = CloudPlot()
            self.plot.setObjectName("codes.plot")
            self._room.addWidget(self.plot)
        names, plane = self._codes.directions, self._codes.plane
        title = f"{names[plane[1]]} over {names[plane[0]]}"
        self.plot.set_title(title)
        count = f"Codes of {count_text(len(found.codes))} held-out pictures"
        self.plot.set_clouds(self._codes.seen(found.drawn), self._clouds(found), words=f"{count}: {title}")
        if self._fitted != (found.model, plane):
            self._fitted = (found.model, plane)
            self.plot.fit()

    def _clouds(self, found: CodesScattered) -> list[Cloud]:
        """Those of no class, or of one that is not asked for, lie below the others."""
        from app.controls.plots.cloud_plot import Cloud

        seen, labels = self._codes.seen(found.codes), np.array(found.labels)
        if not _coloured(found):
            return [Cloud("held-out pictures", 0, seen)]
        shown = range(len(found.classes))
        shown = range(self._lit, self._lit + 1) if self._lit in shown else shown
        others = ~np.isin(labels, list(shown))
        clouds = [Cloud("others", -1, seen[others])] if others.any() else []
        return clouds + [Cloud(found.classes[kind], kind, seen[labels == kind]) for kind in shown]

    def _tell_classes(self, _look: object = None) -> None:
        found, look = self._codes.found, tokens()
        self.legend.setVisible(found is not None)
        if found is None or self.plot is None:
            return
        law = "prior" if found.is_prior else "law that points are drawn from"
        parts = [f'<span style="color:{look.secondary}">▒</span>&nbsp;the&nbsp;{law.replace(" ", "&nbsp;")}']
        for cloud in self.plot.clouds():
            mark = f'<span style="color:{cloud.colour(look)}">{cloud.shape(look)[1]}</span>'
            parts.append(f"{mark}&nbsp;{html.escape(cloud.name).replace(' ', '&nbsp;')}")
        self.legend.setText(" &nbsp; ".join(parts))

    # ------------------------------------------------------------ a person's hand

    def _on_plane_activated(self, _index: int) -> None:
        self._codes.set_plane(self.across.currentIndex(), self.up.currentIndex())

    def _on_lit_activated(self, index: int) -> None:
        self._lit = index - 1
        self._refresh()

    # ------------------------------------------------------------ Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._codes.want(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._codes.want(False)


def _coloured(found: CodesScattered) -> bool:
    """Whether classes have colours of their own."""
    return 1 < len(found.classes) <= MOST_CLASSES


def agreement_words(found: CodesScattered) -> str:
    """How well codes follow the law they should, over all coordinates."""
    law = "the prior" if found.is_prior else "the points that are drawn"
    over = f"Over all {count_text(found.codes.shape[1])} numbers codes" if found.codes.shape[1] > 2 else "Codes"
    bare = (
        "Where the grey is bare, no picture lies: what is drawn there is guessed."
        if found.is_drawn_from
        else "What one draws here lies where codes do, by a law fitted to them, not in the grey."
    )
    return (
        f"{over} of {count_text(len(found.codes))} held-out pictures spread {found.least_spread:.2f} to "
        f"{found.most_spread:.2f} times as far as {law}, and lie at most {found.off:.2f} of its spread beside it. "
        f"{bare}"
    )
