"""When a focus ring is wanted: after the keyboard moved the focus, not after a click or a change of windows."""

from __future__ import annotations

from PySide6.QtCore import Qt

KEYBOARD_REASONS = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
        Qt.FocusReason.OtherFocusReason,
    }
)
