"""The dialog that draws data sets, in its states."""

from __future__ import annotations

from PySide6.QtTest import QTest

from app.making.choices import What
from app.making.dialog import MakeDialog
from app.shell.actions import ActionId
from app.store.kept.settings import MAKE_FOLDER
from tests.shots.stage import Stage, pause, until

LONG_NAME = "Faces for a course on generative models, second try"


def faces(scene: Stage) -> None:
    """Everybody smiles and turns a little."""
    dialog = _opened(scene, What.FACES)
    for name, value in (("smile", 1.0), ("yaw", 15.0)):
        dialog.options.held.add(name, value)
    dialog.options.changed.emit()
    _seen(scene, dialog)


def pairs(scene: Stage) -> None:
    dialog = _opened(scene, What.PAIRS)
    dialog.options.pairs.set_word("sketch")
    dialog.options.changed.emit()
    _seen(scene, dialog)


def changing(scene: Stage) -> None:
    """One attribute goes from one value to another; a name that is too long for its field."""
    dialog = _opened(scene, What.PAIRS)
    dialog.options.pairs.set_word("glasses=none:round")
    dialog.place.name_edit.clear()
    QTest.keyClicks(dialog.place.name_edit, LONG_NAME)
    dialog.options.changed.emit()
    _seen(scene, dialog)


def glyphs(scene: Stage) -> None:
    _seen(scene, _opened(scene, What.GLYPHS))


def density(scene: Stage) -> None:
    dialog = _opened(scene, What.DENSITY)
    dialog.options.densities.tiles["spiral"].click()
    _seen(scene, dialog)


def busy(scene: Stage) -> None:
    """A set is being drawn: the reason beside the button, how far it is in the status bar."""
    dialog = _opened(scene, What.FACES)
    dialog.options.forms[What.FACES].set_value("count", 400)
    dialog.options.changed.emit()
    dialog.make_button.click()
    until(lambda: " left" in scene.window.status_bar.drawing.words.text())
    _seen(scene, _opened(scene, What.FACES))


def done(scene: Stage) -> None:
    """Stopped, and kept."""
    scene.program.sets.stop()
    until(lambda: scene.program.sets.current is None)
    pause(500)


def _opened(scene: Stage, what: What) -> MakeDialog:
    scene.program.settings.put(MAKE_FOLDER, str(scene.home))
    scene.window.actions_table[ActionId.MAKE_SET].trigger()
    dialog = next(dialog for dialog in scene.window.findChildren(MakeDialog) if dialog.isVisible())
    until(lambda: dialog.cards[what].isEnabled())
    dialog.cards[what].click()
    return dialog


def _seen(scene: Stage, dialog: MakeDialog) -> None:
    """Wait for the newest preview to be whole."""
    pause(200)
    until(lambda: not scene.program.sets.is_previewing)
    pause(300)


SCENES = {
    "draw-faces": faces,
    "draw-pairs": pairs,
    "draw-attribute": changing,
    "draw-glyphs": glyphs,
    "draw-density": density,
    "draw-busy": busy,
    "draw-done": done,
}
