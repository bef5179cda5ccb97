"""A monkey at the window: random hands, keys, drops and engine events, from a seed, so that a fall can be replayed."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLineEdit, QMenu, QWidget

from app.program import Program
from app.shell.actions import ActionId
from engine.protocol.answers import Failed, RecipeRead
from engine.protocol.requests import ExportPicture, OpenModel, ReadRecipe, Render, Train
from engine.protocol.values import CANVAS, Problem, Recipe, View
from tests.app.fake_engine import FACES, GLYPHS, FakeEngine

KEYS = (
    Qt.Key.Key_R,
    Qt.Key.Key_B,
    Qt.Key.Key_F,
    Qt.Key.Key_G,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Tab,
    Qt.Key.Key_Backtab,
    Qt.Key.Key_Return,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Space,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Menu,
    Qt.Key.Key_7,
    Qt.Key.Key_Minus,
)
CONTROL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier
NOT_PRESSED = frozenset((ActionId.QUIT, ActionId.OPEN_HOME))


class Monkey:
    """`act` does one thing and says which."""

    def __init__(self, program: Program, engine: FakeEngine, seed: int) -> None:
        self.program = program
        self.engine = engine
        self.random = random.Random(seed)
        self.deeds: tuple[Callable[[], str], ...] = (
            self._press_mouse,
            self._press_mouse,
            self._drag_mouse,
            self._drag_mouse,
            self._press_key,
            self._press_key,
            self._type,
            self._turn_wheel,
            self._trigger,
            self._drop,
            self._change_state,
            self._hear,
            self._resize,
            self._hold_engine,
        )

    def act(self) -> str:
        """One deed; menus and lists that opened are closed again."""
        deed = self.random.choice(self.deeds)()
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # only a running loop does it by itself
        popup = QApplication.activePopupWidget()
        if popup is not None:
            if isinstance(popup, QMenu) and self.random.random() < 0.3:
                QTest.keyClick(popup, Qt.Key.Key_Down)
            popup.close()
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            dialog.close()
        for beside in self.program.window.findChildren(QDialog):
            beside.close()
        return deed

    def _widget(self) -> QWidget:
        window = self.program.window
        widgets = [
            w for w in window.findChildren(QWidget) if w.isVisible() and w.isEnabled() and not w.size().isEmpty()
        ]
        return self.random.choice(widgets or [window])

    def _point(self, widget: QWidget) -> QPoint:
        return QPoint(self.random.randrange(widget.width()), self.random.randrange(widget.height()))

    def _press_mouse(self) -> str:
        widget = self._widget()
        button = self.random.choice((Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton))
        twice = self.random.random() < 0.2
        (QTest.mouseDClick if twice else QTest.mouseClick)(widget, button, NONE, self._point(widget))
        return f"press {widget.objectName() or type(widget).__name__}"

    def _drag_mouse(self) -> str:
        widget = self._widget()
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, NONE, self._point(widget))
        for _ in range(self.random.randrange(12)):
            QTest.mouseMove(widget, self._point(widget))
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, NONE, self._point(widget))
        return f"drag {widget.objectName() or type(widget).__name__}"

    def _press_key(self) -> str:
        key = self.random.choice(KEYS)
        modifier = self.random.choice((NONE, NONE, NONE, Qt.KeyboardModifier.ShiftModifier))
        QTest.keyClick(QApplication.focusWidget() or self.program.window, key, modifier)
        return f"key {key.name}"

    def _type(self) -> str:
        window = self.program.window
        fields = [field for field in window.findChildren(QLineEdit) if field.isVisible() and field.window() is window]
        if not fields:
            return "nothing to type in"
        field = self.random.choice(fields)
        field.setFocus()
        text = self.random.choice(("12", "-3.5", "1e999", "%s", "999999999999999999999", "", "0,5", "nan"))
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        return f"type {text!r}"

    def _turn_wheel(self) -> str:
        widget = self._widget()
        place = QPointF(self._point(widget))
        turn = QPoint(0, self.random.choice((-120, 120, 15)))
        event = QWheelEvent(
            place,
            QPointF(widget.mapToGlobal(place.toPoint())),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            NONE,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)
        return f"wheel {type(widget).__name__}"

    def _trigger(self) -> str:
        actions = self.program.window.actions_table
        row = self.random.choice([row for row in actions.rows if row.id not in NOT_PRESSED])
        actions[row.id, row.argument].trigger()
        return f"action {row.id} {row.argument}"

    def _drop(self) -> str:
        name = self.random.choice(("place.png", "grid.png", "plain.png", "model.zscape", "glyphs", "%s<b>\n.jpg"))
        path = self.program.home / name
        place = Recipe(model=self.random.choice((FACES, GLYPHS)).fingerprint, seed=self.random.randrange(100))
        cells = 6 if name == "grid.png" else 1
        if name in ("place.png", "grid.png"):
            self.engine.recipes[name] = RecipeRead(path=str(path), recipes=(place,) * cells, columns=4, source="faces")
        content = QMimeData()
        content.setUrls([QUrl.fromLocalFile(str(path))])
        copy = Qt.DropAction.CopyAction
        event = QDropEvent(QPointF(300, 300), copy, content, Qt.MouseButton.LeftButton, NONE)
        QApplication.sendEvent(self.program.window, event)
        return f"drop {name}"

    def _change_state(self) -> str:
        explorer = self.program.explorer
        deeds: dict[str, Callable[[], object]] = {
            "direction": lambda: explorer.place.set_direction("smile", self.random.uniform(-20, 20)),
            "axis": lambda: explorer.place.set_axis(self.random.randrange(12), self.random.uniform(-3, 3)),
            "raw": lambda: explorer.place.set_raw(self.random.randrange(64), self.random.uniform(-3, 3)),
            "begin": explorer.place.begin_edit,
            "end": lambda: explorer.place.end_edit("Edit"),
            "model": lambda: explorer.models.open(self.random.choice(("faces", "glyphs", "nowhere"))),
            "history": lambda: (
                explorer.history.entries
                and explorer.models.go_to(self.random.choice(explorer.history.entries).recipe, "Back")
            ),
            "train": lambda: explorer.runs.start(
                Train(family="vae", data="bundled:faces", out=Path("r"), name="cats", config=())
            ),
            "pause": lambda: explorer.runs.pause(self.random.random() < 0.5),
            "stop": explorer.runs.stop,
        }
        name = self.random.choice(sorted(deeds))
        deeds[name]()
        return f"state {name}"

    def _hear(self) -> str:
        if self.random.random() < 0.5 and self.program.explorer.runs.run is not None:
            self.engine.take_steps(3)
            return "hear steps"
        number = self.random.randrange(5)
        problem = Problem(code="x", sentence=f"Problem {number} with “{'long' * 20}.png”.", path="/x")
        place = Recipe(model=FACES.fingerprint)
        command = self.random.choice(
            (
                OpenModel(source="x"),
                Render(view=CANVAS, ticket=0, recipe=place),
                Render(view=View("gallery", "", 1), ticket=0, recipe=place),
                ReadRecipe(path=Path("x.png")),
                *self.engine.sent_of(ExportPicture)[-1:],
                *self.engine.sent_of(Train)[-1:],
                None,
            )
        )
        self.engine.say(Failed(command=command, problem=problem, ticket=command.ticket if command else 0))
        return f"hear failed {type(command).__name__}"

    def _resize(self) -> str:
        self.program.window.resize(self.random.randrange(900, 1600), self.random.randrange(600, 1000))
        return "resize"

    def _hold_engine(self) -> str:
        self.engine.held = not self.engine.held
        if not self.engine.held:
            self.engine.answer()
        return f"engine {'holds' if self.engine.held else 'answers'}"


def rest(monkey: Monkey) -> None:
    """Everything let go and answered: what is shown must now be what is asked for."""
    for button in monkey.program.window.findChildren(QAbstractButton):
        button.setDown(False)
    monkey.engine.held = False
    monkey.engine.answer()
    monkey.program.explorer.place.set_before(False)
    QApplication.processEvents()
