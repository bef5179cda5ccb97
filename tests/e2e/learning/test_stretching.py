"""A setting that hangs on how many pictures there are says what it does with those that are chosen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.train.page import TrainPage
from tests.e2e.opened import opened
from tests.patience import PATIENCE_MS


def test_stretching_tells_that_it_is_on_for_few_pictures_and_can_be_chosen(qtbot: QtBot, tmp_path: Path) -> None:
    with opened(qtbot, tmp_path / "home", "faces", "Faces", timeout_ms=PATIENCE_MS) as window:
        window.show_page("train")
        page = window.findChild(TrainPage)
        assert page is not None
        setup = page.setup
        qtbot.waitUntil(lambda: setup.start_button.isEnabled() and "glyphs" in setup.data.cards, timeout=PATIENCE_MS)
        setup.data.cards["faces"].click()
        setup.kind.combo.setCurrentIndex(setup.kind.combo.findData("r3gan"))
        setup.kind.combo.activated.emit(setup.kind.combo.currentIndex())
        row = setup.form.rows["augment"]
        combo = row.editor
        assert isinstance(combo, QComboBox)
        assert row.isVisible()
        assert row.remark.text() == "on: few pictures"
        assert (combo.currentText(), setup.form.value("augment")) == ("by itself", "few")
        setup.data.cards["faces-more"].click()
        assert row.remark.text() == "off: pictures enough"
        combo.setFocus()
        QTest.keyClick(combo, Qt.Key.Key_Down)
        assert (combo.currentText(), setup.form.value("augment")) == ("on", "always")
        assert row.remark.text() == ""
