"""Setters called from another thread give no warning in Qt and break things later: say so at once."""

from __future__ import annotations

import threading


def assert_gui_thread() -> None:
    """Fail in debug builds when the caller is not on the window's thread (`python -O` leaves it out)."""
    assert threading.current_thread() is threading.main_thread(), "the window's state was changed from another thread"
