"""The form made from fields: values, problems, presets, search."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.controls.values.switch import Switch
from app.form.form import Form
from app.form.values import read_value, value_text
from engine.protocol.values import Field, Tier

LATENT = Field(name="latent", kind="int", default=64, low=1, high=4096, label="Latent size", help="How many numbers.")
SIZE = Field(name="size", kind="int", default=32, low=8, high=256, step=4, unit="px", label="Picture size")
RATE = Field(name="rate", kind="float", default=2e-4, low=0.0, high=1.0, label="Learning rate", tier=Tier.EXPERT)
AUGMENT = Field(name="augment", kind="bool", default=False, label="Augment", tier=Tier.EXPERT)
LOSS = Field(name="loss", kind="choice", default="logd", choices=("logd", "minimax"), label="Loss")
NOTE = Field(name="note", kind="text", default="", label="Note", tier=Tier.EXPERT)
ALL = (LATENT, SIZE, LOSS, RATE, AUGMENT, NOTE)


def shown(qtbot: QtBot, fields: tuple[Field, ...] = ALL, width: int = 328) -> Form:
    form = Form(fields)
    qtbot.addWidget(form)
    form.resize(width, 600)
    with qtbot.waitExposed(form):
        form.show()
    return form


def line(form: Form, name: str) -> QLineEdit:
    editor = form.rows[name].editor
    assert isinstance(editor, QLineEdit)
    return editor


def retype(edit: QLineEdit, text: str) -> None:
    edit.selectAll()
    QTest.keyClick(edit, Qt.Key.Key_Delete)
    QTest.keyClicks(edit, text)


def test_untouched_it_differs_in_nothing(qtbot: QtBot) -> None:
    form = shown(qtbot)
    assert form.values() == {}
    assert form.problems() == ()


def test_only_what_differs_is_told(qtbot: QtBot) -> None:
    form = shown(qtbot)
    form.more.set_open(True)
    retype(line(form, "latent"), "128")
    retype(line(form, "rate"), "1e-3")
    switch = form.rows["augment"].editor
    assert isinstance(switch, Switch)
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    combo = form.rows["loss"].editor
    assert isinstance(combo, QComboBox)
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert form.values() == {"latent": 128, "rate": 1e-3, "augment": True, "loss": "minimax"}
    retype(line(form, "latent"), "64")
    assert "latent" not in form.values()


def test_a_person_is_heard_and_the_state_is_not_echoed(qtbot: QtBot) -> None:
    form = shown(qtbot)
    with qtbot.waitSignal(form.changed):
        QTest.keyClicks(line(form, "latent"), "0")
    with qtbot.assertNotEmitted(form.changed):
        form.set_values({"latent": 7, "augment": True, "loss": "minimax", "rate": 0.01, "unknown": 3})
    assert form.values() == {"latent": 7, "augment": True, "loss": "minimax", "rate": 0.01}
    form.set_values({})
    assert form.values() == {}


def test_a_choice_that_hangs_on_how_many_pictures_there_are_says_what_it_does(qtbot: QtBot) -> None:
    names = ("by itself", "on", "off")
    field = Field(name="stretch", kind="choice", default="few", choices=("few", "always", "never"), names=names, few=50)
    form = shown(qtbot, (LATENT, field))
    row = form.rows["stretch"]
    assert row.remark.text() == ""
    for count, words in ((49, "on: few pictures"), (50, "off: pictures enough"), (0, "")):
        form.set_pictures(count)
        assert row.remark.text() == words
    form.set_pictures(49)
    QTest.keyClick(row.editor, Qt.Key.Key_Down)
    assert form.values() == {"stretch": "always"}
    assert row.remark.text() == "", "what was chosen says itself"
    assert not form.rows["latent"].remark.isVisible()


@pytest.mark.parametrize("bad", [{"latent": "x"}, {"latent": 0}, {"loss": "other"}, {"augment": 1}, {"rate": None}])
def test_impossible_presets_fall_back_to_defaults(qtbot: QtBot, bad: dict[str, Any]) -> None:
    form = shown(qtbot)
    form.set_values(bad)
    assert form.values() == {}
    assert form.problems() == ()


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        (LATENT, "", "Latent size needs a number."),
        (LATENT, "0", "Latent size must be 1 to 4\u202f096."),
        (LATENT, "1.5", "Latent size must be a whole number."),
        (LATENT, "many", "Latent size must be a whole number."),
        (LATENT, "1e400", "Latent size must be a whole number."),
        (SIZE, "17", "Picture size must be a multiple of 4: 16 or 20."),
        (SIZE, "8192", "Picture size must be 8 to 256 px."),
        (RATE, "-1", "Learning rate must be 0 to 1."),
        (RATE, "nan", "Learning rate must be a finite number."),
        (RATE, "fast", "Learning rate must be a number, such as 0.0002."),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(field: Field, text: str, sentence: str) -> None:
    assert read_value(field, text).problem == sentence


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [(RATE, "0,001", 0.001), (RATE, "2e-4", 2e-4), (LATENT, "1\u202f024", 1024), (LATENT, "1e3", 1000)],
)
def test_what_people_type_is_understood(field: Field, text: str, value: float) -> None:
    assert read_value(field, text).value == value


@pytest.mark.parametrize("value", [2e-4, 1e-7, 0.1, 1.0, 0.99999, 123456.0])
def test_numbers_survive_the_editor(value: float) -> None:
    assert read_value(RATE, value_text(Field(name="x", kind="float", default=0.0), value)).problem in (
        "",
        "Learning rate must be 0 to 1.",
    )
    free = Field(name="x", kind="float", default=0.0)
    assert read_value(free, value_text(free, value)).value == value


def test_a_problem_is_marked_at_its_row_and_told(qtbot: QtBot) -> None:
    form = shown(qtbot)
    retype(line(form, "size"), "17")
    row = form.rows["size"]
    assert form.problems() == (row.problem_now(),)
    assert row.problem_now() in row.editor.toolTip()
    assert row.editor.accessibleDescription() == row.problem_now()
    assert row.editor.property("wrong")
    assert "size" not in form.values()
    QTest.mouseClick(row.reset_button, Qt.MouseButton.LeftButton)
    assert not row.editor.property("wrong")
    assert row.editor.toolTip() == "Allowed: 8 to 256 px."
    assert form.problems() == ()


def test_choices_are_called_in_plain_words_and_papers_words_are_in_the_tooltip(qtbot: QtBot) -> None:
    law = Field(
        name="law", kind="choice", default="gaussian", choices=("gaussian", "laplace"), names=("soft", "tolerant"),
        label="Pixels", help="How a copy is compared.", symbol="p(x | z)",
    )  # fmt: skip
    form = shown(qtbot, (law,))
    combo = form.rows["law"].editor
    assert isinstance(combo, QComboBox)
    assert [combo.itemText(k) for k in range(combo.count())] == ["soft", "tolerant"]
    combo.setCurrentIndex(1)
    assert form.values() == {"law": "laplace"}
    assert form.rows["law"].reset_button.toolTip() == "Back to soft"
    form.set_values({"law": "gaussian"})
    assert combo.currentText() == "soft"
    assert combo.toolTip() == "How a copy is compared.\nIn papers: p(x | z) (gaussian, laplace)."
    assert form.rows["law"].matches("laplace")
    assert form.rows["law"].matches("p(x | z)")


def test_arrows_step_numbers(qtbot: QtBot) -> None:
    form = shown(qtbot)
    form.more.set_open(True)
    QTest.keyClick(line(form, "size"), Qt.Key.Key_Up)
    QTest.keyClick(line(form, "rate"), Qt.Key.Key_Down)
    assert form.values() == {"size": 36, "rate": 1e-4}
    retype(line(form, "latent"), "1")
    QTest.keyClick(line(form, "latent"), Qt.Key.Key_Down)
    assert form.value("latent") == 1


def test_many_settings_can_be_searched(qtbot: QtBot) -> None:
    many = tuple(
        Field(name=f"x{k}", kind="int", default=k, label=f"Setting {k}", help="dropout" * (k == 7), tier=Tier.EXPERT)
        for k in range(40)
    )
    form = shown(qtbot, many)
    form.more.set_open(True)
    assert form.search.isVisible()
    QTest.keyClicks(form.search, "drop")
    assert [row.field.name for row in form.rows.values() if row.isVisible()] == ["x7"]
    form.search.setText("nothing like it")
    assert form.no_match.isVisible()
    assert not shown(qtbot).search.isVisible()


def test_long_names_and_screen_readers(qtbot: QtBot) -> None:
    long = Field(name="l", kind="int", default=1, label="Haarfarbenveränderungswahrscheinlichkeit", help="Hilfe.")
    form = shown(qtbot, (long, *ALL))
    form.more.set_open(True)
    assert form.minimumSizeHint().width() <= 328
    assert form.rows["l"].label.is_elided()
    unnamed = [
        child
        for child in form.findChildren(QWidget)
        if child.focusPolicy() is not Qt.FocusPolicy.NoFocus and not child.accessibleName() and child.isVisible()
    ]
    assert unnamed == []
    assert not form.grab().isNull()


def test_every_editor_stands_on_one_edge(qtbot: QtBot) -> None:
    """What is painted, not only where the widget is: a switch is narrower than its row is high."""
    form = shown(qtbot, (LATENT, replace(AUGMENT, tier=LATENT.tier), LOSS))

    def left_edge(name: str) -> int:
        row = form.rows[name]
        image = row.grab().toImage()
        ratio = image.devicePixelRatio()
        y = round(row.editor.geometry().center().y() * ratio)
        start = row.label.geometry().right() + 1
        ground = image.pixel(round(start * ratio), y)
        return next(x for x in range(start, row.width()) if image.pixel(round(x * ratio), y) != ground)

    assert left_edge("augment") == left_edge("latent") == left_edge("loss")
