"""Help: every key in one list, and the guide that comes with the program."""

from __future__ import annotations

import json
import re
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from app.pages import PAGES
from app.program import Program
from app.shell.actions import ActionId, table
from app.shell.help import GUIDE, HANDS, PICTURE, GuideDialog, KeysDialog
from engine import families
from tests.pages import explore

GOLDEN = Path(__file__).parents[2] / "engine" / "families" / "golden"


def test_the_keys_of_all_actions_are_listed_and_lead_to_the_guide(program: Program) -> None:
    program.window.actions_table[ActionId.KEYS].trigger()
    dialog = program.window.findChild(KeysDialog)
    assert dialog is not None
    assert dialog.isVisible()
    words = {label.text() for label in dialog.findChildren(QLabel)}
    assert {row.text.removesuffix("…") for row in table(PAGES) if row.shortcut and row.id is not ActionId.KEYS} <= words
    assert {keys for keys, _ in HANDS} <= words
    assert "Ctrl+4 or Ctrl+T" in words
    dialog.guide_button.click()
    guide = program.window.findChild(GuideDialog)
    assert guide is not None
    assert guide.isVisible()
    assert not guide.isModal(), "one reads it beside what one tries out"
    guide.close()


def test_keys_are_given_once() -> None:
    keys = [key for row in table(PAGES) for key in row.shortcut.split(";") if key]
    assert len(keys) == len(set(keys))
    assert {"F1", "Ctrl+K"} <= set(keys)


def test_a_question_mark_in_a_field_stays_there(program: Program) -> None:
    edit = explore(program.window).sliders.filter_edit
    explore(program.window).sliders.all_z.set_open(True)
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert program.window.findChild(KeysDialog) is None


def test_each_familys_page_names_its_curves_as_the_window_does() -> None:
    """Who reads on a page what to look at finds it under the same words above the curves."""
    missing = []
    for family in families.describe():
        told = (GOLDEN / f"{family.name}.json").read_text(encoding="utf-8")
        reported = {name for step in json.loads(told) for name in step}
        page = " ".join(GUIDE.with_name(f"{family.name}.md").read_text(encoding="utf-8").split()).casefold()
        labels = [monitor.label for monitor in family.monitors if monitor.name in reported]
        missing += [f"{family.name}: {label}" for label in labels if label.casefold() not in page]
    assert not missing


def test_the_guide_is_rendered_and_names_what_the_window_names(qtbot: QtBot) -> None:
    guide = GuideDialog()
    qtbot.addWidget(guide)
    text = guide.page.toPlainText()
    assert "Pictures that remember" in text
    assert "**" not in text
    source = GUIDE.read_text(encoding="utf-8")
    texts = {row.text.removesuffix("…") for row in table(PAGES)}
    for name in ("Random", "Open data folder"):
        assert name in source
        assert name in texts
    assert not re.search(r"https?://", source), "it is read offline"
    weights = set()
    block = guide.page.document().begin()
    while block.isValid():
        weights |= {text_format.format.fontWeight() for text_format in block.textFormats()}
        block = block.next()
    assert QFont.Weight.DemiBold in weights
    assert max(weights) == QFont.Weight.DemiBold, "heavier ones are not bundled and would be smeared"


def test_a_familys_page_shows_what_it_drew(qtbot: QtBot) -> None:
    guide = GuideDialog()
    qtbot.addWidget(guide)
    guide.turn_to("dcgan.md")
    guide.show()
    block = guide.page.document().begin()
    figures = []
    while block.isValid():
        if PICTURE in block.text():
            figures.append(guide.page.document().documentLayout().blockBoundingRect(block).height())
        block = block.next()
    picture = QImage(str(GUIDE.parent / "pictures" / "dcgan.webp"))
    assert len(figures) == 1
    assert picture.height() <= figures[0] < picture.height() + 24, "shown at its size, with no gap below"


def test_without_its_file_the_guide_says_where_it_is(qtbot: QtBot, tmp_path: Path) -> None:
    guide = GuideDialog(path=tmp_path / "none.md")
    qtbot.addWidget(guide)
    assert "resources/guide" in guide.page.toPlainText()


def test_f1_opens_the_guide_at_what_has_the_keyboard(program: Program) -> None:
    def shown() -> str:
        guide = program.window.findChild(GuideDialog)
        assert guide is not None
        return guide.page.textCursor().block().text()

    explore(program.window).canvas.setFocus()
    program.show_guide()
    assert shown() == "Exploring"
    panel = explore(program.window).sliders
    panel.pad_section.set_open(True)
    panel.settle()
    assert panel.pad is not None
    panel.pad.square.setFocus()
    program.show_guide()
    assert shown() == "The pad"
    program.explorer.grids.open()
    program.show_guide()
    assert shown() == "Grids"
    program.show_page("path")
    program.window.page("path").first_focus().setFocus()
    program.show_guide()
    assert shown() == "Paths"
    (guide,) = program.window.findChildren(GuideDialog)
    guide.close()


def test_every_page_and_panel_has_its_heading_in_the_guide(program: Program, qtbot: QtBot) -> None:
    guide = GuideDialog()
    qtbot.addWidget(guide)
    headings = {page.id: program.window.page(page.id).guide for page in PAGES}
    assert headings["explore"] == "Exploring"
    for heading in (*filter(None, headings.values()), "The pad", "Grids"):
        assert guide.go_to(heading), heading
    assert not guide.go_to("Nowhere")
    assert not guide.go_to("")


def test_f1_on_a_family_reads_its_page_and_the_way_back_is_there(program: Program) -> None:
    program.show_page("train")
    page = program.window.page("train")
    picker = page.findChild(QComboBox, "train.family")
    assert isinstance(picker, QComboBox)
    picker.setFocus()
    program.show_guide()
    guide = program.window.findChild(GuideDialog)
    assert guide is not None
    assert guide.page.toPlainText().startswith("Variational autoencoder")
    assert guide.whole_button.isVisible()
    QTest.mouseClick(guide.whole_button, Qt.MouseButton.LeftButton)
    assert guide.page.toPlainText().startswith("Guide")
    assert not guide.whole_button.isVisible()
    guide.turn_to("vae.md")
    guide.turn_to("Paths")
    assert guide.page.textCursor().block().text() == "Paths"
    guide.close()


def test_a_link_in_the_guide_leads_to_its_page(qtbot: QtBot) -> None:
    guide = GuideDialog()
    qtbot.addWidget(guide)
    guide.show()
    page = guide.page
    for name, begins in (("Gated PixelCNN", "Gated PixelCNN\nDraws"), ("PixelCNN", "PixelCNN\nDraws")):
        link = page.document().find(name)
        while not link.charFormat().isAnchor():
            link = page.document().find(name, link)
            assert not link.isNull(), name
        page.setTextCursor(link)
        page.ensureCursorVisible()
        end = page.cursorRect(link).center()
        QTest.mouseClick(page.viewport(), Qt.MouseButton.LeftButton, pos=end - QPoint(12, 0))
        assert page.toPlainText().startswith(begins)
