"""Under the slider of a walk: play, what the judging networks think on the way, and what has changed since it began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.controls.buttons import icon_button
from app.controls.numbers import plain_text
from app.controls.plots.library import library
from app.controls.small_note import small_note
from app.controls.tiles.thumbnail import Thumbnail
from app.look.theme import Ink, dress
from app.look.tokens import SPACE_4, SPACE_8
from app.store.shown.steps import Steps
from app.store.state import Explorer

if TYPE_CHECKING:
    from app.controls.plots.steps_plot import StepsPlot

PLOT_PX, CHANGE_PX = 96, 88
_PLAYED_MS, _LEAST_MS, _MOST_MS = 2500, 60, 350
"""A whole walk is played in about so long; one step is seen no shorter and no longer than this."""
_JUDGED = "Found real, D(x)"
_JUDGED_HELP = (
    "What the judge of the next step thinks of the picture: above 0 it takes it for real, below 0 for made.\n"
    "Each step has a judge of its own, who saw pictures as they were by then: the line may jump."
)
_STEEP = "Slope, |∇D(x)|"
_STEEP_HELP = "How steep that judgement is there. The next step moves the picture along this slope: steeper is farther."


class StepsBox(QWidget):
    """Listens to the store while it lives."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._steps: Steps = explorer.steps
        self._place = explorer.place
        self.setObjectName("steps")
        self.setAccessibleName("Steps of the walk")
        self.play_button = icon_button("play", "Play the walk", ink=Ink.TEXT)
        self.play_button.setObjectName("steps.play")
        self.told = QLabel()
        self.told.setProperty("tone", "secondary")
        self.change = Thumbnail(CHANGE_PX, "What has changed")
        self.change.setObjectName("steps.change")
        self.note = small_note()
        self.plots: tuple[StepsPlot, ...] = ()
        self._plot_row = QHBoxLayout()
        self._plot_row.setSpacing(SPACE_4)
        self._timer = QTimer(self)
        self._build()
        self.play_button.clicked.connect(self.toggle)
        self.change.clicked.connect(self._on_change_clicked)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._steps.changed.connect(self._show_all)
        self._place.recipe_changed.connect(self._show_all)
        library().arrived.connect(self._join_plots)
        self._join_plots()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_8)
        head.addWidget(self.play_button)
        head.addWidget(self.told, 1)
        beside = QGridLayout()
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setHorizontalSpacing(SPACE_8)
        beside.addWidget(self.change, 0, 0)
        beside.addWidget(self.note, 0, 1)
        beside.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE_8)
        column.setSpacing(SPACE_4)
        column.addLayout(head)
        column.addLayout(self._plot_row)
        column.addLayout(beside)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._steps.set_wanted(True)
        self._show_all()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.pause()
        self._steps.set_wanted(False)

    def _join_plots(self) -> None:
        if self.plots or not library().is_here:
            return
        from app.controls.plots.steps_plot import StepsPlot

        self.plots = (StepsPlot(_JUDGED, 0), StepsPlot(_STEEP, 1))
        for plot, words in zip(self.plots, (_JUDGED_HELP, _STEEP_HELP), strict=True):
            plot.setToolTip(words)
        for plot in self.plots:
            plot.setFixedHeight(PLOT_PX)
            plot.pressed.connect(self._place.begin_edit)
            plot.chosen.connect(self._steps.go_to)
            plot.released.connect(lambda: self._place.end_edit("Steps"))
            self._plot_row.addWidget(plot)
        self._show_all()

    # ------------------------------------------------------------ showing

    def _show_all(self, *_told: object) -> None:
        setting, followed, step = self._steps.setting, self._steps.followed, self._steps.step
        if setting is None:
            return
        last = round(setting.high)
        self.told.setText(f"After {step} of {last} steps")
        for plot, values in zip(self.plots, (followed.scores, followed.slopes) if followed else ((), ()), strict=False):
            if plot.values() != values:
                plot.set_values(values)
            plot.set_step(step)
        if followed is None:
            self.change.set_image(None)
            self.note.setText(self._steps.trouble or "Following its steps …")
            return
        shown = min(step, len(followed.changes) - 1)
        self.change.set_image(followed.changes[shown])
        self.change.set_words(
            "What has changed",
            "The picture now less the picture at the beginning: brighter where it gained, darker where it lost.\n"
            "Press it to go to the beginning, and again to the end.",
        )
        self.note.setText(
            f"{_amplified(followed.gains[shown]) if step else 'Here it begins.'}\n"
            f"At t = 0, quick: {_ms(followed.first_ms)} a picture. "
            f"With all {last} steps, finer: {_ms(followed.last_ms)}."
        )

    # ------------------------------------------------------------ playing

    @property
    def is_playing(self) -> bool:
        """True while the walk goes on by itself."""
        return self._timer.isActive()

    def toggle(self) -> None:
        """Play, or stay where it is."""
        if self.is_playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Walk on; from the beginning where it was at the end."""
        setting = self._steps.setting
        if setting is None or self.is_playing:
            return
        self._place.begin_edit()
        if self._steps.step >= setting.high:
            self._steps.go_to(round(setting.low))
        whole = max(1, round(setting.high - setting.low))
        self._timer.start(min(_MOST_MS, max(_LEAST_MS, _PLAYED_MS // whole)))
        self._dress_button()

    def pause(self) -> None:
        """Stay where it is."""
        if self.is_playing:
            self._timer.stop()
            self._place.end_edit("Play the walk")
            self._dress_button()

    def _on_timer_timeout(self) -> None:
        setting = self._steps.setting
        if setting is None or self._steps.step >= setting.high:
            self.pause()
            return
        self._steps.go_to(self._steps.step + 1)

    def _dress_button(self) -> None:
        name = "Stay at this step" if self.is_playing else "Play the walk"
        dress(self.play_button, "pause" if self.is_playing else "play", 20, Ink.TEXT)
        self.play_button.setAccessibleName(name)
        self.play_button.setToolTip(name)

    def _on_change_clicked(self) -> None:
        setting = self._steps.setting
        if setting is not None:
            self.pause()
            self._steps.go_to(round(setting.high if self._steps.step <= setting.low else setting.low))


def _amplified(gain: float) -> str:
    return f"What has changed since it began, ×{plain_text(gain)}."


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.1f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"
