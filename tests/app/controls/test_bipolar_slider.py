"""The slider in both directions: state to widget without echo, a person's hand to state once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.controls.values.bipolar_slider import BipolarSlider
from app.controls.values.bipolar_track import BipolarTrack

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Heard:
    """What a slider said, in order."""

    def __init__(self, slider: BipolarSlider) -> None:
        self.words: list[str] = []
        self.values: list[float] = []
        slider.edit_began.connect(lambda: self.words.append("began"))
        slider.edit_ended.connect(lambda: self.words.append("ended"))
        slider.value_edited.connect(self._on_value)

    def _on_value(self, value: float) -> None:
        self.words.append("value")
        self.values.append(value)


@pytest.fixture
def slider(qtbot: QtBot) -> BipolarSlider:
    widget = BipolarSlider("Smile", -3.0, 3.0, can_open=True)
    qtbot.addWidget(widget)
    widget.resize(308, 28)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def at(track: BipolarTrack, value: float) -> QPoint:
    return QPoint(round(track._x_of(value)), track.height() // 2)


def wheel(track: BipolarTrack, turns: int) -> None:
    where = QPointF(track.rect().center())
    delta = QPoint(0, 120 * turns)
    event = QWheelEvent(
        where,
        track.mapToGlobal(where),
        QPoint(),
        delta,
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(track, event)


def test_state_to_widget_does_not_echo(slider: BipolarSlider) -> None:
    heard = Heard(slider)
    slider.set_value(-0.64)
    assert slider.value() == -0.64
    assert slider.edit.text() == "−0.6"
    assert heard.words == []


def test_a_drag_is_one_edit(slider: BipolarSlider) -> None:
    heard = Heard(slider)
    track = slider.track
    QTest.mousePress(track, LEFT, NONE, at(track, 0.0))
    for value in (0.5, 1.0, 2.0):
        QTest.mouseMove(track, at(track, value))
    QTest.mouseRelease(track, LEFT, NONE, at(track, 2.0))
    assert heard.words[0] == "began"
    assert heard.words[-1] == "ended"
    assert heard.words.count("began") == heard.words.count("ended") == 1
    assert heard.values[-1] == pytest.approx(2.0, abs=0.1)
    assert slider.edit.text() == "+2.0"


def test_a_drag_past_the_end_stays_at_the_end(slider: BipolarSlider) -> None:
    track = slider.track
    QTest.mousePress(track, LEFT, NONE, at(track, 0.0))
    QTest.mouseMove(track, QPoint(2000, 10))
    QTest.mouseRelease(track, LEFT, NONE, QPoint(2000, 10))
    assert slider.value() == 3.0


def test_a_click_on_the_groove_goes_there(slider: BipolarSlider) -> None:
    heard = Heard(slider)
    QTest.mouseClick(slider.track, LEFT, NONE, at(slider.track, -2.0))
    assert heard.words == ["began", "value", "ended"]
    assert slider.value() == pytest.approx(-2.0, abs=0.1)


def test_shift_is_fine(slider: BipolarSlider) -> None:
    track = slider.track
    start = at(track, 0.0)
    QTest.mousePress(track, LEFT, SHIFT, start)
    event_point = QPointF(start + QPoint(40, 0))
    for step in range(1, 41):
        point = start + QPoint(step, 0)
        QTest.mouseMove(track, point)  # QTest has no modifiers for moves, so the fine path is driven below
    QTest.mouseRelease(track, LEFT, SHIFT, start)
    coarse = slider.value()
    slider.set_value(0.0)
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    QTest.mousePress(track, LEFT, SHIFT, start)
    move = QMouseEvent(
        QEvent.Type.MouseMove, event_point, track.mapToGlobal(event_point), Qt.MouseButton.NoButton, LEFT, SHIFT
    )
    QApplication.sendEvent(track, move)
    QTest.mouseRelease(track, LEFT, SHIFT, start)
    assert 0 < slider.value() < coarse / 5


def test_double_click_resets(slider: BipolarSlider) -> None:
    slider.set_value(1.4)
    QTest.mouseDClick(slider.track, LEFT, NONE, at(slider.track, 1.4))
    assert slider.value() == 0.0


@pytest.mark.parametrize(
    ("key", "modifier", "expected"),
    [
        (Qt.Key.Key_Right, NONE, 0.6),
        (Qt.Key.Key_Up, NONE, 0.6),
        (Qt.Key.Key_Left, NONE, 0.4),
        (Qt.Key.Key_Left, SHIFT, 0.49),
        (Qt.Key.Key_PageUp, NONE, 1.5),
        (Qt.Key.Key_PageDown, NONE, -0.5),
        (Qt.Key.Key_Home, NONE, -3.0),
        (Qt.Key.Key_End, NONE, 3.0),
        (Qt.Key.Key_Delete, NONE, 0.0),
        (Qt.Key.Key_Backspace, NONE, 0.0),
    ],
)
def test_keys(slider: BipolarSlider, key: Qt.Key, modifier: Qt.KeyboardModifier, expected: float) -> None:
    slider.set_value(0.5)
    heard = Heard(slider)
    QTest.keyClick(slider.track, key, modifier)
    assert slider.value() == pytest.approx(expected)
    assert heard.words == ["began", "value", "ended"]


def test_digits_start_typing_and_comma_is_a_decimal_mark(qtbot: QtBot, slider: BipolarSlider) -> None:
    heard = Heard(slider)
    slider.track.setFocus()
    QTest.keyClick(slider.track, Qt.Key.Key_1)
    QTest.keyClicks(slider.edit, ",25")
    QTest.keyClick(slider.edit, Qt.Key.Key_Return)
    assert heard.values == [1.25]
    assert heard.words == ["began", "value", "ended"]


@pytest.mark.parametrize("typed", ["1.5", "abc", ""])
def test_return_gives_the_keyboard_back_to_the_slider(slider: BipolarSlider, typed: str) -> None:
    """It stayed in the number, where R for another picture typed an r."""
    slider.track.setFocus()
    slider.edit.start_typing(typed)
    QTest.keyClick(slider.edit, Qt.Key.Key_Return)
    assert not slider.edit.hasFocus()
    assert slider.track.hasFocus()


@pytest.mark.parametrize("nonsense", ["", "abc", "nan", "inf", "1e999", "--2"])
def test_nonsense_gives_the_old_value_back(slider: BipolarSlider, nonsense: str) -> None:
    slider.set_value(0.8)
    heard = Heard(slider)
    slider.edit.start_typing("")
    slider.edit.selectAll()
    QTest.keyClick(slider.edit, Qt.Key.Key_Delete)
    QTest.keyClicks(slider.edit, nonsense)
    QTest.keyClick(slider.edit, Qt.Key.Key_Return)
    assert heard.words == []
    assert slider.value() == 0.8
    assert slider.edit.text() == "+0.8"


def test_typing_beyond_the_range_goes_to_its_end(slider: BipolarSlider) -> None:
    slider.edit.start_typing("9")
    QTest.keyClick(slider.edit, Qt.Key.Key_Return)
    assert slider.value() == 3.0


def test_escape_forgets_what_was_typed(slider: BipolarSlider) -> None:
    heard = Heard(slider)
    slider.edit.start_typing("2")
    QTest.keyClick(slider.edit, Qt.Key.Key_Escape)
    assert heard.words == []
    assert slider.edit.text() == "0.0"


def test_state_does_not_overwrite_what_is_being_typed(slider: BipolarSlider) -> None:
    slider.edit.start_typing("2")
    slider.set_value(0.3)
    assert slider.edit.text() == "2"


def test_wheel_acts_on_the_focused_one_only(qtbot: QtBot, slider: BipolarSlider) -> None:
    heard = Heard(slider)
    slider.track.clearFocus()
    wheel(slider.track, 1)
    assert heard.words == []
    slider.track.setFocus()
    qtbot.waitUntil(slider.track.hasFocus)
    with qtbot.waitSignal(slider.edit_ended):
        wheel(slider.track, 2)
        wheel(slider.track, 1)
    assert slider.value() == pytest.approx(0.3)
    assert heard.words == ["began", "value", "value", "ended"]


def test_reset_appears_only_off_zero(slider: BipolarSlider) -> None:
    assert slider.reset_button.isHidden()
    slider.set_value(0.1)
    assert not slider.reset_button.isHidden()
    QTest.mouseClick(slider.reset_button, LEFT)
    assert slider.value() == 0.0
    assert slider.reset_button.isHidden()


def test_label_and_enter_ask_to_open(qtbot: QtBot, slider: BipolarSlider) -> None:
    with qtbot.waitSignal(slider.opened_changed) as opened:
        QTest.mouseClick(slider.label, LEFT, NONE, QPoint(10, 10))
    assert opened.args == [True]
    slider.set_strip(QWidget())
    with qtbot.waitSignal(slider.opened_changed) as closed:
        QTest.keyClick(slider.track, Qt.Key.Key_Return)
    assert closed.args == [False]


def test_hiding_ends_the_edit(slider: BipolarSlider) -> None:
    heard = Heard(slider)
    QTest.mousePress(slider.track, LEFT, NONE, at(slider.track, 1.0))
    slider.hide()
    assert heard.words == ["began", "value", "ended"]


def test_off_tells_why(slider: BipolarSlider) -> None:
    slider.set_value(1.0)
    slider.set_available(False, "This model has no places to move to.")
    assert slider.track.toolTip() == "This model has no places to move to."
    assert not slider.track.isEnabled()
    assert slider.reset_button.isHidden()
    heard = Heard(slider)
    QTest.mouseClick(slider.track, LEFT, NONE, at(slider.track, 2.0))
    assert heard.words == []
    slider.set_available(True)
    assert slider.track.isEnabled()


def test_screen_readers_hear_name_and_value(slider: BipolarSlider) -> None:
    slider.set_value(-0.6)
    interface = QAccessible.queryAccessibleInterface(slider.track)
    assert interface.role() == QAccessible.Role.Slider
    assert interface.text(QAccessible.Text.Name) == "Smile"
    assert interface.text(QAccessible.Text.Value) == "−0.6"
    value = interface.valueInterface()
    assert (value.currentValue(), value.minimumValue(), value.maximumValue()) == (-0.6, -3.0, 3.0)
    heard = Heard(slider)
    value.setCurrentValue(1.5)
    assert heard.values == [1.5]
    slider.set_label("Grin")
    assert interface.text(QAccessible.Text.Name) == "Grin"


def test_long_labels_end_in_an_ellipsis_and_tell_all(slider: BipolarSlider) -> None:
    name = "Haarfarbenveränderungswahrscheinlichkeit"
    slider.set_label(name)
    slider.set_tip("left: dark, right: fair")
    assert slider.label.is_elided()
    assert slider.label.toolTip().startswith(name)
    assert "fair" in slider.label.toolTip()


def test_range_may_lie_beside_zero(qtbot: QtBot) -> None:
    diversity = BipolarSlider("Diversity", 0.0, 1.5, origin=1.0)
    qtbot.addWidget(diversity)
    assert diversity.value() == 1.0
    assert diversity.reset_button.isHidden()
    QTest.keyClick(diversity.track, Qt.Key.Key_Home)
    assert diversity.value() == 0.0
    assert not diversity.reset_button.isHidden()


def test_tab_goes_from_row_to_row(qtbot: QtBot) -> None:
    page = QWidget()
    column = QVBoxLayout(page)
    rows = [BipolarSlider(name) for name in ("Smile", "Glasses", "Turn")]
    for row in rows:
        column.addWidget(row)
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    rows[0].track.setFocus()
    qtbot.waitUntil(rows[0].track.hasFocus)
    for row in rows[1:]:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert row.track.hasFocus()


@pytest.mark.parametrize("value", [0.0, 1.4, -3.0, 25.0])
def test_painting_every_state(slider: BipolarSlider, value: float) -> None:
    slider.set_value(value)
    slider.track.setFocus(Qt.FocusReason.TabFocusReason)
    assert not slider.grab().isNull()


def test_events_sent_to_the_row_reach_the_track_once(slider: BipolarSlider) -> None:
    heard = Heard(slider)
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert heard.values == [0.1]
    start = slider.track.mapTo(slider, at(slider.track, 0.1))
    QTest.mousePress(slider, LEFT, NONE, start)
    QTest.mouseMove(slider, start + QPoint(30, 0))
    QTest.mouseRelease(slider, LEFT, NONE, start + QPoint(30, 0))
    assert heard.values[-1] > 0.8
    assert heard.words.count("began") == heard.words.count("ended") == 2
    slider.setValue(-1.0)
    assert heard.values[-1] == -1.0


def test_pressing_the_label_does_not_move_anything(slider: BipolarSlider) -> None:
    heard = Heard(slider)
    QTest.mousePress(slider.label, LEFT, NONE, QPoint(5, 5))
    QTest.mouseMove(slider.label, QPoint(200, 5))
    QTest.mouseRelease(slider.label, LEFT, NONE, QPoint(5, 5))
    QTest.keyClick(slider.track, Qt.Key.Key_F7)
    assert heard.words == []
