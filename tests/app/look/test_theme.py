"""Tokens, contrast, live switching, icons, the bundled font."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from app.controls.picture.painting import _on_canvas
from app.look import theme
from app.look.icons import ICONS
from app.look.theme import Ink, Scheme
from app.look.tokens import DARK, LIGHT, Tokens


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    theme.apply(qapp, Scheme.DARK)


def luminance(colour: str) -> float:
    """WCAG 2.1 relative luminance."""
    parts = [QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF()]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=["dark", "light"])
def test_text_can_be_read(look: Tokens) -> None:
    for ground in (look.window, look.panel, look.raised, look.button):
        assert contrast(look.text, ground) >= 4.5
        assert contrast(look.secondary, ground) >= 4.5
    assert contrast(look.on_accent, look.accent) >= 4.5
    assert contrast(look.on_accent, look.accent_hover) >= 4.5
    for ground in (look.window, look.panel):
        for colour in (look.good, look.warn, look.bad):
            assert contrast(colour, ground) >= 3.0
        for colour in (look.good_text, look.warn_text, look.bad_text):
            assert contrast(colour, ground) >= 4.5


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=["dark", "light"])
def test_text_can_be_read_under_the_pointer_on_the_canvas_and_in_notices(look: Tokens) -> None:
    assert contrast(_on_canvas(look).name(), look.canvas) >= 4.5
    for ground in (look.button_hover, look.button_pressed):
        assert contrast(look.text, ground) >= 4.5
    assert contrast(look.secondary, look.button_hover) >= 4.5
    assert contrast(look.on_accent, look.accent_pressed) >= 4.5
    for colour in (look.accent_hover, look.good_text, look.warn_text, look.bad_text):  # links are the hover blue
        assert contrast(colour, look.raised) >= 4.5


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=["dark", "light"])
def test_controls_stand_out(look: Tokens) -> None:
    for ground in (look.window, look.panel, look.track):
        assert contrast(look.accent, ground) >= 3.0
    for curve in look.curves[:4]:
        assert contrast(curve, look.panel) >= 2.5


def test_switching_is_live(app: QApplication, qtbot: QtBot) -> None:
    theme.apply(app, Scheme.DARK)
    assert app.palette().color(QPalette.ColorRole.Base) == QColor(DARK.panel)
    with qtbot.waitSignal(theme.theme().changed):
        theme.apply(app, Scheme.LIGHT)
    assert theme.tokens().window == LIGHT.window
    assert app.palette().color(QPalette.ColorRole.Base) == QColor(LIGHT.panel)
    theme.apply(app, Scheme.SYSTEM)


def test_motion_can_be_forbidden(app: QApplication) -> None:
    theme.apply(app, Scheme.DARK, force_motion=False)
    assert theme.tokens().motion_ms == 0
    theme.apply(app, Scheme.DARK, force_motion=True)
    assert theme.tokens().motion_ms == 120


def test_icons_follow_the_theme(app: QApplication, qtbot: QtBot) -> None:
    theme.apply(app, Scheme.DARK)
    button = QToolButton()
    qtbot.addWidget(button)
    theme.dress(button, "undo")
    theme.dress(button, "redo")
    dark = button.icon().pixmap(QSize(20, 20)).toImage()
    assert dark == theme.icon("redo").pixmap(QSize(20, 20)).toImage()
    theme.apply(app, Scheme.LIGHT)
    light = button.icon().pixmap(QSize(20, 20)).toImage()
    assert light == theme.icon("redo").pixmap(QSize(20, 20)).toImage()
    assert light != dark


def test_icons_outlive_their_buttons_without_harm(app: QApplication) -> None:
    button = QToolButton()
    theme.dress(button, "undo")
    button.deleteLater()
    del button
    QApplication.sendPostedEvents(None, 52)  # deferred deletes
    theme.apply(app, Scheme.LIGHT)


@pytest.mark.parametrize("name", sorted(file.stem for file in ICONS.glob("*.svg")))
def test_every_icon_draws(app: QApplication, name: str) -> None:
    image = theme.icon(name).pixmap(QSize(20, 20)).toImage()
    assert any(image.pixelColor(x, y).alpha() for x in range(20) for y in range(20))


def test_icons_show_states(app: QApplication) -> None:
    icon = theme.icon("dice", 20, Ink.SECONDARY)
    size = QSize(20, 20)
    shown = [
        icon.pixmap(size, mode, state).toImage()
        for mode, state in (
            (QIcon.Mode.Normal, QIcon.State.Off),
            (QIcon.Mode.Normal, QIcon.State.On),
            (QIcon.Mode.Disabled, QIcon.State.Off),
        )
    ]
    assert shown[0] != shown[1]
    assert shown[0] != shown[2]


def test_the_bundled_font_has_figures_of_one_width(app: QApplication) -> None:
    assert theme.load_fonts() == "Inter"
    metrics = QFontMetrics(theme.font(13))
    assert len({metrics.horizontalAdvance(figure * 10) for figure in "0123456789"}) == 1


def test_another_screen_gets_icons_of_its_own(app: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    button = QToolButton()
    qtbot.addWidget(button)
    theme.dress(button, "undo")
    size = QSize(20, 20)
    assert button.icon().pixmap(size, 2.0).width() == 20, "drawn for the one screen there is"
    screens = [SimpleNamespace(devicePixelRatio=lambda ratio=ratio: ratio) for ratio in (1.0, 2.0)]
    monkeypatch.setattr(QGuiApplication, "screens", lambda: screens)
    app.screenAdded.emit(app.primaryScreen())
    assert button.icon().pixmap(size, 2.0).width() == 40
