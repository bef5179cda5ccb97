"""Where settings, caches and runs live when nobody says otherwise; the same place with and without a window."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def default_home() -> Path:
    """ZSCAPE_HOME, else the folder in which this system keeps programs' data."""
    if chosen := os.environ.get("ZSCAPE_HOME"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Zscape"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Zscape"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "zscape"


def log_file(home: Path) -> Path:
    """Where whole tracebacks go; people see sentences."""
    return home / "log.txt"


def resources() -> Path:
    """Bundled models, presets, icons and lessons, beside the packages in a checkout and when installed."""
    return Path(__file__).resolve().parents[2] / "resources"
