"""The window of directions, in its states."""

from __future__ import annotations

from collections.abc import Callable

from app.directions.dialog import DirectionsDialog
from app.directions.lesson_form import Way
from tests.shots.stage import Stage, pause, until


def listed(scene: Stage) -> None:
    _opened(scene, "list")
    pause(2500)


def empty(scene: Stage) -> None:
    _opened(scene, "learn")
    pause(300)


def found(scene: Stage) -> None:
    """Learned from words, looked at, not kept yet."""
    dialog = _opened(scene, "learn")
    dialog.learn.form.cards[Way.WORDS].setChecked(True)
    dialog.learn.form.start.setText("woman without glasses")
    dialog.learn.form.to.setText("woman with round glasses")
    dialog.learn.form.by.setCurrentIndex(1)
    _learned(scene, dialog)


def pictures(scene: Stage) -> None:
    dialog = _opened(scene, "learn")
    dialog.learn.form.cards[Way.PICTURES].setChecked(True)
    scene.explorer.directions.add_places(0, scene.explorer.gallery.recipes[:5])
    scene.explorer.directions.add_places(1, scene.explorer.gallery.recipes[5:9])
    _learned(scene, dialog)


def factors(scene: Stage) -> None:
    dialog = _opened(scene, "learn")
    dialog.learn.form.cards[Way.LAYER].setChecked(True)
    _learned(scene, dialog)


def meter(scene: Stage) -> None:
    """Measured, a row pressed, the rest of it held still."""
    dialog = _opened(scene, "meter")
    dialog.meter.measure_button.click()
    until(lambda: scene.explorer.meter.matrix is not None)
    dialog.meter._choose(0)
    dialog.meter.hold_button.click()
    until(lambda: not scene.explorer.meter.is_busy)
    pause(1500)


def _learned(scene: Stage, dialog: DirectionsDialog) -> None:
    dialog.learn.learn_button.click()
    until(lambda: not scene.explorer.directions.is_learning)
    pause(1500)


def _opened(scene: Stage, tab: str) -> DirectionsDialog:
    scene.program.show_directions(tab)
    dialog = scene.window.findChild(DirectionsDialog)
    assert dialog is not None
    return dialog


SCENES: dict[str, Callable[[Stage], object]] = {
    "directions": listed,
    "directions-learn": empty,
    "directions-found": found,
    "directions-pictures": pictures,
    "directions-factors": factors,
    "directions-meter": meter,
}
