"""Numbers, sentences and settings: from a hand to the store, and from the store to the widgets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.explore.latent_panel import LatentPanel
from app.places.words import recipe_words
from app.store.state import Explorer
from engine.protocol.values import Condition, ConditionKind, Setting
from tests.app.fake_engine import FACES, FakeClient

AGE = Condition(
    name="age", label="Age", kind=ConditionKind.NUMBER, low=20.0, high=80.0, low_word="young", high_word="old"
)
SENTENCE = Condition(name="caption", label="Caption", kind=ConditionKind.TEXT, words=("a", "smiling", "face"), length=8)
HEAT = Setting(name="temperature", label="Temperature", low=0.0, high=2.0, default=1.0, help="How daring it is.")
ASKED = replace(FACES, name="asked", conditions=(AGE, SENTENCE), sampling=(HEAT,), fingerprint="d" * 64)


@pytest.fixture
def panel(qtbot: QtBot, bare_explorer: Explorer, fake: FakeClient) -> LatentPanel:
    fake.models["asked"] = ASKED
    bare_explorer.models.open("asked")
    panel = LatentPanel(bare_explorer)
    qtbot.addWidget(panel)
    panel.resize(340, 900)
    panel.show()
    return panel


def test_a_number_is_asked_for_and_left_to_the_model_again(bare_explorer: Explorer, panel: LatentPanel) -> None:
    slider = panel.wishes.numbers["age"]
    assert slider.edit.text() == "any"
    QTest.keyClick(slider.track, Qt.Key.Key_Right)
    assert bare_explorer.place.recipe is not None
    [(name, value)] = bare_explorer.place.recipe.conditions
    assert name == "age"
    assert value == pytest.approx(51.2, abs=0.01)
    assert slider.edit.text().startswith("51.2")
    QTest.keyClick(slider.track, Qt.Key.Key_Delete)
    assert bare_explorer.place.recipe.conditions == ()
    assert slider.edit.text() == "any"
    slider.edit.start_typing("5")
    QTest.keyClicks(slider.edit, "0")
    QTest.keyClick(slider.edit, Qt.Key.Key_Return)
    assert bare_explorer.place.recipe.conditions == (("age", 50.0),), "the middle itself can be asked for"
    bare_explorer.edits.undo()
    assert slider.edit.text() == "any"
    bare_explorer.place.set_condition("age", 70.0)
    assert slider.value() == 70.0
    assert "young" in slider.track.toolTip()


def test_a_sentence_is_asked_for_and_told_where_it_is_strange(bare_explorer: Explorer, panel: LatentPanel) -> None:
    field = panel.wishes.texts["caption"]
    QTest.keyClicks(field.edit, "a smiling dog")
    assert bare_explorer.place.recipe is not None
    assert bare_explorer.place.recipe.conditions == (), "half a sentence asks for nothing"
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert bare_explorer.place.recipe.conditions == (("caption", "a smiling dog"),)
    assert field.unknown.isVisible()
    assert "dog" in field.unknown.text()
    assert "smiling" not in field.unknown.text()
    assert "Caption a smiling dog" in recipe_words(bare_explorer.place.recipe, ASKED)
    bare_explorer.edits.undo()
    assert field.edit.text() == ""
    assert not field.unknown.isVisible()
    bare_explorer.place.set_condition("caption", "a face")
    assert field.edit.text() == "a face"
    field.edit.clear()
    field.edit.setModified(True)
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert bare_explorer.place.recipe.conditions == ()


def test_a_setting_is_moved_and_comes_back_to_its_default(bare_explorer: Explorer, panel: LatentPanel) -> None:
    slider = panel.wishes.settings["temperature"]
    assert slider.value() == 1.0
    QTest.keyClick(slider.track, Qt.Key.Key_Left)
    assert bare_explorer.place.recipe is not None
    assert bare_explorer.place.recipe.settings == (("temperature", pytest.approx(0.96)),)
    assert "Temperature 0.96" in recipe_words(bare_explorer.place.recipe, ASKED)
    QTest.keyClick(slider.track, Qt.Key.Key_Delete)
    assert bare_explorer.place.recipe.settings == ()
    bare_explorer.place.set_setting(HEAT, 1.5)
    assert slider.value() == 1.5
    bare_explorer.edits.undo()
    assert slider.value() == 1.0


def test_another_model_has_other_wishes(bare_explorer: Explorer, panel: LatentPanel) -> None:
    bare_explorer.models.open(FACES.name)
    assert not panel.wishes.numbers
    assert not panel.wishes.texts
    assert not panel.wishes.settings
    assert not panel.wishes.isVisible()
