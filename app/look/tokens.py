"""The look as data: every colour, size and distance of the window, light and dark."""

from __future__ import annotations

from dataclasses import dataclass

SPACE_4, SPACE_8, SPACE_12, SPACE_16, SPACE_24 = 4, 8, 12, 16, 24
"""The only distances in use, in pixels."""
RADIUS_PX = 6
ROW_PX = 28
"""Height of a slider's row, a button and an input."""
TEXT_SMALL_PX, TEXT_PX, TEXT_LARGE_PX, TEXT_TITLE_PX = 11, 13, 15, 20
MOTION_MS = 120
"""No movement takes longer."""

OKABE_ITO = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c8c8c")
"""Curve colours that people with any colour vision tell apart; the first is drawn brighter on dark."""
OKABE_ITO_DARK = ("#56b4e9", "#e69f00", "#2fc49a", "#e08fbd", "#f0e442", "#ff8a3d", "#b8b8b8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One theme. Colours are #rrggbb."""

    dark: bool
    window: str
    panel: str
    raised: str
    canvas: str
    line: str
    text: str
    secondary: str
    disabled: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    """Text on the accent."""
    good: str
    warn: str
    bad: str
    good_text: str
    warn_text: str
    bad_text: str
    """The same three where they are letters: 4.5 to one on every ground."""
    button: str
    """A resting button."""
    button_hover: str
    button_pressed: str
    track: str
    """The empty part of a slider or progress bar."""
    outline: str
    """Edges of inputs: three to one against what surrounds them when focused, calm at rest."""
    curves: tuple[str, ...]
    motion_ms: int = MOTION_MS


DARK = Tokens(
    dark=True,
    window="#1b1c1f",
    panel="#232529",
    raised="#2c2f34",
    canvas="#2a2a2a",
    line="#383b42",
    text="#e8e9ec",
    secondary="#a7abb3",
    disabled="#6b7079",
    accent="#4f9dff",
    accent_hover="#74b3ff",
    accent_pressed="#3d8cf0",
    on_accent="#101216",
    good="#3fb68b",
    warn="#e6a23c",
    bad="#e5484d",
    good_text="#3fb68b",
    warn_text="#e6a23c",
    bad_text="#ff7b7f",
    button="#2c2f34",
    button_hover="#363a41",
    button_pressed="#26292e",
    track="#3a3e44",
    outline="#4a4e57",
    curves=OKABE_ITO_DARK,
)
LIGHT = Tokens(
    dark=False,
    window="#f4f4f2",
    panel="#ffffff",
    raised="#fafaf8",
    canvas="#d9d9d9",
    line="#dcdcd8",
    text="#1c1d20",
    secondary="#5b5f66",
    disabled="#a3a6ab",
    accent="#1f6feb",
    accent_hover="#1a5fd0",
    accent_pressed="#1652b4",
    on_accent="#ffffff",
    good="#1a7f5a",
    warn="#b26a00",
    bad="#c62f35",
    good_text="#17744f",
    warn_text="#8a5200",
    bad_text="#c62f35",
    button="#f1f1ee",
    button_hover="#e8e8e4",
    button_pressed="#dededa",
    track="#e3e4e1",
    outline="#cfcfca",
    curves=OKABE_ITO,
)
