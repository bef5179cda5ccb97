"""The look applied: palette, font, stylesheet and icons, light, dark or as the system has it, switched live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from functools import cache
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFont, QFontDatabase, QIcon, QPalette, QScreen
from PySide6.QtWidgets import QAbstractButton, QApplication, QStyle, QStyleFactory

from app.look.icons import ICONS, Ink, coloured
from app.look.stylesheet import stylesheet
from app.look.tokens import DARK, LIGHT, TEXT_PX, Tokens

FONTS = Path(__file__).resolve().parents[2] / "resources" / "fonts" / "inter"
_TABULAR = QFont.Tag("tnum")


class Scheme(StrEnum):
    """Which theme a person chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """The theme in force. `changed` fires after palette and stylesheet are in place."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.tokens = DARK
        self.scheme = Scheme.SYSTEM
        self.force_motion: bool | None = None

    def refresh(self) -> None:
        """Put the chosen scheme's tokens on the application."""
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            return
        chosen = DARK if _is_dark(app, self.scheme) else LIGHT
        if not _moves(app, self.force_motion):
            chosen = replace(chosen, motion_ms=0)
        if chosen == self.tokens and app.property("zscape_themed"):
            return
        self.tokens = chosen
        app.setPalette(palette(chosen))
        kind = "dark" if chosen.dark else "light"
        chevron, check = ((ICONS / f"{name}-{kind}.svg").as_posix() for name in ("combo", "check"))
        app.setStyleSheet(stylesheet(chosen, chevron=chevron, check=check))
        app.setProperty("zscape_themed", True)
        self.changed.emit(chosen)

    def _on_system_scheme_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self.scheme is Scheme.SYSTEM:
            self.refresh()

    def _on_screen_added(self, _screen: QScreen) -> None:
        """Icons are drawn for the screens there are."""
        self.changed.emit(self.tokens)


@cache
def theme() -> Theme:
    """The one theme of the program."""
    return Theme()


def tokens() -> Tokens:
    """Colours and distances in force; read them while painting, never keep them."""
    return theme().tokens


def apply(app: QApplication, scheme: Scheme, *, force_motion: bool | None = None) -> None:
    """Make the application look as chosen; calling it again switches live.

    `force_motion` overrides what the system says about animations (None asks it).
    """
    current = theme()
    current.scheme, current.force_motion = scheme, force_motion
    hints = app.styleHints()
    if not app.property("zscape_font"):
        fusion = QStyleFactory.create("Fusion")
        if fusion is not None:
            app.setStyle(fusion)
        load_fonts()
        app.setFont(font())
        app.setProperty("zscape_font", True)
        hints.colorSchemeChanged.connect(current._on_system_scheme_changed)
        app.screenAdded.connect(current._on_screen_added)
    hints.setColorScheme(
        {Scheme.LIGHT: Qt.ColorScheme.Light, Scheme.DARK: Qt.ColorScheme.Dark}.get(scheme, Qt.ColorScheme.Unknown)
    )
    current.refresh()


@cache
def load_fonts() -> str:
    """The bundled family's name, or the system's when it cannot be loaded."""
    family = ""
    for file in sorted(FONTS.glob("*.otf")):
        number = QFontDatabase.addApplicationFont(str(file))
        if number >= 0 and file.stem.endswith("Regular"):
            family = next(iter(QFontDatabase.applicationFontFamilies(number)), "")
    return family or QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


def font(size_px: int = TEXT_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The program's font, figures all equally wide so that numbers do not tremble while they change."""
    result = QFont(load_fonts())
    result.setPixelSize(size_px)
    result.setWeight(weight)
    result.setFeature(_TABULAR, 1)
    return result


def icon(name: str, size: int = 20, ink: Ink = Ink.TEXT) -> QIcon:
    """An icon in the colours of now; `dress` keeps one up to date."""
    return coloured(name, size, ink, tokens())


def dress(bearer: QAbstractButton | QAction, name: str, size: int = 20, ink: Ink = Ink.TEXT) -> None:
    """Give a button or action an icon that follows the theme as long as it lives."""
    bearer.setIcon(icon(name, size, ink))
    _follow(bearer, lambda: bearer.setIcon(icon(name, size, ink)))


def _follow(owner: QObject, update: Callable[[], None]) -> None:
    follower = _Follower(owner, update)
    theme().changed.connect(follower.on_theme_changed)


class _Follower(QObject):
    """Lives and dies with its owner, and with it the connection."""

    def __init__(self, owner: QObject, update: Callable[[], None]) -> None:
        previous = owner.findChild(_Follower, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if isinstance(previous, _Follower):
            previous.retire()
        super().__init__(owner)
        self._update: Callable[[], None] | None = update

    def retire(self) -> None:
        """A newer icon took over."""
        self._update = None

    def on_theme_changed(self, _tokens: Tokens) -> None:
        """Draw again in the new colours."""
        if self._update is not None:
            self._update()


def palette(look: Tokens) -> QPalette:
    """The tokens as Qt understands them: Window is the window, Base a panel, AlternateBase what is raised."""
    result = QPalette()
    role = QPalette.ColorRole
    for where, colour in (
        (role.Window, look.window),
        (role.Base, look.panel),
        (role.AlternateBase, look.raised),
        (role.Button, look.button),
        (role.ToolTipBase, look.raised),
        (role.Text, look.text),
        (role.WindowText, look.text),
        (role.ButtonText, look.text),
        (role.ToolTipText, look.text),
        (role.BrightText, look.on_accent),
        (role.PlaceholderText, look.secondary),
        (role.Highlight, look.accent),
        (role.Accent, look.accent),
        (role.HighlightedText, look.on_accent),
        (role.Link, look.accent_hover),
        (role.LinkVisited, look.accent_hover),
        (role.Mid, look.line),
        (role.Midlight, look.line),
        (role.Dark, look.line),
        (role.Light, look.raised),
        (role.Shadow, look.line),
    ):
        result.setColor(where, QColor(colour))
    for where in (role.Text, role.WindowText, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, where, QColor(look.disabled))
    return result


def _is_dark(app: QApplication, scheme: Scheme) -> bool:
    if scheme is Scheme.SYSTEM:
        return app.styleHints().colorScheme() != Qt.ColorScheme.Light
    return scheme is Scheme.DARK


def _moves(app: QApplication, forced: bool | None) -> bool:
    if forced is not None:
        return forced
    return app.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0


__all__ = ["Ink", "Scheme", "Theme", "apply", "dress", "font", "icon", "load_fonts", "palette", "theme", "tokens"]
